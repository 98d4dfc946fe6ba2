"""Calibrations as TOML: Pose2Sim, Anipose, Caliscope. One table for each camera."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field, FiniteFloat

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.errors import InputError
from zedo_cli.io.schema import validated

Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Calibration(BaseModel):
    """One camera. Other keys are ignored."""

    name: str | None = None
    size: tuple[Size, Size] | None = None
    matrix: list[list[float]]
    distortions: list[FiniteFloat] = Field(default=[], max_length=5)
    fisheye: bool = False
    rotation: Any = None
    """Rotation vector (Rodrigues), world to camera; anything else is ignored."""


def read(path: Path, name: str | None) -> Camera:
    """Read the camera of that name, or the only one. Raises `InputError` that names the table and the
    field."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"is truncated or not TOML ({error})", source=path, fix="write the file again"
        ) from error
    cameras = {key: table for key, table in document.items() if isinstance(table, dict) and "matrix" in table}
    if not cameras:
        raise InputError(
            "holds no camera", source=path, fix="a camera is a table with 'matrix' and 'distortions'"
        )
    by_name = {str(table.get("name", key)): table for key, table in cameras.items()} | cameras
    if name is None and len(cameras) > 1:
        raise InputError(
            f"has {len(cameras)} cameras",
            source=path,
            fix=f"choose one by name with `camera`: {', '.join(cameras)}",
        )
    chosen = name if name is not None else next(iter(cameras))
    if chosen not in by_name:
        raise InputError(f"no camera '{chosen}'", source=path, fix=f"the file has {', '.join(cameras)}")
    where = f"[{chosen}]"
    camera = validated(_Calibration, by_name[chosen], path, where)
    k = checked_intrinsics(camera.matrix, path, where)
    rotation = _rotation(camera.rotation)
    return Camera(chosen, k, np.array(camera.distortions), camera.fisheye, camera.size, rotation)


def _rotation(vector: Any) -> np.ndarray | None:
    """The matrix of a rotation vector (Rodrigues' formula); None for anything else."""
    try:
        values = np.asarray(vector, np.float64)
    except (TypeError, ValueError):
        return None
    if values.shape != (3,) or not np.isfinite(values).all():
        return None
    angle = np.linalg.norm(values)
    x, y, z = values / max(float(angle), 1e-12)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
