"""The factors on the uncertainty."""

import pytest
import torch

from zedo_cli.pipeline.calibration import DETECTOR, STATED, calibrated, calibrated_statement, how_noisy
from zedo_cli.skeletons import INDEX


def test_noise_moves_the_factors_from_exact_to_noisy():
    noise = torch.tensor([0.0005, DETECTOR, 1.0])[:, None].expand(3, 17)
    spread = calibrated(torch.ones(3, 17), noise)
    assert spread[1].mean() > 1.1 * spread[0].mean()
    assert torch.equal(spread[1], spread[2])
    assert spread[0, INDEX["left_hip"]] < 0.5 < 1 < spread[0, INDEX["left_wrist"]]


def test_missing_keypoints_say_nothing_of_the_noise():
    noise = torch.full((1, 17), torch.inf)
    noise[0, :5] = 0.0
    assert how_noisy(noise).tolist() == pytest.approx([0.0])
    assert how_noisy(torch.full((1, 17), torch.inf)).tolist() == [0.0]


def test_a_stated_spread_is_trusted_less_where_bones_are_known():
    noise = torch.tensor([0.0005, DETECTOR])[:, None].expand(2, 17)
    bones = torch.tensor([[0.2] * 10, [0.0] * 10])
    known = calibrated_statement(torch.ones(2, 17), noise, bones)
    alone = calibrated_statement(torch.ones(2, 17), noise, None)
    assert (known[0] > 1).all()
    assert torch.equal(known[1], alone[1])
    assert (alone == STATED).all()
