"""Cameras as text: K as 3x3 or 3x4 numbers, and COLMAP's `cameras.txt`.

COLMAP's upper left pixel has its corner at (0, 0), OpenCV's its middle: half a pixel is taken off.
"""

from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import WRITE_K, checked_intrinsics, pinhole
from zedo_cli.cameras.readers.matrix_json import matrix
from zedo_cli.cameras.reading import lens
from zedo_cli.errors import InputError

_MODELS = {
    "SIMPLE_PINHOLE": ("f cx cy", False),
    "PINHOLE": ("fx fy cx cy", False),
    "SIMPLE_RADIAL": ("f cx cy k1", False),
    "RADIAL": ("f cx cy k1 k2", False),
    "OPENCV": ("fx fy cx cy k1 k2 p1 p2", False),
    "FULL_OPENCV": ("fx fy cx cy k1 k2 p1 p2 k3 k4 k5 k6", False),
    "OPENCV_FISHEYE": ("fx fy cx cy k1 k2 k3 k4", True),
    "SIMPLE_RADIAL_FISHEYE": ("f cx cy k1", True),
    "RADIAL_FISHEYE": ("f cx cy k1 k2", True),
}
"""COLMAP's models with their parameters, and whether they are OpenCV's fisheye."""


def read(path: Path) -> list[Camera]:
    """Read the file. Raises `InputError` that names the line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError("cannot be read as text", source=path, fix=WRITE_K) from error
    rows = [
        (n, line.replace(",", " ").split()) for n, line in enumerate(lines, 1) if line.split("#")[0].strip()
    ]
    if rows and len(rows[0][1]) > 4 and rows[0][1][1].isupper():
        return [_colmap(parts, path, f"line {number}") for number, parts in rows]
    try:
        numbers = [[float(part) for part in parts] for _, parts in rows]
    except ValueError as error:
        raise InputError("is not a matrix of numbers", source=path, fix=WRITE_K) from error
    if len({len(row) for row in numbers}) > 1:
        raise InputError("its lines differ in length", source=path, fix=WRITE_K)
    return [Camera(path.stem, matrix(numbers[0] if len(numbers) == 1 else numbers, path))]


def _colmap(parts: list[str], path: Path, where: str) -> Camera:
    if len(parts) < 2:
        raise InputError("is not a camera of COLMAP", source=path, where=where)
    name, model, *rest = parts
    if model not in _MODELS:
        raise InputError(
            f"camera model {model} is not supported",
            source=path,
            where=where,
            fix=f"use one of {', '.join(_MODELS)}",
        )
    names, fisheye = _MODELS[model][0].split(), _MODELS[model][1]
    try:
        width, height, *values = (float(part) for part in rest)
    except ValueError as error:
        raise InputError("is not a camera of COLMAP", source=path, where=where) from error
    if len(values) != len(names) or not (0 < width < 1e6 and 0 < height < 1e6):
        raise InputError(f"{model} has {len(names)} parameters: {' '.join(names)}", source=path, where=where)
    found = dict(zip(names, values, strict=True))
    fx, fy = (found.get(axis, found.get("f", 0.0)) for axis in ("fx", "fy"))
    k = pinhole(fx, fy, found["cx"] - 0.5, found["cy"] - 0.5)
    order = ("k1", "k2", "k3", "k4") if fisheye else ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")
    coefficients = np.trim_zeros(np.array([found.get(part, 0.0) for part in order]), "b")
    return Camera(
        name,
        checked_intrinsics(k, path, where),
        lens(coefficients, path, where, fisheye),
        fisheye,
        (width, height),
    )
