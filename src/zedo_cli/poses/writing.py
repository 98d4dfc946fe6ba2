"""Writing poses: the writer is chosen by the suffix of the output, and the file is complete or not there at
all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from zedo_cli.errors import InputError
from zedo_cli.io.files import atomic_write, writable
from zedo_cli.poses.container import Poses
from zedo_cli.registry import POSE_WRITERS, PoseWriter


class PoseSink(Protocol):
    """An output that is being written."""

    def append(self, poses: Poses) -> None:
        """Add poses after those that were added before."""
        ...

    def close(self) -> None:
        """Complete the file."""
        ...


def write_poses(poses: Poses, path: str | Path) -> None:
    """Write poses in the format of the suffix, completely or not at all.

    Args:
        poses: from `lift`.
        path: `.npz` (all arrays), `.json` (a record for each person in a frame), `.png` (a picture), or a
            suffix of a plug-in.

    Raises:
        InputError: the suffix is unknown, or the file cannot be written.
    """
    if not isinstance(poses, Poses):
        raise InputError(f"must be Poses, as lift returns them, not {type(poses).__name__}", setting="poses")
    with open_poses(Path(path)) as sink:
        sink.append(poses)


@contextmanager
def open_poses(path: Path) -> Iterator[PoseSink]:
    """A sink for poses in the format of the suffix. The file appears when the block ends without an error."""
    writer = checked_output(path)
    with atomic_write(path) as temporary:
        sink: PoseSink = writer.open(temporary)
        try:
            yield sink
        except BaseException:
            with suppress(Exception):  # the file is thrown away; only the first error matters
                sink.close()
            raise
        sink.close()


def checked_output(path: Path) -> PoseWriter:
    """The writer for a path, checked before any work. Raises `InputError` if nothing can be written there."""
    writer = POSE_WRITERS.for_file(path, "unknown output format", "poses are written as")
    writer.check_installed(path)
    writable(path)
    return writer
