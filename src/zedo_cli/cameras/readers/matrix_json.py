"""Cameras as JSON, in the shapes that programs write.

K alone: 3x3, 3x4 or 9 numbers. An object with K under a usual name, or `fx, fy, cx, cy` (RealSense: `ppx,
ppy`), with optional `width, height` and OpenCV's distortion coefficients. Open3D (`intrinsic_matrix`, by
columns), OpenCV's FileStorage, nerfstudio and instant-ngp (`fl_x` or `camera_angle_x`). Several of these by
name.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import LARGEST, WRITE_K, checked_intrinsics, pinhole
from zedo_cli.cameras.reading import lens
from zedo_cli.errors import InputError
from zedo_cli.io.files import read_json
from zedo_cli.io.numbers import real_numbers

MATRIX_NAMES = (
    "k",
    "camera_matrix",
    "cameramatrix",
    "intrinsic_matrix",
    "intrinsics",
    "intrinsic",
    "mtx",
    "matrix",
)
DISTORTION_NAMES = (
    "distortion",
    "distortions",
    "distortion_coefficients",
    "dist_coeffs",
    "dist_coeff",
    "distcoeffs",
    "dist",
    "d",
    "coeffs",
)
_SIZES = (("width", "height"), ("w", "h"), ("image_width", "image_height"))
_NUMBERS = {"fl_x": "fx", "fl_y": "fy", "ppx": "cx", "ppy": "cy"}


def read(path: Path) -> list[Camera]:
    """Read the file. Raises `InputError` that names the field."""
    document = read_json(path)
    if not isinstance(document, dict):
        return [Camera(path.stem, matrix(document, path))]
    cameras = document.get("cameras")
    if isinstance(cameras, list) and cameras and all(isinstance(c, dict) for c in cameras):
        return [
            camera_of(c, path, str(c.get("name", place)), f"cameras.{place}")
            for place, c in enumerate(cameras)
        ]
    nested = {name: part for name, part in document.items() if isinstance(part, dict) and _has_camera(part)}
    if not _has_camera(document) and nested:
        return [camera_of(part, path, name, name) for name, part in nested.items()]
    return [camera_of(document, path, path.stem)]


def matrix(values: Any, path: Path, where: str | None = None) -> np.ndarray:
    """K from 3x3 or 3x4 numbers, or 9 of them by rows, or by columns if that is how they make sense."""
    try:
        array = real_numbers(values)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("K is not a 3x3 matrix of numbers", source=path, where=where, fix=WRITE_K) from error
    if array.shape == (9,):
        array = array.reshape(3, 3)
        if not array[0, 2] and not array[1, 2] and array[2, :2].any():
            array = array.T
    if array.shape == (12,):
        array = array.reshape(3, 4)
    if array.shape == (3, 4):
        if array[:, 3].any():
            raise InputError(
                "a projection matrix with a translation is no K", source=path, where=where, fix=WRITE_K
            )
        array = array[:, :3]
    return checked_intrinsics(array, path, where)


def camera_of(about: dict[str, Any], path: Path, name: str, where: str | None = None) -> Camera:
    """The camera of an object. Raises `InputError` that names the field."""
    fields = {str(key).lower(): value for key, value in about.items()}
    fields = {_NUMBERS.get(key, key): value for key, value in fields.items()}
    size = _size(fields, path, where)
    model = " ".join(str(fields.get(k, "")).lower() for k in ("camera_model", "distortion_model", "model"))
    fisheye = bool(fields.get("fisheye") or fields.get("is_fisheye") or fields.get("fisheye_model"))
    fisheye |= "fisheye" in model or "equidistant" in model
    key = next((key for key in MATRIX_NAMES if key in fields), None)
    if key is not None and not isinstance(fields[key], dict | list):
        raise InputError("K is not a 3x3 matrix of numbers", source=path, where=key, fix=WRITE_K)
    if key is not None:
        value = fields[key]
        if isinstance(value, dict) and "data" not in value:
            return camera_of(value, path, name, key)
        k = matrix(value["data"] if isinstance(value, dict) else value, path, where)
    else:
        k = _from_numbers(fields, size, path, where)
    if {"fl_x", "fl_y", "camera_angle_x"} & {str(key).lower() for key in about}:
        k[:2, 2] -= 0.5  # the corner of the upper left pixel is (0, 0) there
    found = next((fields[key] for key in DISTORTION_NAMES if fields.get(key) is not None), None)
    if isinstance(found, dict):
        found = found.get("data")
    if found is None:
        names = ("k1", "k2", "k3", "k4") if fisheye else ("k1", "k2", "p1", "p2", "k3")
        found = [fields.get(part, 0.0) for part in names] if any(part in fields for part in names) else []
    return Camera(name, k, lens(found, path, where or "distortion", fisheye), fisheye, size)


def _has_camera(about: dict[str, Any]) -> bool:
    names = {_NUMBERS.get(str(key).lower(), str(key).lower()) for key in about}
    return (
        bool(names & set(MATRIX_NAMES)) or {"fx", "fy"} <= names or "fx" in names or "camera_angle_x" in names
    )


def _from_numbers(
    fields: dict[str, Any], size: tuple[float, float] | None, path: Path, where: str | None
) -> np.ndarray:
    angle = fields.get("camera_angle_x")
    if "fx" not in fields and isinstance(angle, int | float) and size and 0 < angle < math.pi:
        fields = fields | {"fx": size[0] / 2 / math.tan(angle / 2)}
    fields = fields | {"fy": fields.get("fy", fields.get("fx"))}
    if size:
        fields = {"cx": size[0] / 2, "cy": size[1] / 2} | fields
    values = []
    for key in ("fx", "fy", "cx", "cy"):
        value = fields.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise InputError(
                f"{key} is missing" if value is None else f"{key} is not a number",
                source=path,
                where=where,
                fix=f"{WRITE_K}, or an object with fx, fy, cx, cy",
            )
        if abs(value) > LARGEST:
            raise InputError(f"{key} is not in pixels", source=path, where=where, fix=WRITE_K)
        values.append(float(value))
    return checked_intrinsics(pinhole(*values), path, where)


def _size(fields: dict[str, Any], path: Path, where: str | None) -> tuple[float, float] | None:
    pair = next(((fields[w], fields[h]) for w, h in _SIZES if fields.get(w) and fields.get(h)), None)
    for key in ("size", "image_size", "resolution", "imgsize"):
        if pair is None and isinstance(fields.get(key), list) and len(fields[key]) == 2:
            pair = fields[key][0], fields[key][1]
    if pair is None:
        return None
    if not all(isinstance(side, int | float) and 0 < side < 1e6 for side in pair):
        raise InputError("the size of the image is not two numbers above 0", source=path, where=where)
    return float(pair[0]), float(pair[1])
