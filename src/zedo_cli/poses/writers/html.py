"""A page to look at the motion of a clip in a browser."""

from pathlib import Path

from zedo_cli.poses.container import Poses
from zedo_cli.poses.viewer.build import page
from zedo_cli.poses.writers.collected import CollectedSink


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the page when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> None:
    path.write_text(page(poses, path.parent.resolve()), encoding="utf-8")
