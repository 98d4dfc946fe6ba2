"""Poses as NPZ: the arrays of `Poses`, `joint_names` as text, and `meta` as a JSON string. Nothing is
pickled."""

import json
from pathlib import Path

import numpy as np

from zedo_cli.poses.container import Poses
from zedo_cli.poses.writers.collected import CollectedSink


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the file when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> None:
    texts = {"joint_names": np.array(poses.joint_names), "meta": np.array(json.dumps(poses.meta))}
    with path.open("wb") as file:
        np.savez_compressed(file, **poses.arrays(), **texts)  # type: ignore[arg-type]
