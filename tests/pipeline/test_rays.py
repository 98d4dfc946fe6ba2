"""Rays and pixels: round trips, and the pull between its limits."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from places import keypoints_to_rays
from zedo_cli.pipeline.rays import (
    View,
    distance_from_rays,
    doubted_noise,
    keypoint_noise,
    mirrored_pose,
    mirrored_view,
    points_to_keypoints,
    pull_on_rays,
    ray_gain,
)
from zedo_cli.skeletons import ADULT

INTRINSICS = torch.tensor([[900.0, 2, 400], [0, 950, 300], [0, 0, 1]], dtype=torch.float64)


@pytest.fixture
def points():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 17, 3, generator=generator, dtype=torch.float64) * 0.4 + torch.tensor(
        [0.2, -0.1, 4]
    )


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


def test_noise_grows_with_doubt_and_is_infinite_where_nothing_was_seen():
    noise = keypoint_noise(torch.tensor([1.0, 0.5, 0.1, 0.0]), least=0.001, doubt=0.05)
    assert noise.tolist() == pytest.approx([0.001 * ADULT, 0.051 * ADULT, 0.451 * ADULT, math.inf])


def test_gain_limits():
    """Perfect keypoints pull fully, missing ones not at all, one as noisy as the pose half of the way."""
    gain = ray_gain(torch.tensor(0.01), torch.tensor([math.inf, 0.02, 0.01, 1e-9])).squeeze(-1)
    assert gain.tolist() == pytest.approx([0, 0.2, 0.5, 1])


def test_a_keypoint_is_doubted_the_more_the_farther_it_is_off():
    noise, distance = torch.full((4,), 0.01), torch.tensor([0.0, 0.03, 0.1, 1.0])
    doubted = doubted_noise(noise, distance, 0.03)
    assert doubted[0] == noise[0]
    assert (doubted.diff() > 0).all()
    assert torch.allclose(doubted_noise(noise, distance, 0.03, freedom=1e9), noise)
    # in the limit of an outlier its pull, distance times gain, falls again: it is forgotten
    force = distance * ray_gain(0.03, doubted_noise(noise, distance, 0.03)).squeeze(-1)
    assert force.argmax() < 3


def test_distances_are_those_of_the_pull(points):
    rays = keypoints_to_rays(points_to_keypoints(points, INTRINSICS) + 20, INTRINSICS)
    moved = pull_on_rays(points, torch.zeros(3, 1, 3, dtype=torch.float64), rays) - points
    assert torch.allclose(distance_from_rays(points, rays), moved.norm(dim=-1))


def test_the_mirror_image_of_a_view_is_the_view_of_the_mirror_image(points):
    view = View(
        normalize(points, dim=-1), torch.rand(3, 17), torch.tensor([[0.6, -0.8, 0.0]]), torch.ones(3, 10)
    )
    mirrored = mirrored_view(view)
    assert torch.equal(mirrored.rays, normalize(mirrored_pose(points), dim=-1))
    assert torch.equal(mirrored.up, torch.tensor([[-0.6, -0.8, 0.0]]))
    again = mirrored_view(mirrored)
    assert torch.equal(again.rays, view.rays)
    assert torch.equal(again.confidence, view.confidence)


def test_no_gain_leaves_the_joint(points):
    rays = keypoints_to_rays(points_to_keypoints(points, INTRINSICS) + 20, INTRINSICS)
    assert torch.equal(
        pull_on_rays(points, points[:, :1], rays, torch.zeros(3, 17, 1, dtype=torch.float64)), points
    )
