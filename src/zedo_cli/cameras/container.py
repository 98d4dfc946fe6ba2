"""The neutral container of a camera: what every reader returns and the lifter takes."""

from dataclasses import dataclass, field

import numpy as np

from zedo_cli.cameras import distortion
from zedo_cli.errors import InputError

_TOLERANCE = 0.1
"""Largest round-trip error (px) of an undistorted point."""


@dataclass(frozen=True)
class Camera:
    """A static camera.

    intrinsics: K `[3, 3]`, pixels. distortion: OpenCV's coefficients, k1 k2 p1 p2 [k3], or k1 k2 k3 k4 for a
    fisheye; empty for none. size: width and height of the image in pixels, if known. assumed: whether nothing
    was known of the camera but the size of its image. rotation, translation: from the calibration's world to
    the camera frame (X right, Y down, Z forward), X = rotation P + translation, `[3, 3]` and `[3]` m, if
    known.
    """

    name: str
    intrinsics: np.ndarray
    distortion: np.ndarray = field(default_factory=lambda: np.zeros(0))
    fisheye: bool = False
    size: tuple[float, float] | None = None
    rotation: np.ndarray | None = None
    translation: np.ndarray | None = None
    assumed: bool = False

    def __post_init__(self) -> None:
        for name, shape in (("intrinsics", (3, 3)), ("rotation", (3, 3)), ("translation", (3,))):
            value = getattr(self, name)
            if value is not None and np.shape(value) != shape:
                raise InputError(
                    f"has shape {list(np.shape(value))}; it must be {list(shape)}",
                    source=self.name,
                    where=name,
                )

    def undistort(self, points: np.ndarray) -> np.ndarray:
        """The pixels where a pinhole camera of the same K would see `points [..., 2]`; float64.

        NaN where the lens model has no inverse (far outside the image of a wide lens).
        """
        if not self.distortion.any():
            return points.astype(np.float64)
        tolerance = _TOLERANCE / np.sqrt(self.intrinsics[0, 0] * self.intrinsics[1, 1])
        plane = distortion.undistort(self._to_plane(points), self.distortion, self.fisheye, tolerance)
        return self._to_pixels(plane)

    def distort(self, points: np.ndarray) -> np.ndarray:
        """The pixels where this camera sees what a pinhole camera would see at `points [..., 2]`."""
        return self._to_pixels(distortion.distort(self._to_plane(points), self.distortion, self.fisheye))

    def _to_plane(self, points: np.ndarray) -> np.ndarray:
        return (_homogeneous(points.astype(np.float64)) @ np.linalg.inv(self.intrinsics).T)[..., :2]

    def _to_pixels(self, plane: np.ndarray) -> np.ndarray:
        return (_homogeneous(plane) @ self.intrinsics.T)[..., :2]


def _homogeneous(points: np.ndarray) -> np.ndarray:
    return np.concatenate([points, np.ones_like(points[..., :1])], axis=-1)
