"""Writers of lifted poses, chosen by the suffix of the output."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.files import atomic_write, writable
from zedo_cli.poses.container import Poses
from zedo_cli.poses.writers.picture import write_figure

_ARRAYS = (
    "poses_3d",
    "hypotheses_3d",
    "translation",
    "hypothesis_score",
    "uncertainty",
    "reprojection_error",
    "frame",
    "person",
    "clip",
    "keypoints_2d",
    "confidence",
    "intrinsics",
    "swapped",
)


def write_poses(poses: Poses, path: Path) -> None:
    """Write to `path`, complete or not at all. Raises `InputError` if its suffix is unknown or it cannot be written."""
    checked_output(path)
    with atomic_write(path) as temporary:
        FORMATS[path.suffix.lower()](poses, temporary)


def checked_output(path: Path) -> Path:
    """The path, if it can be written in the format of its suffix. Raises `InputError` otherwise, before any work."""
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path}: unknown output format '{path.suffix}'; it is one of {', '.join(FORMATS)}")
    if path.suffix.lower() == ".png" and find_spec("matplotlib") is None:
        raise InputError(f"{path}: pictures need matplotlib: pip install matplotlib")
    return writable(path)


def _write_npz(poses: Poses, path: Path) -> None:
    """The arrays of `Poses`, with `joint_names` as text and `meta` as a JSON string. Nothing is pickled."""
    arrays: dict[str, Any] = {name: getattr(poses, name) for name in _ARRAYS}
    arrays |= {"joint_names": np.array(poses.joint_names), "meta": np.array(json.dumps(poses.meta))}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _write_json(poses: Poses, path: Path) -> None:
    """One document: format, meta, joint names, and a list of people in frames. What is unknown is null."""
    people = [
        {
            "frame": int(poses.frame[row]),
            "person": int(poses.person[row]),
            "clip": int(poses.clip[row]),
            "pose_3d": _rounded(poses.poses_3d[row]),
            "uncertainty": _rounded(poses.uncertainty[row]),
            "reprojection_error": _rounded(poses.reprojection_error[row : row + 1], 3)[0],
            "hypotheses_3d": _rounded(poses.hypotheses_3d[row]),
            "translation": _rounded(poses.translation[row]),
            "hypothesis_score": _rounded(poses.hypothesis_score[row], 4),
            "keypoints_2d": _rounded(poses.keypoints_2d[row], 3),
            "confidence": _rounded(poses.confidence[row], 4),
            "intrinsics": _rounded(poses.intrinsics[row], 6),
            "swapped": poses.swapped[row].tolist(),
        }
        for row in range(len(poses))
    ]
    document = {"format": "zedo-poses", "version": 1, "meta": poses.meta, "joint_names": poses.joint_names, "poses": people}
    path.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")


def _rounded(values: np.ndarray, digits: int = 5) -> Any:
    """As lists of numbers to 0.01 mm, NaN as null."""
    rounded = np.round(np.asarray(values, np.float64), digits).astype(object)
    rounded[~np.isfinite(values)] = None
    return rounded.tolist()


FORMATS: dict[str, Callable[[Poses, Path], None]] = {".npz": _write_npz, ".json": _write_json, ".png": write_figure}
"""The writers, by suffix."""
