"""TRC of OpenSim: markers over time in metres, X forward, Y up, Z right; one person in a file."""

from pathlib import Path

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import Y_UP_FORWARD
from zedo_cli.poses.steady_tracks import steady_tracks
from zedo_cli.poses.writers.collected import CollectedSink

MARKERS = {
    "pelvis": "Hip",
    "right_hip": "RHip",
    "right_knee": "RKnee",
    "right_ankle": "RAnkle",
    "left_hip": "LHip",
    "left_knee": "LKnee",
    "left_ankle": "LAnkle",
    "spine": "Spine",
    "thorax": "Neck",
    "nose": "Nose",
    "head_top": "Head",
    "left_shoulder": "LShoulder",
    "left_elbow": "LElbow",
    "left_wrist": "LWrist",
    "right_shoulder": "RShoulder",
    "right_elbow": "RElbow",
    "right_wrist": "RWrist",
}
"""Names of the markers, as Pose2Sim has them."""


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the file when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> list[Note]:
    (person,), notes = steady_tracks(poses)
    names = [MARKERS[joint] for joint in poses.joint_names]
    points = person.points @ Y_UP_FORWARD.T
    frames, rate = len(points), f"{person.rate:.10g}"
    axes = [f"{axis}{number}" for number in range(1, len(names) + 1) for axis in "XYZ"]
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{person.name}.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{frames}\t{len(names)}\tm\t{rate}\t{person.first + 1}\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(axes),
        "",
    ]
    for row, time in enumerate(person.time):
        values = ["" if np.isnan(value) else f"{value:.6f}" for value in points[row].reshape(-1)]
        lines.append("\t".join([str(person.first + row + 1), f"{time:.6f}", *values]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return notes
