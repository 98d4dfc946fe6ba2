"""K, the pinhole matrix: checks, construction, projection."""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from zedo_cli.errors import InputError
from zedo_cli.io.numbers import real_numbers

WRITE_K = "write K as [[fx, 0, cx], [0, fy, cy], [0, 0, 1]] in pixels"

LARGEST = 1e7
"""Pixels; a larger number in K is not one."""

WIDEST_HALF_FOV_DEGREES = 85.0
"""Angle from the optical axis to the edge of the image. No pinhole image is wider than twice this, and the K
of a fisheye is far from it."""


def checked_intrinsics(intrinsics: object, source: str | Path | None, where: str | None = None) -> np.ndarray:
    """K as a float64 array. Raises `InputError` unless it is 3x3, upper triangular and of positive focal
    lengths."""
    try:
        k = real_numbers(intrinsics)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            "K is not a 3x3 matrix of numbers", source=source, where=where, fix=WRITE_K
        ) from error
    problem = _problem(k)
    if problem:
        raise InputError(problem, source=source, where=where, fix=WRITE_K)
    return k


def _problem(k: np.ndarray) -> str:
    """What is wrong with K; empty if nothing is."""
    if k.shape != (3, 3):
        return f"K has shape {list(k.shape)}; it must be [3, 3]"
    if not np.isfinite(k).all():
        return "K holds NaN or infinity"
    if np.abs(k).max() > LARGEST:
        return f"K holds {np.abs(k).max():g}, which is not in pixels"
    focal = f"focal lengths fx = {k[0, 0]:g}, fy = {k[1, 1]:g}"
    if k[0, 0] <= 0 or k[1, 1] <= 0:
        return f"{focal} must be positive"
    if max(k[0, 0], k[1, 1]) < 10:
        return f"{focal} look normalised, or in millimetres"
    half_fov = np.degrees(np.arctan2(np.abs(k[[0, 1], 2]), k[[0, 1], [0, 1]])).max()
    if half_fov > WIDEST_HALF_FOV_DEGREES:
        return f"{focal} mean a field of view of about {2 * half_fov:.0f} degrees, as in millimetres"
    if np.abs(k[[1, 2, 2], [0, 0, 1]]).max() > 1e-6 or abs(k[2, 2] - 1) > 1e-6:
        return "K must be [[fx, s, cx], [0, fy, cy], [0, 0, 1]]; is it transposed?"
    return ""


def pinhole(fx: ArrayLike, fy: ArrayLike, cx: ArrayLike, cy: ArrayLike) -> np.ndarray:
    """K `[..., 3, 3]` from numbers or arrays `[...]`."""
    k = np.zeros((*np.shape(fx), 3, 3))
    k[..., 0, 0], k[..., 1, 1], k[..., 0, 2], k[..., 1, 2], k[..., 2, 2] = fx, fy, cx, cy, 1
    return k


def project(points: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
    """Pinhole projection in double precision. `[..., J, 3]` m, camera frame, `[..., 3, 3]` -> `[..., J, 2]`
    px."""
    image = np.asarray(points, np.float64) @ np.swapaxes(intrinsics, -1, -2)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return image[..., :2] / image[..., 2:]
