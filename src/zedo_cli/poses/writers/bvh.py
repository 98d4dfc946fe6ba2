"""BVH: a hierarchy with the median bones of one person, and rotations for every frame. Y up, centimetres.

The first person frame is the first of the file. Gaps are closed by straight lines, as BVH cannot leave a
frame out.
"""

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from zedo_cli.errors import Note
from zedo_cli.poses import rig
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import Y_UP_FACING
from zedo_cli.poses.steady_tracks import steady_tracks
from zedo_cli.poses.writers.collected import CollectedSink

_ORDER = "ZYX"
_CENTIMETRES = 100.0


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the file when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> list[Note]:
    (person,), notes = steady_tracks(poses)
    gaps = int((~person.seen).sum())
    if gaps:
        notes.append(Note("info", f"{gaps} frames without the person are filled by straight lines", "filled"))
    points = person.filled() @ Y_UP_FACING.T
    offsets = _CENTIMETRES * rig.offsets(points)
    local = rig.local_rotations(rig.orientations(points))
    frames, joints = local.shape[:2]
    angles = Rotation.from_matrix(local.reshape(-1, 3, 3)).as_euler(_ORDER, degrees=True)
    angles = np.degrees(np.unwrap(np.radians(angles.reshape(frames, joints, 3)), axis=0))
    values = np.concatenate([_CENTIMETRES * points[:, :1], angles], axis=1).reshape(frames, -1)
    lines = ["HIERARCHY", *_hierarchy(0, offsets), "MOTION", f"Frames: {frames}"]
    lines.append(f"Frame Time: {1 / person.rate:.9g}")
    lines += [" ".join(f"{value:.5f}" for value in row) for row in values]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return notes


def _hierarchy(row: int, offsets: np.ndarray, depth: int = 0) -> list[str]:
    """The lines of a joint and of those below it, in the order of `rig.BONES`."""
    bone, indent = rig.BONES[row], "\t" * depth
    turns = " ".join(f"{axis}rotation" for axis in _ORDER)
    channels = f"6 Xposition Yposition Zposition {turns}" if row == 0 else f"3 {turns}"
    lines = [
        f"{indent}{'JOINT' if row else 'ROOT'} {bone.name}",
        f"{indent}{{",
        f"{indent}\tOFFSET {_numbers(offsets[row])}",
        f"{indent}\tCHANNELS {channels}",
    ]
    for child, below in enumerate(rig.BONES):
        if below.parent == row:
            lines += _hierarchy(child, offsets, depth + 1)
    if bone.tip is not None:
        tip = _CENTIMETRES * rig.TIP * bone.tip
        lines += [
            f"{indent}\tEnd Site",
            f"{indent}\t{{",
            f"{indent}\t\tOFFSET {_numbers(tip)}",
            f"{indent}\t}}",
        ]
    return [*lines, f"{indent}}}"]


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:.6f}" for value in values)
