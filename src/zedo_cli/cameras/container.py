"""The neutral container of a camera: what every reader returns and the lifter takes."""

from dataclasses import dataclass, field, replace

import numpy as np

from zedo_cli.cameras import distortion
from zedo_cli.errors import InputError

_TOLERANCE = 0.1
"""Largest round-trip error (px) of an undistorted point."""


@dataclass(frozen=True)
class Camera:
    """A static camera.

    intrinsics: K `[3, 3]`, pixels; the middle of the upper left pixel is (0, 0). distortion: OpenCV's
    coefficients, k1 k2 p1 p2 [k3 [k4 k5 k6 [s1 s2 s3 s4 [tauX tauY]]]], or k1 k2 k3 k4 for a fisheye; empty
    for none. size: width and height of the image in pixels, if known. assumed: whether nothing was known of
    the camera but the size of its image. rotation, translation: from the calibration's world to
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

    def scaled(self, size: tuple[float, float]) -> "Camera":
        """The camera for images of another resolution and the same shape. Its own size must be known."""
        if self.size is None:
            raise ValueError(f"{self.name}: the size of the image is not known")
        ratio = np.array([size[0] / self.size[0], size[1] / self.size[1], 1.0])
        k = self.intrinsics * ratio[:, None]
        k[:2, 2] += (ratio[:2] - 1) / 2  # the middle of the first pixel is (0, 0)
        return replace(self, intrinsics=k, size=size)

    def turned(self, quarters: int) -> "Camera":
        """The camera of a film turned clockwise by `quarters` times 90 degrees. Its size must be known.

        Raises `InputError` for a tilted sensor (`tauX`, `tauY`), which has no turned model.
        """
        if self.size is None:
            raise ValueError(f"{self.name}: the size of the image is not known")
        camera = self
        for _ in range(quarters % 4):
            camera = camera._turned_once()
        return camera

    def _turned_once(self) -> "Camera":
        assert self.size is not None
        if self.distortion[12:].any():
            raise InputError("a camera with a tilted sensor cannot be turned", source=self.name)
        k, about = self.intrinsics, np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
        turned = np.array([[k[1, 1], 0, self.size[1] - 1 - k[1, 2]], [0, k[0, 0], k[0, 2]], [0, 0, 1]])
        lens = self.distortion.copy()
        if not self.fisheye and len(lens) >= 4:
            lens[2:4] = lens[3], -lens[2]
            if len(lens) >= 12:
                lens[8:12] = -lens[10], -lens[11], lens[8], lens[9]
        return replace(
            self,
            intrinsics=turned,
            distortion=lens,
            size=(self.size[1], self.size[0]),
            rotation=None if self.rotation is None else about @ self.rotation,
            translation=None if self.translation is None else about @ self.translation,
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
