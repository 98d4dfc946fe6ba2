"""K as JSON: the matrix, or an object with focal lengths and principal point."""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.cameras.reading import single_camera
from zedo_cli.io.files import read_json
from zedo_cli.io.schema import validated

Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _FocalLengths(BaseModel):
    """`{"fx", "fy", "cx", "cy"}` with optional image size and OpenCV's distortion coefficients."""

    model_config = ConfigDict(extra="forbid")

    fx: float
    fy: float
    cx: float
    cy: float
    width: Size | None = None
    height: Size | None = None
    distortion: list[FiniteFloat] = Field(default=[], max_length=5)


def read(path: Path, name: str | None) -> Camera:
    """Read the file. Raises `InputError` that names the field."""
    single_camera(path, name)
    document = read_json(path)
    if not isinstance(document, dict):
        return Camera(path.stem, checked_intrinsics(document, path))
    camera = validated(_FocalLengths, document, path)
    k = [[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]]
    size = (camera.width, camera.height) if camera.width and camera.height else None
    return Camera(path.stem, checked_intrinsics(k, path), np.array(camera.distortion), size=size)
