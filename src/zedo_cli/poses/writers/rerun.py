"""A recording for Rerun (`.rrd`): people over time, with their uncertainty, and the camera."""

from pathlib import Path

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import worlds
from zedo_cli.poses.steady_tracks import steady_tracks
from zedo_cli.poses.writers.collected import CollectedSink
from zedo_cli.skeletons import PARENTS


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the recording when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> list[Note]:
    import rerun

    people, notes = steady_tracks(poses)
    recording = rerun.RecordingStream("zedo")
    recording.save(str(path))
    recording.log("world", rerun.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
    clip = people[0].clip
    world, k = worlds(poses)[clip], poses.intrinsics[poses.clip == clip][0]
    recording.log(
        "world/camera",
        rerun.Transform3D(translation=world.translation, mat3x3=world.rotation),
        rerun.Pinhole(image_from_camera=k, camera_xyz=rerun.ViewCoordinates.RDF),
        static=True,
    )
    bones = [(PARENTS[joint], joint) for joint in range(1, len(PARENTS))]
    for person in people:
        seen, time = person.seen, person.time
        for frame in np.flatnonzero(seen).tolist():
            points, name = person.points[frame], f"world/{person.name}"
            spread = np.nan_to_num(person.uncertainty[frame])
            recording.set_time("time", duration=float(time[frame]))
            recording.log(f"{name}/bones", rerun.LineStrips3D([points[list(bone)] for bone in bones]))
            recording.log(f"{name}/joints", rerun.Points3D(points, radii=0.015, labels=poses.joint_names))
            sizes = np.repeat(spread[:, None], 3, axis=1)
            recording.log(f"{name}/uncertainty", rerun.Ellipsoids3D(centers=points, half_sizes=sizes))
        if not seen[-1]:
            recording.log(f"world/{person.name}", rerun.Clear(recursive=True))
    recording.flush()
    recording.disconnect()
    return notes
