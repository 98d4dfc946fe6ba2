"""Whole bodies whose sides are exchanged for a while."""

import torch

from zedo_cli.pipeline.flips import exchanged

FRAMES = 40
WRONG = torch.arange(FRAMES).ge(12) & torch.arange(FRAMES).lt(28)


def track(jump: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Both readings of a person who stands still; those of `WRONG` frames are exchanged, `jump` m apart."""
    right = torch.zeros(FRAMES, 17, 3)
    wrong = right + torch.tensor([jump, 0, 0])
    as_is = torch.where(WRONG[:, None, None], wrong, right)
    other = torch.where(WRONG[:, None, None], right, wrong)
    misfits = torch.where(WRONG, torch.tensor([[5.0], [1.5]]), torch.tensor([[1.0], [9.0]]))
    return torch.stack([as_is, other]), misfits


def test_a_person_who_turns_round_in_a_moment_has_exchanged_sides():
    assert torch.equal(exchanged(*track(0.4)), WRONG)


def test_without_a_jump_nothing_is_exchanged():
    assert not exchanged(*track(0.05)).any()


def test_a_slow_turn_is_a_turn():
    poses, misfits = track(0.4)
    poses[0] = torch.linspace(0, 0.8, FRAMES)[:, None, None]
    assert not exchanged(poses, misfits).any()


def test_a_jump_that_fits_is_a_jump():
    poses, misfits = track(0.4)
    misfits[0], misfits[1] = 1.0, 9.0
    assert not exchanged(poses, misfits).any()


def test_where_everybody_moves_far_between_frames_nothing_is_a_jump():
    poses, misfits = track(0.4)
    poses[0] += 0.1 * torch.arange(FRAMES)[:, None, None]
    assert not exchanged(poses, misfits).any()


def test_an_exchange_that_never_ends_is_a_turn_of_the_person():
    """From frame 10 on the other reading fits better, but no jump leads back."""
    turned = torch.zeros(2, 40, 17, 3)
    turned[0, :10, :, 0], turned[0, 10:, :, 0] = 0.0, 1.0
    turned[1, :10, :, 0], turned[1, 10:, :, 0] = 1.0, 0.0
    misfits = torch.zeros(2, 40)
    misfits[0, 10:] = 20.0
    assert not exchanged(turned, misfits).any()
    turned[0, 30:, :, 0], turned[1, 30:, :, 0], misfits[0, 30:] = 0.0, 1.0, 0.0
    assert torch.nonzero(exchanged(turned, misfits))[:, 0].tolist() == list(range(10, 30))
