"""Poses as one JSON document: format, meta, joint names, and a record for each person in a frame."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.poses.container import Poses
from zedo_cli.poses.writers.collected import CollectedSink

_NAMES = {"poses_3d": "pose_3d"}
_DIGITS = {
    "time": 6,
    "reprojection_error": 3,
    "hypothesis_score": 4,
    "keypoints_2d": 3,
    "confidence": 4,
    "intrinsics": 6,
}
"""Decimals; others have 5, which is 0.01 mm."""


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the file when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> None:
    columns = {_NAMES.get(name, name): _plain(name, values) for name, values in poses.arrays().items()}
    people = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    document = {
        "format": "zedo-poses",
        "version": 1,
        "meta": poses.meta,
        "joint_names": poses.joint_names,
        "poses": people,
    }
    path.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")


def _plain(name: str, values: np.ndarray) -> list[Any]:
    """As nested lists, what is unknown as null."""
    if values.dtype.kind != "f":
        return values.tolist()
    rounded = np.round(np.asarray(values, np.float64), _DIGITS.get(name, 5)).astype(object)
    rounded[~np.isfinite(values)] = None
    return rounded.tolist()
