"""Rays and pixels: round trips, and the pull between its limits."""

import torch

from places import keypoints_to_rays
from zedo_cli.pipeline.rays import distance_from_rays, points_to_keypoints, pull_on_rays

INTRINSICS = torch.tensor([[900.0, 2, 400], [0, 950, 300], [0, 0, 1]], dtype=torch.float64)


def test_points_lie_on_the_rays_of_their_keypoints(points):
    rays = keypoints_to_rays(points_to_keypoints(points, INTRINSICS), INTRINSICS)
    assert torch.allclose(rays.norm(dim=-1), torch.ones(3, 17, dtype=torch.float64))
    assert torch.allclose(rays * points.norm(dim=-1, keepdim=True), points)


def test_full_pull_reprojects_on_the_keypoints_and_is_idempotent(points):
    keypoints = points_to_keypoints(points, INTRINSICS) + 20
    rays, translation = keypoints_to_rays(keypoints, INTRINSICS), points[:, :1]
    pulled = pull_on_rays(points - translation, translation, rays)
    assert torch.allclose(points_to_keypoints(pulled + translation, INTRINSICS), keypoints)
    assert torch.allclose(pull_on_rays(pulled, translation, rays), pulled)


def test_pull_takes_the_shortest_way(points):
    rays = keypoints_to_rays(points_to_keypoints(points, INTRINSICS) + 20, INTRINSICS)
    moved = pull_on_rays(points, torch.zeros(3, 1, 3, dtype=torch.float64), rays) - points
    assert (moved * rays).sum(-1).abs().max() < 1e-12


def test_distances_are_those_of_the_pull(points):
    rays = keypoints_to_rays(points_to_keypoints(points, INTRINSICS) + 20, INTRINSICS)
    moved = pull_on_rays(points, torch.zeros(3, 1, 3, dtype=torch.float64), rays) - points
    assert torch.allclose(distance_from_rays(points, rays), moved.norm(dim=-1))


def test_no_gain_leaves_the_joint(points):
    rays = keypoints_to_rays(points_to_keypoints(points, INTRINSICS) + 20, INTRINSICS)
    assert torch.equal(
        pull_on_rays(points, points[:, :1], rays, torch.zeros(3, 17, 1, dtype=torch.float64)), points
    )
