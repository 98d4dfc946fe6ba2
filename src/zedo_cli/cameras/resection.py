"""A camera, or its pose alone, from points whose positions in the world and pixels are both known."""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.linalg import rq
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import pinhole, project
from zedo_cli.errors import InputError

FEWEST_POINTS = 12
FLAT = 1e-3
"""Thickness of points, relative to their extent, up to which they lie in a plane."""

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
    with NaN are ignored. Raises `InputError` if there are too few points.
    """
    points, pixels = _known(points, pixels, name)
    rotation, translation = _linear(points, pixels, intrinsics)
    start = Camera(name, intrinsics, size=size, rotation=rotation, translation=translation)
    return _refined(start, points, pixels, lens=False)


def calibrate_camera(
    points: np.ndarray, pixels: np.ndarray, name: str, size: tuple[float, float] | None = None
) -> Camera:
    """The same with the focal lengths and the principal point solved too; there is no skew.

    Hartley and Zisserman, sections 6.2.4 and 7.1. Raises `InputError` if there are too few points, or if they
    do not tell a camera.
    """
    points, pixels = _known(points, pixels, name)
    size_of_cloud = np.linalg.svd(points - points.mean(0), compute_uv=False)
    if size_of_cloud[2] <= FLAT * size_of_cloud[0] or np.ptp(pixels, axis=0).min() == 0:
        raise InputError("the points lie in a plane, which does not tell a camera", source=name)
    # pixels of order one, for the conditioning of the linear system
    centre, spread = pixels.mean(0), pixels.std()
    about = np.array([[1 / spread, 0, -centre[0] / spread], [0, 1 / spread, -centre[1] / spread], [0, 0, 1]])
    matrix, _ = _projection(points, pixels, np.linalg.inv(about))
    upper = _upper(np.linalg.inv(about) @ matrix[:, :3])
    intrinsics = upper / upper[2, 2]
    intrinsics[0, 1] = 0
    if not np.isfinite(intrinsics).all() or min(intrinsics[0, 0], intrinsics[1, 1]) <= 0:
        raise InputError("the points and their pixels do not tell a camera", source=name)
    rotation, translation = _linear(points, pixels, intrinsics)
    start = Camera(name, intrinsics, size=size, rotation=rotation, translation=translation)
    found = _refined(start, points, pixels, lens=True)
    if not np.isfinite(found.intrinsics).all() or min(found.intrinsics[0, 0], found.intrinsics[1, 1]) <= 0:
        raise InputError("the points and their pixels do not tell a camera", source=name)
    return found


def _known(points: np.ndarray, pixels: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The rows that are known of both. Raises `InputError` if they are too few."""
    known = np.isfinite(points).all(1) & np.isfinite(pixels).all(1)
    if known.sum() < FEWEST_POINTS:
        raise InputError(
            f"{known.sum()} points are too few to solve the pose of the camera; {FEWEST_POINTS} are needed",
            source=name,
        )
    return np.asarray(points[known], np.float64), np.asarray(pixels[known], np.float64)


def _refined(start: Camera, points: np.ndarray, pixels: np.ndarray, lens: bool) -> Camera:
    """The camera of least distances from the pixels, with distortion, and with another K if `lens`."""
    assert start.rotation is not None
    assert start.translation is not None
    k = start.intrinsics

    def camera(parameters: np.ndarray) -> Camera:
        turn, translation, distortion, (fx, fy, cx, cy) = np.split(parameters, (3, 6, 11))
        return replace(
            start,
            intrinsics=pinhole(fx, fy, cx, cy) if lens else k,
            distortion=distortion,
            rotation=Rotation.from_rotvec(turn).as_matrix(),
            translation=translation,
        )

    known = np.array([k[0, 0], k[1, 1], k[0, 2], k[1, 2]])

    def whole(parameters: np.ndarray) -> np.ndarray:
        return parameters if lens else np.concatenate([parameters, known])

    def misfit(parameters: np.ndarray) -> Any:
        return (reproject(camera(whole(parameters)), points) - pixels).ravel()

    turn = Rotation.from_matrix(start.rotation).as_rotvec()
    first = np.concatenate([turn, start.translation, np.zeros(5), known[: 4 * lens]])
    found = least_squares(misfit, first, loss="huber", f_scale=OUTLIER, x_scale="jac")
    return camera(whole(found.x))


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
    matrix, (centre, scale) = _projection(points, pixels, intrinsics)
    u, singular, vt = np.linalg.svd(matrix[:, :3])
    rotation = u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt
    return rotation, matrix[:, 3] * scale / singular.mean() - rotation @ centre


def _projection(
    points: np.ndarray, pixels: np.ndarray, intrinsics: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, float]]:
    """The 3x4 matrix that takes world points to the plane before K, and the centre and the scale about which
    the points are taken: (points - centre) / scale."""
    centre, scale = points.mean(0), float(points.std())
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
    return matrix, (centre, scale)


def _upper(matrix: np.ndarray) -> np.ndarray:
    """The upper triangular matrix of positive diagonal that a rotation takes to a 3x3 matrix (RQ)."""
    upper, _ = rq(matrix)
    return np.asarray(upper * np.where(np.diag(upper) < 0, -1.0, 1.0))
