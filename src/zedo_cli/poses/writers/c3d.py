"""C3D: markers of all people of a clip in millimetres, Z up; the residual is the uncertainty in millimetres.

A frame in which a person was not seen has a residual of -1, which C3D defines as invalid.
"""

import errno
import os
from pathlib import Path

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.poses.container import Poses
from zedo_cli.poses.steady_tracks import steady_tracks
from zedo_cli.poses.writers.collected import CollectedSink
from zedo_cli.poses.writers.trc import MARKERS

_BYTES = 16
"""Of a marker in a frame: x, y, z and the residual in single precision."""


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the file when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> list[Note]:
    import ezc3d

    people, notes = steady_tracks(poses)
    first = min(person.first for person in people)
    last = max(person.first + len(person.points) for person in people)
    joints = len(poses.joint_names)
    points = np.full((4, joints * len(people), last - first), np.nan)
    points[3] = 1.0
    residuals = np.full((1, joints * len(people), last - first), -1.0)
    labels: list[str] = []
    for place, person in enumerate(people):
        prefix = f"{person.name}:" if len(people) > 1 else ""
        labels += [prefix + MARKERS[joint] for joint in poses.joint_names]
        rows = slice(place * joints, (place + 1) * joints)
        columns = slice(person.first - first, person.first - first + len(person.points))
        points[:3, rows, columns] = 1000 * person.points.transpose(2, 1, 0)
        spread = 1000 * np.where(np.isfinite(person.uncertainty), person.uncertainty, 0.0)
        residuals[0, rows, columns] = np.where(person.seen[:, None], spread, -1.0).T
    document = ezc3d.c3d()
    parameters = document["parameters"]
    parameters["POINT"]["RATE"]["value"] = [people[0].rate]
    parameters["POINT"]["LABELS"]["value"] = labels
    parameters["POINT"]["UNITS"]["value"] = ["mm"]
    document["header"]["points"]["first_frame"] = first
    document["header"]["points"]["last_frame"] = last - 1
    document["data"]["points"] = points
    document["data"]["meta_points"]["residuals"] = residuals
    for name in ("zedo", "preset", "summary"):
        value = poses.meta.get(name, "")
        text = str(value.get("name") if isinstance(value, dict) else value)
        document.add_parameter("ZEDO", name.upper(), [text[:200]])
    document.write(str(path))
    if path.stat().st_size < points.shape[1] * points.shape[2] * _BYTES:  # ezc3d does not report a full disk
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return notes
