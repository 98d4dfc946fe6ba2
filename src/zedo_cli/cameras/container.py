"""A camera: pinhole intrinsics and lens distortion in OpenCV's conventions."""

from dataclasses import dataclass, field

import numpy as np

from zedo_cli.errors import InputError

_ITERATIONS = 30
_TOLERANCE = 0.1  # pixels by which an undistorted point may miss its original when distorted again
_WIDEST = 5.0  # tangent of the widest angle from the optical axis that is searched


@dataclass(frozen=True)
class Camera:
    """A static camera.

    intrinsics: K `[3, 3]`, pixels. distortion: OpenCV's coefficients, k1 k2 p1 p2 [k3], or k1 k2 k3 k4 for a fisheye;
    empty for none. size: image width and height in pixels, if known. rotation, translation: from the calibration's world to
    the camera frame, X = rotation P + translation, `[3, 3]` and `[3]` m, if known.
    """

    name: str
    intrinsics: np.ndarray
    distortion: np.ndarray = field(default_factory=lambda: np.zeros(0))
    fisheye: bool = False
    size: tuple[float, float] | None = None
    rotation: np.ndarray | None = None
    translation: np.ndarray | None = None

    def undistort(self, points: np.ndarray) -> np.ndarray:
        """The pixels where a pinhole camera of the same K would have seen `points [..., 2]`; float64.

        Inverts the distortion by Newton's method. NaN where the model has no inverse (far outside a wide lens's image).
        """
        if not self.distortion.any():
            return points.astype(np.float64)
        seen = self._to_plane(points.astype(np.float64))
        ideal = self._undistort_fisheye(seen) if self.fisheye else self._undistort_radial(seen)
        undistorted = self._to_pixels(ideal)
        missed = np.linalg.norm(self.distort(undistorted) - points, axis=-1, keepdims=True)
        return np.where(missed < _TOLERANCE, undistorted, np.nan)

    def distort(self, points: np.ndarray) -> np.ndarray:
        """The pixels where this camera sees what a pinhole camera would see at `points [..., 2]`; inverse of `undistort`."""
        plane = self._to_plane(points.astype(np.float64))
        if self.fisheye:
            radius = np.linalg.norm(plane, axis=-1, keepdims=True)
            return self._to_pixels(plane * self._fisheye_angle(np.arctan(radius)) / np.maximum(radius, 1e-12))
        return self._to_pixels(self._distort_radial(plane))

    def _undistort_radial(self, seen: np.ndarray) -> np.ndarray:
        ideal, step = seen.copy(), 1e-6
        along_x, along_y = step * np.eye(2)
        for _ in range(_ITERATIONS):
            dx = (self._distort_radial(ideal + along_x) - self._distort_radial(ideal - along_x)) / (2 * step)
            dy = (self._distort_radial(ideal + along_y) - self._distort_radial(ideal - along_y)) / (2 * step)
            error = self._distort_radial(ideal) - seen
            determinant = dx[..., :1] * dy[..., 1:] - dx[..., 1:] * dy[..., :1]
            determinant = np.where(np.abs(determinant) < 1e-3, 1e-3, determinant)
            x = (dy[..., 1:] * error[..., :1] - dy[..., :1] * error[..., 1:]) / determinant
            y = (dx[..., :1] * error[..., 1:] - dx[..., 1:] * error[..., :1]) / determinant
            ideal = np.clip(ideal - np.concatenate([x, y], axis=-1), -_WIDEST, _WIDEST)
        return ideal

    def _undistort_fisheye(self, seen: np.ndarray) -> np.ndarray:
        radius = np.linalg.norm(seen, axis=-1, keepdims=True)
        angle = radius.copy()
        for _ in range(_ITERATIONS):
            slope = 1 + sum((2 * i + 3) * k * angle ** (2 * i + 2) for i, k in enumerate(self._coefficients(4)))
            angle = np.clip(angle - (self._fisheye_angle(angle) - radius) / slope, 0, 1.55)
        return seen * np.tan(angle) / np.maximum(radius, 1e-12)

    def _fisheye_angle(self, angle: np.ndarray) -> np.ndarray:
        return angle * (1 + sum(k * angle ** (2 * i + 2) for i, k in enumerate(self._coefficients(4))))

    def _distort_radial(self, plane: np.ndarray) -> np.ndarray:
        """OpenCV's radial and tangential model on the plane z = 1."""
        k1, k2, p1, p2, k3 = self._coefficients(5)
        x, y = plane[..., :1], plane[..., 1:]
        r2 = x * x + y * y
        shift = [2 * p1 * x * y + p2 * (r2 + 2 * x * x), p1 * (r2 + 2 * y * y) + 2 * p2 * x * y]
        return plane * (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) + np.concatenate(shift, axis=-1)

    def _coefficients(self, count: int) -> np.ndarray:
        return np.pad(self.distortion, (0, max(0, count - len(self.distortion))))[:count]

    def _to_plane(self, points: np.ndarray) -> np.ndarray:
        homogeneous = np.concatenate([points, np.ones_like(points[..., :1])], axis=-1)
        return (homogeneous @ np.linalg.inv(self.intrinsics).T)[..., :2]

    def _to_pixels(self, plane: np.ndarray) -> np.ndarray:
        homogeneous = np.concatenate([plane, np.ones_like(plane[..., :1])], axis=-1)
        return (homogeneous @ self.intrinsics.T)[..., :2]


def projected(points: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
    """Pinhole projection in double precision. `[..., J, 3]` m, camera frame, `[..., 3, 3]` -> `[..., J, 2]` px."""
    image = np.asarray(points, np.float64) @ np.swapaxes(intrinsics, -1, -2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return image[..., :2] / image[..., 2:]


def checked_intrinsics(intrinsics: object, place: str) -> np.ndarray:
    """K as a float64 array. Raises `InputError` unless it is 3x3, upper triangular and of positive focal lengths."""
    try:
        k = np.asarray(intrinsics, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{place}: K is no 3x3 matrix of numbers; write [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]") from error
    if k.shape != (3, 3):
        raise InputError(f"{place}: K has shape {list(k.shape)}; it must be 3x3: [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]")
    if not np.isfinite(k).all():
        raise InputError(f"{place}: K holds NaN or infinity; write [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]")
    if np.abs(k).max() > 1e7:
        raise InputError(f"{place}: K holds {np.abs(k).max():g}; K must be in pixels")
    if k[0, 0] <= 0 or k[1, 1] <= 0:
        raise InputError(f"{place}: focal lengths fx = {k[0, 0]:g}, fy = {k[1, 1]:g} must be positive pixels")
    if 0 < max(k[0, 0], k[1, 1]) < 10:
        raise InputError(f"{place}: focal lengths fx = {k[0, 0]:g}, fy = {k[1, 1]:g} look normalised; K must be in pixels")
    if np.abs(k[[1, 2, 2], [0, 0, 1]]).max() > 1e-6 or abs(k[2, 2] - 1) > 1e-6:
        raise InputError(f"{place}: K must be [[fx, s, cx], [0, fy, cy], [0, 0, 1]]; is it transposed?")
    return k
