"""The denoiser convention."""

import pytest
import torch
from torch.nn.functional import normalize

from zedo_cli.pipeline.body import bone_lengths
from zedo_cli.pipeline.view import View
from zedo_cli.prior.preconditioning import PARAMETRISATIONS, POSE_SPREAD
from zedo_cli.prior.prior import Prior
from zedo_cli.prior.score_network import GroupNorm, ScoreNetwork
from zedo_cli.prior.view_features import central_ray, turn_to_centre


def test_leading_dimensions_are_kept(small_prior):
    pose, sigma = torch.randn(3, 2, 17, 3), torch.tensor(0.1)
    whole = small_prior(pose, sigma)
    assert whole.shape == pose.shape
    assert torch.allclose(whole[1, 1], small_prior(pose[1, 1], sigma), atol=1e-5)


def test_no_noise_leaves_the_pose(small_prior):
    pose = torch.randn(3, 17, 3)
    assert torch.allclose(small_prior(pose, torch.tensor(1e-6)), pose, atol=1e-4)


def test_poses_of_one_level_stand_together(small_prior):
    poses, sigma = torch.randn(6, 17, 3), torch.tensor([0.05, 0.2])
    together = small_prior(poses, sigma)
    apart = torch.cat([small_prior(poses[:3], sigma[:1]), small_prior(poses[3:], sigma[1:])])
    assert torch.allclose(together, apart, atol=1e-5)


def test_group_norm_is_torchs():
    x, norm = torch.randn(5, 64), GroupNorm(8, 64)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    assert torch.allclose(norm(x), torch.nn.functional.group_norm(x, 8, norm.weight, norm.bias), atol=1e-5)


def test_dropout_is_for_training_only():
    network = ScoreNetwork(hidden=64, embed=32, dropout=0.5)
    pose, time = torch.randn(4, 17, 3), torch.tensor([50.0])
    assert not torch.equal(network(pose, time), network(pose, time))
    network.eval()
    assert torch.equal(network(pose, time), network(pose, time))


@pytest.fixture
def view():
    generator = torch.Generator().manual_seed(1)
    points = 0.4 * torch.randn(5, 17, 3, generator=generator) + torch.tensor([0.9, 0.4, 4.0])
    return View(normalize(points, dim=-1), torch.rand(5, 17, generator=generator))


def test_the_view_decides_and_turns_with_the_pose(seeing_prior, view):
    """D(R x | R rays) = R D(x | rays) for the turning of the central ray to the axis."""
    pose, sigma = torch.randn(5, 17, 3), torch.tensor(0.2)
    plain = seeing_prior(pose, sigma, view)
    assert not torch.allclose(plain, seeing_prior(pose, sigma), atol=1e-3)
    rotation = turn_to_centre(central_ray(view))
    turned = seeing_prior(pose @ rotation.mT, sigma, View(view.rays @ rotation.mT, view.confidence))
    assert torch.allclose(turned, plain @ rotation.mT, atol=1e-4)


def test_a_masked_view_is_no_view(seeing_prior, view):
    pose, sigma = torch.randn(5, 17, 3), torch.tensor(0.2)
    masked = seeing_prior(pose, sigma, View(view.rays, torch.zeros(5, 17)))
    assert torch.equal(masked, seeing_prior(pose, sigma))


def test_a_view_serves_all_hypotheses(seeing_prior, view):
    pose, sigma = torch.randn(5, 3, 17, 3), torch.tensor(1.0)
    together = seeing_prior(pose, sigma, View(view.rays[:, None], view.confidence[:, None]))
    assert torch.allclose(together[:, 1], seeing_prior(pose[:, 1], sigma, view), atol=1e-5)


@pytest.mark.parametrize("name", PARAMETRISATIONS)
def test_no_noise_leaves_the_pose_in_every_parametrisation(seeing_prior, view, name):
    card = seeing_prior.card.model_copy(update={"parametrisation": name})
    prior = Prior(card, seeing_prior.network, {})
    pose = 0.3 * torch.randn(5, 17, 3)
    assert torch.allclose(prior(pose, torch.tensor(1e-6), view), pose, atol=1e-4)


@pytest.mark.parametrize("name", ["noise", "EDM", "velocity"])
def test_inputs_have_about_unit_variance_at_every_level(name):
    sigma = torch.tensor([0.002, 0.05, 0.25, 1, 4])
    into = PARAMETRISATIONS[name](sigma).into
    spread = into * (sigma**2 + POSE_SPREAD**2).sqrt()
    assert ((spread > 0.65) & (spread < 1.01)).all()


def test_bones_and_vertical_change_the_answer_where_they_are_known(prior, view):
    """And turn with it; the bundled prior knows them, a network without context does not look."""
    assert prior.takes_context
    pose, sigma = torch.zeros(5, 17, 3), torch.tensor(4.0)
    plain = prior(pose, sigma, view)
    tall = view._replace(bones=1.1 * bone_lengths(plain))
    short = view._replace(bones=0.9 * bone_lengths(plain))
    assert (
        bone_lengths(prior(pose, sigma, tall)) > bone_lengths(prior(pose, sigma, short))
    ).float().mean() > 0.8
    up = normalize(torch.tensor([[0.1, -1, 0.2]]), dim=-1).expand(5, 3)
    leaning = prior(pose, sigma, view._replace(up=up))
    assert not torch.allclose(leaning, plain, atol=1e-3)
    rotation = turn_to_centre(central_ray(view))
    turned = View(view.rays @ rotation.mT, view.confidence, (rotation @ up[..., None]).squeeze(-1))
    assert torch.allclose(prior(pose, sigma, turned), leaning @ rotation.mT, atol=1e-4)
