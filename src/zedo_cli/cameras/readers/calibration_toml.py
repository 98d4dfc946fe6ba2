"""Calibrations as TOML: Pose2Sim, Anipose, Caliscope. One table for each camera."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.cameras.reading import lens
from zedo_cli.errors import InputError
from zedo_cli.io.files import read_toml
from zedo_cli.io.schema import validated

Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Calibration(BaseModel):
    """One camera. Other keys are ignored."""

    name: str | None = None
    size: tuple[Size, Size] | None = None
    matrix: list[list[float]]
    distortions: Any = []
    fisheye: bool = False
    rotation: Any = None
    """Rotation vector (Rodrigues) or 3x3 matrix, world to camera; anything else is ignored."""

    translation: Any = None


def read(path: Path) -> list[Camera]:
    """Read the cameras. Raises `InputError` that names the table and the field."""
    document = read_toml(path)
    tables = document | (document["cameras"] if isinstance(document.get("cameras"), dict) else {})
    found = {key: table for key, table in tables.items() if isinstance(table, dict) and "matrix" in table}
    if not found:
        raise InputError(
            "holds no camera", source=path, fix="a camera is a table with 'matrix' and 'distortions'"
        )
    return [_camera(key, table, path) for key, table in found.items()]


def _camera(key: str, table: dict[str, Any], path: Path) -> Camera:
    where = f"[{key}]"
    about = validated(_Calibration, table, path, where)
    name = about.name or (key if not key.isdigit() else f"cam_{key}")
    k = checked_intrinsics(about.matrix, path, where)
    coefficients = lens(about.distortions, path, f"{where}: distortions", about.fisheye)
    rotation, translation = _rotation(about.rotation), _translation(about.translation)
    return Camera(name, k, coefficients, about.fisheye, about.size, rotation, translation)


def _rotation(vector: Any) -> np.ndarray | None:
    """A rotation matrix, or that of a rotation vector (Rodrigues' formula); None for anything else."""
    try:
        values = np.asarray(vector, np.float64)
    except (TypeError, ValueError):
        return None
    if not np.isfinite(values).all():
        return None
    if values.shape == (3, 3):
        return values if np.allclose(values @ values.T, np.eye(3), atol=1e-3) else None
    if values.shape != (3,):
        return None
    angle = np.linalg.norm(values)
    x, y, z = values / max(float(angle), 1e-12)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def _translation(vector: Any) -> np.ndarray | None:
    try:
        values = np.asarray(vector, np.float64).reshape(-1)
    except (TypeError, ValueError):
        return None
    return values if values.shape == (3,) and np.isfinite(values).all() else None
