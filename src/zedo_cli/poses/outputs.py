"""Outputs of `zedo lift` and `zedo export`: checked before any work, written after it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zedo_cli.errors import InputError

if TYPE_CHECKING:
    from zedo_cli.poses.container import Poses
    from zedo_cli.poses.writing import Written

_ANGLES = {".csv": "angles", ".mot": "mot"}
"""The format of a file of joint angles, by its suffix."""


def checked_outputs(
    outputs: Sequence[Path],
    angles: Sequence[Path],
    inputs: Sequence[Path],
    frame: str | None,
    filter: str | None,
    origin: bool,
) -> list[tuple[Path, str | None]]:
    """The outputs, each with its format (None: by its suffix).

    Raises `InputError` if one cannot be written, is an input, or is there twice, or if the frame or the
    filter is unknown.
    """
    from zedo_cli.errors import choose
    from zedo_cli.poses.filters import cutoff_of
    from zedo_cli.poses.writing import FRAMES, checked_output

    chosen: list[tuple[Path, str | None]] = [(path, None) for path in outputs]
    for path in angles:
        chosen.append((path, choose(path.suffix.lower(), _ANGLES, "angles")))
    known = {path.resolve() for path in inputs}
    in_world = frame == "world"
    for path, format in chosen:
        in_world |= checked_output(path, format).frame == "world"
        if path.resolve() in known:
            raise InputError("is also an input", source=path, fix="choose another output")
    if len({path.resolve() for path, _ in chosen}) < len(chosen):
        raise InputError("the same file is given twice", setting="output")
    if frame is not None:
        choose(frame, dict.fromkeys(FRAMES), "frame")
    if origin and not in_world:
        raise InputError(
            "no output is in the world frame", setting="origin", fix="choose it with `frame` world"
        )
    if filter is not None:
        cutoff_of(filter)
    return chosen


def write_outputs(
    poses: "Poses",
    outputs: Sequence[tuple[Path, str | None]],
    frame: str | None,
    origin: bool,
    filter: str | None,
) -> "Written":
    """Filter the poses and write all outputs. The poses of one output do not depend on the others."""
    from zedo_cli.poses.filters import filtered
    from zedo_cli.poses.writing import Written, write_poses

    if filter is not None:
        poses = filtered(poses, filter)
    paths, notes = [], []
    for path, format in outputs:
        written = write_poses(poses, path, frame=frame, origin=origin, format=format)
        paths += written.paths
        notes += written.notes
    return Written(paths, list(dict.fromkeys(notes)))
