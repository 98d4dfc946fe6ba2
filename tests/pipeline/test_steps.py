"""Schedules and steps."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from zedo_cli.pipeline.denoiser import MirroredDenoiser
from zedo_cli.pipeline.schedules import SubVP, geometric_noise_levels, sub_vp_noise_levels
from zedo_cli.pipeline.steps import flow_step, full_step, sub_vp_step
from zedo_cli.pipeline.view import View, mirrored_pose, mirrored_view


@given(t=st.floats(1e-4, 1.0))
def test_time_and_noise_level_are_inverse(t):
    time = torch.tensor(t, dtype=torch.float64)
    assert SubVP.time(SubVP.sigma(time)).item() == pytest.approx(t, rel=1e-9)
    assert SubVP.sigma(time).item() == pytest.approx((SubVP.std(time) / SubVP.mean(time)).item(), rel=1e-9)


def test_noise_levels_fall_between_their_ends():
    paper, geometric = sub_vp_noise_levels(1000), geometric_noise_levels(30, 0.1, 0.005)
    assert (paper.diff() < 0).all()
    assert paper[[0, -1]].tolist() == pytest.approx([0.10955, 0.001995], rel=1e-4)
    assert geometric[[0, -1]].tolist() == pytest.approx([0.1, 0.005])
    assert torch.allclose(geometric[1:] / geometric[:-1], geometric[1] / geometric[0])
    assert geometric_noise_levels(1, 0.1, 0.005).tolist() == pytest.approx([0.1])


@pytest.mark.parametrize(("t", "part"), [(0.1, 0.036), (0.01, 0.30)])
def test_the_papers_step_goes_part_of_the_way(t, part):
    """4 % at t = 0.1 and 30 % at t = 0.01 of the way to the denoised pose, whatever the denoiser says."""
    sigma = SubVP.sigma(torch.tensor(t, dtype=torch.float64))
    pose = 1e-3 * torch.randn(2, 17, 3, dtype=torch.float64)
    clean = torch.ones(2, 17, 3, dtype=torch.float64)
    stepped = sub_vp_step(lambda *_: clean, pose, sigma, sigma / 2)
    assert ((stepped - pose) / (clean - pose)).mean().item() == pytest.approx(part, rel=0.07)


def test_a_full_step_is_the_denoiser_and_a_flow_step_a_part_of_it():
    pose, clean, sigma = torch.zeros(1, 17, 3), torch.ones(1, 17, 3), torch.tensor(0.1)
    assert torch.equal(full_step(lambda *_: clean, pose, sigma, sigma / 4), clean)
    assert torch.allclose(flow_step(lambda *_: clean, pose, sigma, sigma / 4), 0.75 * clean)
    assert torch.equal(flow_step(lambda *_: clean, pose, sigma, torch.zeros(())), clean)


@pytest.mark.parametrize(("step", "drifts"), [(flow_step, False), (full_step, True)])
def test_more_flow_steps_end_where_few_do(step, drifts):
    """Of a prior of spread 0.1 m, a pose half a metre off: full steps go on toward the mean, flow steps do
    not."""

    def denoise(pose, sigma):
        return pose * 0.01 / (0.01 + sigma**2)

    ends = []
    for steps in (8, 64):
        levels = geometric_noise_levels(steps, 0.2, 0.001)
        pose = torch.full((1, 17, 3), 0.5, dtype=torch.float64)
        for sigma, following in zip(levels, [*levels[1:], torch.tensor(0.0)], strict=True):
            pose = step(denoise, pose, sigma, following)
        ends.append(pose.mean().item())
    assert (ends[1] < 0.5 * ends[0]) == drifts
    if not drifts:
        assert ends[1] == pytest.approx(ends[0], rel=0.2)


def test_a_mirrored_denoiser_has_no_preferred_side():
    def denoise(pose, sigma, view=None):
        return pose + torch.tensor([0.1, 0.2, 0.3]) * (1 if view is None else view.rays[..., :1])

    both = MirroredDenoiser(denoise)
    pose = torch.randn(4, 17, 3)
    sigma = torch.tensor(0.1)
    assert torch.allclose(mirrored_pose(both(mirrored_pose(pose), sigma)), both(pose, sigma), atol=1e-6)
    view = View(torch.randn(4, 17, 3), torch.ones(4, 17))
    turned = mirrored_pose(both(mirrored_pose(pose), sigma, mirrored_view(view)))
    assert torch.allclose(turned, both(pose, sigma, view), atol=1e-6)
