"""A camera of which nothing is known but the image: a usual field of view."""

import math

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.errors import InputError

USUAL_FOV_DEGREES = 60.0
"""Angle of the longer side of the image: telephones and webcams have 55 to 75, sports cameras 30 to 60. Poses depend
little on it: with 0.6 times the true focal length PA-MPJPE is 9 % larger on validation people, with 1.6 times 3 %."""


def assumed_camera(size: tuple[float, float], fov: float | None = None) -> Camera:
    """A pinhole camera in the middle of an image of `size` (width, height; px) whose longer side spans `fov` degrees.

    Raises `InputError` if there is no such camera.
    """
    if not (min(size) >= 1 and max(size) < 1e5):
        raise InputError(f"--image-size {size[0]:g}x{size[1]:g}: is no image's; write width x height in pixels: 1920x1080")
    if fov is not None and not 5 <= fov <= 150:
        raise InputError(f"--fov {fov:g}: must be an angle of 5 to 150 degrees, of the longer side of the image")
    focal = max(size) / 2 / math.tan(math.radians(USUAL_FOV_DEGREES if fov is None else fov) / 2)
    intrinsics = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
    return Camera(f"assumed, {USUAL_FOV_DEGREES if fov is None else fov:g} degrees", intrinsics, size=size)
