"""A prior that looks at one view gives what it gives when it looks again each time."""

import pytest
import torch
from torch.nn.functional import normalize

from zedo_cli.pipeline.denoiser import MirroredDenoiser, estimate, given, in_turn
from zedo_cli.pipeline.method import build_method
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.pipeline.view import View, mirror_order, mirrored_pose, mirrored_view
from zedo_cli.prior.checkpoint import load_prior


@pytest.fixture(scope="module", params=["open", "open-base"])
def prior(request):
    return load_prior(request.param)


@pytest.fixture(scope="module")
def uneven():
    """A prior whose answers for an image and for the person differ."""
    return load_prior("open-base")


@pytest.fixture(scope="module")
def view():
    generator = torch.Generator().manual_seed(0)
    rays = normalize(
        torch.tensor([0.1, 0.0, 1]) + 0.1 * torch.randn(6, 1, 17, 3, generator=generator), dim=-1
    )
    confidence = torch.rand(6, 1, 17, generator=generator)
    confidence[1, 0, 0] = 0  # no pelvis: another central ray
    confidence[2] = 0  # nobody
    up = torch.tensor([0.0, -1, 0]).expand(6, 1, 3)
    return View(rays, confidence, up, torch.full((6, 1, 10), 0.25))


@pytest.mark.parametrize("hypotheses", [1, 3])
@pytest.mark.parametrize("mirror", [False, True])
@torch.no_grad()
def test_the_same_as_the_prior(prior, view, hypotheses, mirror):
    denoise = MirroredDenoiser(prior) if mirror else prior
    pose = 0.3 * torch.randn(6, hypotheses, 17, 3, generator=torch.Generator().manual_seed(1))
    seen = given(denoise, view)
    for sigma in (0.02, 0.8, 0.02):
        level = torch.tensor(sigma)
        assert torch.allclose(seen(pose, level), denoise(pose, level, view), atol=2e-5)


@pytest.mark.parametrize("mirror", [False, True])
@torch.no_grad()
def test_the_estimate_is_that_for_a_pose_of_zeros(prior, view, mirror):
    denoise = MirroredDenoiser(prior) if mirror else prior
    pose, spread = estimate(given(denoise, view), view, 4.0)
    assert torch.allclose(pose, denoise(torch.zeros(6, 1, 17, 3), torch.tensor(4.0), view), atol=2e-5)
    assert spread is not None
    assert spread.shape == (6, 1, 17)
    assert (spread[..., 0] == 0).all()
    assert (spread[..., 1:] > 0).all()


@torch.no_grad()
def test_a_view_of_nobody_is_less_certain(prior, view):
    spread = estimate(given(prior, view), view, 4.0)[1]
    assert spread[2, 0, 1:].mean() > 1.1 * spread[0, 0, 1:].mean()  # of random rays


@torch.no_grad()
def test_in_turn_the_mirror_image_and_the_person_are_shown(uneven, view):
    pose, level = 0.3 * torch.randn(6, 1, 17, 3), torch.tensor(0.1)
    denoise, itself = in_turn(uneven, view), given(uneven, view)(pose, level)
    image, same, again = (denoise(pose, level) for _ in range(3))
    assert torch.equal(same, itself)
    assert torch.equal(image, again)
    assert not torch.allclose(image, itself, atol=1e-4)
    both = given(MirroredDenoiser(uneven), view)(pose, level)
    assert torch.allclose((image + itself) / 2, both, atol=2e-5)


@torch.no_grad()
def test_the_image_of_the_bundled_prior_is_the_image_of_its_answer(view):
    prior = load_prior("open")
    pose, level = 0.3 * torch.randn(6, 1, 17, 3), torch.tensor(0.1)
    image = mirrored_pose(given(prior, mirrored_view(view))(mirrored_pose(pose), level))
    assert torch.allclose(image, given(prior, view)(pose, level), atol=2e-5)
    spread = estimate(given(prior, view), view, 4.0)[1]
    other = estimate(given(prior, mirrored_view(view)), view, 4.0)[1]
    assert torch.allclose(other.index_select(-1, mirror_order(other)), spread, atol=2e-5)


@torch.no_grad()
def test_so_nobody_asks_for_it(view):
    prior, calls = load_prior("open"), []

    def counting(pose, sigma, view=None):
        calls.append(len(pose))
        return prior(pose, sigma, view)

    counting.symmetric = True
    denoise = in_turn(counting, view)
    pose, level = 0.3 * torch.randn(6, 1, 17, 3), torch.tensor(0.1)
    assert torch.equal(denoise(pose, level), denoise(pose, level))
    assert calls == [6, 6]
    theta = build_method(PRESETS["best"], prior).denoiser
    assert torch.equal(theta(view)(pose, level), given(prior, view)(pose, level))


@torch.no_grad()
def test_in_turn_without_a_view(prior):
    pose, level = 0.3 * torch.randn(6, 1, 17, 3), torch.tensor(0.1)
    denoise = in_turn(prior, None)
    image = mirrored_pose(prior(mirrored_pose(pose), level))
    assert torch.allclose(denoise(pose, level), image, atol=2e-5)
    assert torch.allclose(denoise(pose, level), prior(pose, level), atol=2e-5)


def test_any_function_is_a_denoiser(view):
    def shrink(pose, sigma, view=None):
        return pose / (1 + sigma)

    seen = given(shrink, view)
    pose = torch.ones(6, 1, 17, 3)
    assert torch.equal(seen(pose, torch.tensor(1.0)), pose / 2)
    assert estimate(seen, view, 4.0)[1] is None


def test_new_weights_are_seen():
    """Noise levels are kept between views, but not between training steps."""
    prior = load_prior("open-small")
    view = View(torch.tensor([0.0, 0, 1]).expand(2, 17, 3), torch.ones(2, 17))
    pose, level = torch.zeros(2, 17, 3), torch.tensor(0.5)
    with torch.no_grad():
        before = given(prior, view)(pose, level)
        prior.network.level.weight.mul_(0)
        assert not torch.allclose(given(prior, view)(pose, level), before)
        assert torch.allclose(given(prior, view)(pose, level), prior(pose, level, view), atol=2e-5)
