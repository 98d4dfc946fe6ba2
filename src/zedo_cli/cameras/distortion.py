"""OpenCV's lens distortion on the plane z = 1, and its inverse by Newton's method."""

import numpy as np

_ITERATIONS = 30
_WIDEST = 5.0
"""Tangent of the largest angle from the optical axis that is searched."""

_LARGEST_ANGLE = 1.55
"""The same for a fisheye, radians."""


def distort(plane: np.ndarray, coefficients: np.ndarray, fisheye: bool) -> np.ndarray:
    """Where the lens moves points `[..., 2]` of the plane z = 1.

    Coefficients: k1 k2 p1 p2 [k3 [k4 k5 k6 [s1 s2 s3 s4 [tauX tauY]]]], or k1 k2 k3 k4 for a fisheye
    (OpenCV's `cv::fisheye`).
    """
    if fisheye:
        radius = np.linalg.norm(plane, axis=-1, keepdims=True)
        return (
            plane * _fisheye_radius(np.arctan(radius), _padded(coefficients, 4)) / np.maximum(radius, 1e-12)
        )
    k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4, tilt_x, tilt_y = _padded(coefficients, 14)
    x, y = plane[..., :1], plane[..., 1:]
    r2 = x * x + y * y
    radial = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
    shift = [
        2 * p1 * x * y + p2 * (r2 + 2 * x * x) + r2 * (s1 + r2 * s2),
        p1 * (r2 + 2 * y * y) + 2 * p2 * x * y + r2 * (s3 + r2 * s4),
    ]
    moved = plane * radial + np.concatenate(shift, axis=-1)
    return _tilted(moved, tilt_x, tilt_y) if tilt_x or tilt_y else moved


def _tilted(plane: np.ndarray, tilt_x: float, tilt_y: float) -> np.ndarray:
    """Onto a sensor tilted by two angles (radians), as OpenCV's tauX and tauY."""
    cx, sx, cy, sy = np.cos(tilt_x), np.sin(tilt_x), np.cos(tilt_y), np.sin(tilt_y)
    rotation = np.array([[cy, sy * sx, -sy * cx], [0, cx, sx], [sy, -cy * sx, cy * cx]])
    onto = np.array([[rotation[2, 2], 0, -rotation[0, 2]], [0, rotation[2, 2], -rotation[1, 2]], [0, 0, 1]])
    points = np.concatenate([plane, np.ones_like(plane[..., :1])], axis=-1) @ (onto @ rotation).T
    tilted: np.ndarray = points[..., :2] / points[..., 2:]
    return tilted


def undistort(distorted: np.ndarray, coefficients: np.ndarray, fisheye: bool, tolerance: float) -> np.ndarray:
    """The points `[..., 2]` that `distort` moves to `distorted`; NaN where no point is moved to within
    `tolerance`."""
    solve = _undistort_fisheye if fisheye else _undistort_lens
    ideal = solve(distorted, coefficients)
    missed = np.linalg.norm(distort(ideal, coefficients, fisheye) - distorted, axis=-1, keepdims=True)
    return np.where(missed < tolerance, ideal, np.nan)


def _undistort_lens(distorted: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    ideal, step = distorted.copy(), 1e-6
    along_x, along_y = step * np.eye(2)

    def lens(points: np.ndarray) -> np.ndarray:
        return distort(points, coefficients, False)

    for _ in range(_ITERATIONS):
        dx = (lens(ideal + along_x) - lens(ideal - along_x)) / (2 * step)
        dy = (lens(ideal + along_y) - lens(ideal - along_y)) / (2 * step)
        error = lens(ideal) - distorted
        determinant = dx[..., :1] * dy[..., 1:] - dx[..., 1:] * dy[..., :1]
        determinant = np.where(np.abs(determinant) < 1e-3, 1e-3, determinant)
        x = (dy[..., 1:] * error[..., :1] - dy[..., :1] * error[..., 1:]) / determinant
        y = (dx[..., :1] * error[..., 1:] - dx[..., 1:] * error[..., :1]) / determinant
        ideal = np.clip(ideal - np.concatenate([x, y], axis=-1), -_WIDEST, _WIDEST)
    return ideal


def _undistort_fisheye(distorted: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    k = _padded(coefficients, 4)
    radius = np.linalg.norm(distorted, axis=-1, keepdims=True)
    angle = radius.copy()
    for _ in range(_ITERATIONS):
        slope = 1 + sum((2 * i + 3) * c * angle ** (2 * i + 2) for i, c in enumerate(k))
        angle = np.clip(angle - (_fisheye_radius(angle, k) - radius) / slope, 0, _LARGEST_ANGLE)
    return distorted * np.tan(angle) / np.maximum(radius, 1e-12)


def _fisheye_radius(angle: np.ndarray, k: np.ndarray) -> np.ndarray:
    return angle * (1 + sum(c * angle ** (2 * i + 2) for i, c in enumerate(k)))


def _padded(coefficients: np.ndarray, count: int) -> np.ndarray:
    return np.pad(coefficients, (0, max(0, count - len(coefficients))))[:count]
