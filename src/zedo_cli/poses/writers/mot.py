"""Joint angles of one person in degrees: MOT of OpenSim, and CSV with the uncertainty of each angle."""

import csv
from pathlib import Path

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.poses.angles import angle_uncertainty, joint_angles, unwrapped
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import Y_UP_FORWARD
from zedo_cli.poses.steady_tracks import SteadyTrack, steady_tracks
from zedo_cli.poses.writers.collected import CollectedSink

_NOT_ALWAYS = ("hip_rotation", "shoulder_plane")
"""Angles that are not defined in every frame, which MOT cannot say."""


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes a MOT file when it is closed."""
    return CollectedSink(path, _write_mot)


def open_csv_sink(path: Path) -> CollectedSink:
    """A sink that writes a CSV of angles when it is closed."""
    return CollectedSink(path, _write_csv)


def _write_mot(poses: Poses, path: Path) -> list[Note]:
    (person,), notes = steady_tracks(poses)
    points = person.filled()
    angles = {
        name: unwrapped(angle)
        for name, angle in joint_angles(points).items()
        if not name.startswith(_NOT_ALWAYS)
    }
    places = (points[:, 0] @ Y_UP_FORWARD.T).T
    columns = {"time": person.time, **dict(zip(("pelvis_tx", "pelvis_ty", "pelvis_tz"), places, strict=True))}
    columns |= angles
    table = np.stack(list(columns.values()), axis=1)
    lines = [
        f"{person.name}, joint angles",
        "version=1",
        f"nRows={len(table)}",
        f"nColumns={table.shape[1]}",
        "inDegrees=yes",
        "endheader",
        "\t".join(columns),
        *("\t".join(f"{value:.6f}" for value in row) for row in table),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [*notes, _gaps(person)] if not person.seen.all() else notes


def _write_csv(poses: Poses, path: Path) -> list[Note]:
    (person,), notes = steady_tracks(poses)
    seen = person.seen
    points = person.points[seen]
    angles = joint_angles(points)
    spread = angle_uncertainty(points, person.uncertainty[seen])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["frame", "time_s", *(column for name in angles for column in (f"{name}_deg", f"{name}_sd_deg"))]
        )
        smooth = {name: unwrapped(angle) for name, angle in angles.items()}
        for row, place in enumerate(np.flatnonzero(seen)):
            values = [value[row] for name in angles for value in (smooth[name], spread[name])]
            texts = [f"{value:.4f}" if np.isfinite(value) else "" for value in values]
            writer.writerow([person.first + int(place), f"{person.time[place]:.6f}", *texts])
    return notes


def _gaps(person: SteadyTrack) -> Note:
    gaps = int((~person.seen).sum())
    return Note("info", f"{gaps} frames without the person are filled by straight lines", "filled")
