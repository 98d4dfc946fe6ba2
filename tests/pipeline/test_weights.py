"""Noise, gain and weights of keypoints: limits and monotony."""

import math

import numpy as np
import pytest
import torch

from zedo_cli.pipeline.presets import LEAST_NOISE, ODDS_NOISE
from zedo_cli.pipeline.weights import keypoint_noise, noise_trust, ray_gain, robust_noise
from zedo_cli.skeletons import ADULT

INTRINSICS = torch.tensor([[900.0, 2, 400], [0, 950, 300], [0, 0, 1]], dtype=torch.float64)


def test_noise_grows_with_the_odds_and_is_infinite_for_a_missing_joint():
    noise = keypoint_noise(torch.tensor([1.0, 0.5, 0.1, 0.0]), least=0.001, odds=0.05)
    assert noise.tolist() == pytest.approx([0.001 * ADULT, 0.051 * ADULT, 0.451 * ADULT, math.inf])


@pytest.mark.parametrize("numbers", [torch.tensor, np.array])
def test_the_confidence_of_a_noise_stands_for_it(numbers):
    noise = numbers([0.0005, 0.001, 0.034, 0.5])
    trust = noise_trust(noise)
    assert trust[0] == 1
    again = keypoint_noise(torch.as_tensor(trust), LEAST_NOISE, ODDS_NOISE) / ADULT
    assert again.tolist() == pytest.approx(noise.tolist(), rel=1e-5)
    assert noise_trust(numbers([0.0]))[0] == 1


def test_gain_limits():
    """Perfect keypoints pull fully, missing ones not at all, one as noisy as the pose half of the way."""
    gain = ray_gain(torch.tensor(0.01), torch.tensor([math.inf, 0.02, 0.01, 1e-9])).squeeze(-1)
    assert gain.tolist() == pytest.approx([0, 0.2, 0.5, 1])


def test_the_robust_noise_grows_with_the_distance():
    noise, distance = torch.full((4,), 0.01), torch.tensor([0.0, 0.03, 0.1, 1.0])
    robust = robust_noise(noise, distance, 0.03)
    assert robust[0] == noise[0]
    assert (robust.diff() > 0).all()
    assert torch.allclose(robust_noise(noise, distance, 0.03, freedom=1e9), noise)
    # the pull of an outlier, distance times gain, falls again
    force = distance * ray_gain(0.03, robust_noise(noise, distance, 0.03)).squeeze(-1)
    assert force.argmax() < 3
