"""The pose of a camera, from points whose positions in the world and pixels are both known."""

from typing import Any

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import project
from zedo_cli.errors import InputError
from zedo_cli.registry import missing_extra

FEWEST_POINTS = 12
OUTLIER = 3.0
"""Distance (px) beyond which a point counts by its distance, no longer by its square (Huber)."""


def resect_camera(
    points: np.ndarray,
    pixels: np.ndarray,
    intrinsics: np.ndarray,
    name: str,
    size: tuple[float, float] | None = None,
) -> Camera:
    """The camera of known K that sees world `points [N, 3]` (m) at `pixels [N, 2]`, with rotation,
    translation, distortion.

    A direct linear transform (Hartley and Zisserman, section 7.1) starts a robust least squares over the pose
    and OpenCV's five coefficients; the points should fill a part of the image and not lie in one plane. Rows
    with NaN are ignored. Needs SciPy. Raises `InputError` if there are too few points.
    """
    try:
        from scipy.optimize import least_squares
        from scipy.spatial.transform import Rotation
    except ImportError as error:
        raise missing_extra("scipy", "eval", source=name) from error

    known = np.isfinite(points).all(1) & np.isfinite(pixels).all(1)
    if known.sum() < FEWEST_POINTS:
        raise InputError(
            f"{known.sum()} points are too few to solve the pose of the camera; {FEWEST_POINTS} are needed",
            source=name,
        )
    points, pixels = np.asarray(points[known], np.float64), np.asarray(pixels[known], np.float64)

    def camera(parameters: np.ndarray) -> Camera:
        rotation = Rotation.from_rotvec(parameters[:3]).as_matrix()
        return Camera(
            name, intrinsics, parameters[6:], size=size, rotation=rotation, translation=parameters[3:6]
        )

    def misfit(parameters: np.ndarray) -> Any:
        return (reproject(camera(parameters), points) - pixels).ravel()

    rotation, translation = _linear(points, pixels, intrinsics)
    start = np.concatenate([Rotation.from_matrix(rotation).as_rotvec(), translation, np.zeros(5)])
    return camera(least_squares(misfit, start, loss="huber", f_scale=OUTLIER, x_scale="jac").x)


def world_to_camera(camera: Camera, points: np.ndarray) -> np.ndarray:
    """World `points [..., 3]` (m) in the frame of a camera of known rotation and translation."""
    if camera.rotation is None or camera.translation is None:
        raise ValueError(f"{camera.name}: the pose of the camera is not known")
    return np.asarray(points, np.float64) @ camera.rotation.T + camera.translation


def reproject(camera: Camera, points: np.ndarray) -> np.ndarray:
    """The pixels `[..., 2]` at which the camera, lens included, sees world `points [..., 3]`."""
    return camera.distort(project(world_to_camera(camera, points), camera.intrinsics))


def _linear(points: np.ndarray, pixels: np.ndarray, intrinsics: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotation and translation by the direct linear transform, without distortion."""
    centre, scale = points.mean(0), points.std()
    world = np.concatenate([(points - centre) / scale, np.ones((len(points), 1))], axis=1)
    plane = np.concatenate([pixels, np.ones((len(pixels), 1))], axis=1) @ np.linalg.inv(intrinsics).T
    zeros = np.zeros_like(world)
    rows = [
        np.concatenate([world, zeros, -plane[:, :1] * world], axis=1),
        np.concatenate([zeros, world, -plane[:, 1:2] * world], axis=1),
    ]
    matrix = np.linalg.svd(np.concatenate(rows), full_matrices=False)[2][-1].reshape(3, 4)
    if (world @ matrix[2]).mean() < 0:
        matrix = -matrix
    u, singular, vt = np.linalg.svd(matrix[:, :3])
    rotation = u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt
    return rotation, matrix[:, 3] * scale / singular.mean() - rotation @ centre
