"""Outputs of `zedo lift` and `zedo export`: checked before any work, written after it."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from zedo_cli.errors import InputError, Note

if TYPE_CHECKING:
    from zedo_cli.poses.container import Poses
    from zedo_cli.poses.writing import PoseSink, Written
    from zedo_cli.registry import PoseWriter

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
    from zedo_cli.poses.writing import checked_output

    chosen: list[tuple[Path, str | None]] = [(path, None) for path in outputs]
    for path in angles:
        chosen.append((path, choose(path.suffix.lower(), _ANGLES, "angles")))
    known = {path.resolve() for path in inputs}
    writers = []
    for path, format in chosen:
        writers.append(checked_output(path, format))
        if path.resolve() in known:
            raise InputError("is also an input", source=path, fix="choose another output")
    if len({path.resolve() for path, _ in chosen}) < len(chosen):
        raise InputError("the same file is given twice", setting="output")
    check_options(writers, frame, filter, origin)
    return chosen


def check_options(
    writers: "Sequence[PoseWriter]", frame: str | None, filter: str | None, origin: bool
) -> None:
    """Raise `InputError` if the frame or the filter is unknown, or no output is in the world frame that
    `origin` is about."""
    from zedo_cli.errors import choose
    from zedo_cli.poses.filters import cutoff_of
    from zedo_cli.poses.writing import FRAMES

    in_world = frame == "world" or any(writer.frame == "world" for writer in writers)
    if frame is not None:
        choose(frame, dict.fromkeys(FRAMES), "frame")
    if origin and not in_world:
        raise InputError(
            "no output is in the world frame", setting="origin", fix="choose it with `frame` world"
        )
    if filter is not None:
        cutoff_of(filter)


class PortionedOutputs:
    """Outputs that are written portion by portion, in a `with` block; they appear when it ends without an
    error. Formats of single clips or people are collected, and written at the end."""

    def __init__(
        self,
        outputs: Sequence[tuple[Path, str | None]],
        frame: str | None,
        origin: bool,
        filter: str | None,
    ) -> None:
        self._outputs, self._how = outputs, (frame, origin)
        self._filter = filter
        self._stack = ExitStack()
        self._sinks: dict[Path, PoseSink] = {}
        self._collected: list[Poses] = []
        self._paths: list[Path] = []
        self._notes: list[Note] = []

    def __enter__(self) -> "PortionedOutputs":
        return self

    def append(self, poses: "Poses") -> None:
        """Write the poses of a portion."""
        from zedo_cli.poses.filters import filtered
        from zedo_cli.poses.writing import checked_output, in_frame, open_poses

        if self._filter is not None:
            poses = filtered(poses, self._filter)
        collects = False
        for path, format in self._outputs:
            writer = checked_output(path, format)
            if writer.holds != "all":
                collects = True
                continue
            if path not in self._sinks:
                self._sinks[path] = self._stack.enter_context(open_poses(path, writer))
            shown, notes = in_frame(poses, path, writer, *self._how)
            self._sinks[path].append(shown)
            self._notes += notes
        if collects:
            self._collected.append(poses)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        if error is not None:
            return
        self._paths += self._sinks
        if self._collected:
            from zedo_cli.poses.container import Poses

            whole = Poses.concatenate(self._collected)
            single = [(path, format) for path, format in self._outputs if path not in self._sinks]
            written = write_outputs(whole, single, *self._how, None)
            self._paths += written.paths
            self._notes += written.notes

    @property
    def written(self) -> "Written":
        """What was written, after the block."""
        from zedo_cli.poses.writing import Written

        return Written(self._paths, list(dict.fromkeys(self._notes)))


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
