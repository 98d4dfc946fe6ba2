"""Starts: the exemplar posterior finds what is there, the optimisation of R and T recovers a turn."""

import math

import pytest
import torch

from places import keypoints_to_rays
from zedo_cli.pipeline.rays import keypoints_to_directions, points_to_keypoints
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.pipeline.sampler import antithetic_noise
from zedo_cli.pipeline.schedules import sampling_noise_levels
from zedo_cli.pipeline.start_clusters import (
    StartOptimisation,
    optimise_rotation_translation,
    place_on_ray,
    quaternion_to_rotation,
)
from zedo_cli.pipeline.start_exemplars import (
    Candidates,
    exemplar_kernel,
    exemplar_posterior,
    turned_exemplars,
)
from zedo_cli.pipeline.start_view import draw_from_view, probed_spread, view_mean
from zedo_cli.pipeline.translation import translation_solver
from zedo_cli.pipeline.view import View

INTRINSICS = torch.tensor([[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]])


@pytest.fixture
def candidates(prior):
    return turned_exemplars(prior.exemplars[:20], 8, (0.0, 20.0), (0.0,))


def posterior_of(candidates, which, spread=0.05, missing=()):
    poses = candidates[which]
    keypoints = points_to_keypoints(poses + torch.tensor([0.3, 0.1, 4.0]), INTRINSICS)
    directions = keypoints_to_directions(keypoints, INTRINSICS)
    weights = torch.ones(directions.shape[:2])
    weights[:, list(missing)] = 0
    directions[:, list(missing)] = torch.tensor([5.0, 5.0, 1.0])
    return exemplar_posterior(
        Candidates(candidates, torch.zeros(17)),
        directions,
        weights,
        translation_solver(directions, weights),
        spread,
    )


def test_turned_exemplars_cover_the_grid(prior):
    turned = turned_exemplars(prior.exemplars[:3], 4, (0.0, 10.0), (-5.0, 5.0))
    assert turned.shape == (3 * 4 * 2 * 2, 17, 3)
    expected = prior.exemplars[1] @ camera_rotation(*torch.deg2rad(torch.tensor([90.0, 10.0, 5.0]))).T
    assert torch.allclose(turned[1 * 16 + 1 * 4 + 1 * 2 + 1], expected, atol=1e-6)


def test_a_candidate_finds_itself(candidates):
    which = torch.tensor([3, 77, 200])
    posterior = posterior_of(candidates, which, spread=1e-3)
    assert posterior.probability.argmax(1).tolist() == which.tolist()
    assert torch.allclose(posterior.mean(), candidates[which], atol=1e-3)
    assert (posterior.spread() < 1e-2).all()


def test_what_is_missing_is_uncertain(candidates):
    which = torch.tensor([3, 77, 200])
    legs = (2, 3, 5, 6)
    whole, half = posterior_of(candidates, which), posterior_of(candidates, which, missing=legs)
    assert (half.spread()[:, [3, 6]] > whole.spread()[:, [3, 6]]).all()
    assert torch.allclose(half.probability.sum(1), torch.ones(3))


def test_the_kernel_is_the_least_uncertainty(candidates):
    posterior = posterior_of(candidates, torch.tensor([3, 77]), spread=1e-3)
    kernel = torch.linspace(0.01, 0.1, 17)
    assert torch.allclose(posterior._replace(kernel=kernel).spread(), kernel.expand(2, 17), atol=1e-3)


def test_the_kernel_grows_from_the_trunk_to_the_limbs_ends(prior):
    kernel = exemplar_kernel(prior.exemplars)
    assert kernel[0] == 0
    assert 0 < kernel[1] < kernel[2] < kernel[3] < 0.1
    one, other = torch.zeros(17, 3), torch.zeros(17, 3)
    other[5, 0] = 1.0
    assert exemplar_kernel(torch.stack([one, other]), share=0.5)[[4, 5]].tolist() == [0.0, 0.5]


def test_draws_follow_the_probability(candidates):
    posterior = posterior_of(candidates, torch.tensor([3, 77, 200]), spread=0.2)
    draws = posterior.draw(4000, 0.3)
    assert torch.allclose(draws.mean(1), posterior.mean(), atol=5e-3)
    assert torch.equal(draws, posterior.draw(4000, 0.3))


def test_optimisation_recovers_a_turn_about_z(prior):
    pose = prior.exemplars[:3].double()
    angle = torch.tensor([0.4, -0.7, 1.0], dtype=torch.float64)
    turned = pose @ camera_rotation(0 * angle, 0 * angle, angle).mT
    points = turned + torch.tensor([0.3, -0.2, 4.0], dtype=torch.float64)
    keypoints = points_to_keypoints(points, INTRINSICS.double())
    view = View(keypoints_to_rays(keypoints, INTRINSICS.double()), torch.ones(3, 17))
    found, translation = optimise_rotation_translation(
        pose,
        place_on_ray(view, 3.0),
        keypoints,
        INTRINSICS.double(),
        view.confidence,
        StartOptimisation(learning_rate=0.02),
    )
    assert torch.allclose(found + translation, points, atol=0.05)


def test_optimisation_keeps_rows_apart(prior):
    pose = prior.exemplars[:4]
    keypoints = points_to_keypoints(pose + torch.tensor([0.0, 0.0, 4.0]), INTRINSICS) + 5
    view = View(keypoints_to_rays(keypoints, INTRINSICS), torch.ones(4, 17))

    def run(rows):
        start = place_on_ray(View(view.rays[rows], view.confidence[rows]), 3.0)
        return optimise_rotation_translation(
            pose[rows],
            start,
            keypoints[rows],
            INTRINSICS,
            view.confidence[rows],
            StartOptimisation(iterations=50),
        )

    whole, alone = run(slice(None)), run(slice(2, 3))
    assert torch.allclose(whole[0][2:3], alone[0], atol=1e-5)
    assert torch.allclose(whole[1][2:3], alone[1], atol=1e-5)


def test_place_on_ray_does_without_the_pelvis():
    rays = torch.nn.functional.normalize(torch.tensor([[[9.0, 9, 1], [0.1, 0, 1], [-0.1, 0, 1]]]), dim=-1)
    point = place_on_ray(View(rays, torch.tensor([[0.0, 1, 1]])), 3.0)
    assert torch.allclose(point, torch.tensor([[[0.0, 0, 3]]]), atol=1e-6)


def test_quaternions_of_any_length_turn():
    half = math.pi / 8
    rotation = quaternion_to_rotation(5 * torch.tensor([math.cos(half), 0, math.sin(half), 0]))
    assert torch.allclose(
        rotation, camera_rotation(torch.tensor(2 * half), torch.tensor(0.0), torch.tensor(0.0)), atol=1e-6
    )


def gaussian(mean, spread):
    """The exact denoiser of independent Gaussians about `mean [B, 1, J, 3]`, which a view would tell."""

    def denoise(pose, sigma, view=None):
        return mean + spread**2 / (spread**2 + sigma**2) * (pose - mean)

    return denoise


@pytest.fixture
def posterior_mean():
    mean = 0.3 * torch.randn(5, 1, 17, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return mean - mean[..., :1, :]


def test_the_views_mean_is_what_the_denoiser_makes_of_nothing(posterior_mean):
    view = View(torch.zeros_like(posterior_mean), torch.ones(5, 1, 17))
    mean, spread = view_mean(gaussian(posterior_mean, 0.1), view, 4.0)
    assert spread is None
    assert mean.shape == (5, 1, 17, 3)
    assert (mean - posterior_mean).abs().max() < 0.01
    assert (mean[..., 0, :] == 0).all()


def test_draws_have_the_posteriors_mean_and_spread(posterior_mean):
    view = View(torch.zeros_like(posterior_mean), torch.ones(5, 1, 17))
    drawn = draw_from_view(
        gaussian(posterior_mean, 0.1), view, posterior_mean, sampling_noise_levels(12, 1.0, 0.005), 400
    )
    assert drawn.shape == (5, 400, 17, 3)
    assert (drawn.mean(1, keepdim=True) - posterior_mean).abs().mean() < 0.015
    # relative to the pelvis, whose own spread adds to every other joint's
    assert drawn[:, :, 1:].std(1).mean().item() == pytest.approx(0.1 * 2**0.5, rel=0.1)


def test_equal_rows_draw_equal_poses(posterior_mean):
    mean = posterior_mean[:1].expand(2, -1, -1, -1)
    view = View(torch.zeros_like(mean), torch.ones(2, 1, 17))
    drawn = draw_from_view(gaussian(mean, 0.1), view, mean, sampling_noise_levels(8, 1.0, 0.005), 3)
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.allclose(drawn[0, 0], drawn[0, 1], atol=0.01)


@pytest.mark.parametrize("spread", [0.03, 0.1, 0.2])
def test_probes_find_the_spread_of_a_gaussian(posterior_mean, spread):
    view = View(torch.zeros_like(posterior_mean), torch.ones(5, 1, 17))
    probes = antithetic_noise(200, posterior_mean)[::2]
    found = probed_spread(gaussian(posterior_mean, spread), view, posterior_mean, probes, 0.1)
    # relative to the pelvis, which is pushed too: its answer adds to every other joint's
    moved = spread**2 * 0.1 / (spread**2 + 0.01) * 2**0.5
    expected = (3 * moved * 0.01 / max(0.1 - moved, 0.005)) ** 0.5
    assert found[:, 1:].mean().item() == pytest.approx(expected, rel=0.1)
    assert (found[:, 0] == 0).all()


def test_antithetic_noise_has_no_mean():
    like = torch.zeros(17, 3)
    assert antithetic_noise(6, like).sum(0).abs().max() < 1e-6
    assert antithetic_noise(5, like).shape == (5, 17, 3)
    assert torch.equal(antithetic_noise(6, like), antithetic_noise(6, like))
    assert not torch.equal(antithetic_noise(4, like, seed=1), antithetic_noise(4, like))
