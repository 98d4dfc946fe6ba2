"""Schedules and steps."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from zedo_cli.pipeline.denoise import SubVP, full_step, geometric_noise_levels, sub_vp_noise_levels, sub_vp_step


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
    stepped = sub_vp_step(lambda *_: clean, pose, sigma)
    assert ((stepped - pose) / (clean - pose)).mean().item() == pytest.approx(part, rel=0.07)


def test_a_full_step_is_the_denoiser():
    pose, clean = torch.zeros(1, 17, 3), torch.ones(1, 17, 3)
    assert torch.equal(full_step(lambda *_: clean, pose, torch.tensor(0.1)), clean)
