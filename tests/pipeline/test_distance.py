"""People far away keep their size."""

import numpy as np
import pytest
import torch

import zedo_cli as zedo
from places import people
from zedo_cli.pipeline.distance import NEAR, magnified
from zedo_cli.pipeline.observation import Observation
from zedo_cli.skeletons import INDEX

EXACT = zedo.SideInformation(keypoint_noise="exact")
TURN = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""From the world, Z up, to a level camera."""


def seen_from(distance: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ten people, their pixels at the same size from any distance, and K."""
    bodies = people(10) @ TURN.T
    points = bodies - bodies[:, :1] + [0.02 * distance, 0, distance]
    k = np.array([[375 * distance, 0, 960], [0, 375 * distance, 540], [0, 0, 1]])
    pixels = points @ k.T
    return points, pixels[..., :2] / pixels[..., 2:], k


@pytest.mark.parametrize("distance", [4, 8, 16, 30, 50, 100])
def test_depth_and_size_at_every_distance(distance):
    _, pixels, k = seen_from(distance)
    poses = zedo.lift(pixels, intrinsics=k, skeleton="h36m17", preset="fast", known=EXACT)
    depth = np.median(poses.poses_3d[:, 0, 2])
    assert depth == pytest.approx(distance, rel=0.1)
    knee, hip = poses.poses_3d[:, INDEX["right_knee"]], poses.poses_3d[:, INDEX["right_hip"]]
    assert 0.35 < np.median(np.linalg.norm(knee - hip, axis=-1)) < 0.47
    assert poses.reprojection_error.mean() < 0.5
    assert poses.keypoints_2d == pytest.approx(pixels, abs=0.02)


def test_people_nearby_are_not_magnified():
    for distance, factor in ((8, 1.0), (50, 50 / NEAR)):
        _, pixels, k = seen_from(distance)
        intrinsics = torch.tensor(k, dtype=torch.float32).expand(10, 3, 3)
        seen = Observation(torch.tensor(pixels, dtype=torch.float32), torch.ones(10, 17), intrinsics)
        larger, zoom = magnified(seen)
        assert zoom.factor.numpy() == pytest.approx(factor, rel=0.15)
        if factor == 1:
            assert torch.equal(larger.keypoints, seen.keypoints)


def test_people_far_away_do_not_change_those_nearby():
    near, far = seen_from(6), seen_from(40)
    pixels = np.concatenate([near[1], far[1]])
    intrinsics = np.repeat([near[2], far[2]], 10, axis=0)
    order = np.random.default_rng(0).permutation(20)
    together = zedo.lift(
        pixels[order], intrinsics=intrinsics[order], skeleton="h36m17", preset="fast", known=EXACT
    )
    for (_, own, k), rows in ((near, order < 10), (far, order >= 10)):
        alone = zedo.lift(own[order[rows] % 10], intrinsics=k, skeleton="h36m17", preset="fast", known=EXACT)
        for name in ("poses_3d", "hypotheses_3d", "translation", "keypoints_2d", "uncertainty"):
            assert getattr(together, name)[rows] == pytest.approx(getattr(alone, name), abs=1e-3), name
