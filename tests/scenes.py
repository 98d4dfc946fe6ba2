"""People before cameras, for tests that write the data sets' own layouts."""

import numpy as np
from scipy.spatial.transform import Rotation

from places import people


def walking(count: int, seed: int = 0) -> np.ndarray:
    """A person who walks about and turns, world with Z up, pelvis a metre high. `[count, 17, 3]` m."""
    generator = np.random.default_rng(seed)
    turns = Rotation.from_euler("z", generator.uniform(0, 2 * np.pi, (count, 1))).as_matrix()
    leaning = Rotation.from_rotvec(0.3 * generator.normal(size=(count, 3))).as_matrix()
    place = np.stack([*generator.uniform(-1.5, 1.5, (2, count)), np.full(count, 1.0)], axis=1)
    return people(count, seed) @ (turns @ leaning).transpose(0, 2, 1) + place[:, None]


def standing_camera(
    azimuth: float, distance: float = 5.0, height: float = 1.5
) -> tuple[np.ndarray, np.ndarray]:
    """Rotation and translation of a camera that looks at a point a metre above the world's origin."""
    place = np.array([distance * np.cos(azimuth), distance * np.sin(azimuth), height])
    forward = np.array([0, 0, 1.0]) - place
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    return rotation, -rotation @ place


def in_front_of_camera(count: int, seed: int = 0, azimuth: float = 0.3, distance: float = 5.0) -> np.ndarray:
    """The walking person in a camera's frame. `[count, 17, 3]` m."""
    rotation, translation = standing_camera(azimuth, distance)
    return walking(count, seed) @ rotation.T + translation


def to_pixels(points: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
    """Pinhole projection by hand, joint by joint. `[N, 17, 3]`, `[3, 3]` -> `[N, 17, 2]`."""
    pixels = np.zeros((*points.shape[:-1], 2))
    for place in np.ndindex(points.shape[:-1]):
        x, y, z = points[place]
        pixels[place] = (
            intrinsics[0, 0] * x / z + intrinsics[0, 2],
            intrinsics[1, 1] * y / z + intrinsics[1, 2],
        )
    return pixels


def assert_reprojects(data, tolerance: float = 0.05) -> None:
    """Truth, keypoints and intrinsics of a data set belong together on the scored joints."""
    for row in range(len(data)):
        pixels = to_pixels(data.truth[row : row + 1], data.keypoints.intrinsics[row])[0]
        joints = list(data.joints)
        assert np.abs(pixels[joints] - data.keypoints.points[row, joints]).max() < tolerance
