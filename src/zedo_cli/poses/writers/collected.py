"""A sink for formats that are written at once: it keeps the poses until it is closed."""

from collections.abc import Callable
from pathlib import Path

from zedo_cli.errors import Note
from zedo_cli.poses.container import Poses


class CollectedSink:
    """Passes all poses to `write(poses, path)` when it is closed. What that returns is in `notes`."""

    def __init__(self, path: Path, write: Callable[[Poses, Path], list[Note] | None]) -> None:
        self._path, self._write = path, write
        self._parts: list[Poses] = []
        self.notes: list[Note] = []

    def append(self, poses: Poses) -> None:
        """Keep the poses."""
        self._parts.append(poses)

    def close(self) -> None:
        """Write them."""
        self.notes = self._write(Poses.concatenate(self._parts), self._path) or []
