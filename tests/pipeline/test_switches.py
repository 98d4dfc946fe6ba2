"""Sides exchanged for some frames of a real clip: found, to the frame, and nothing else."""

import numpy as np
import pytest
import torch

from places import EXAMPLE
from zedo_cli.pipeline.switches import STATES, exchange_parts, find_switches


@pytest.fixture(params=[1, 2, 3, 4])
def clip(request):
    reference = np.load(EXAMPLE / "reference.npz")
    rows = np.flatnonzero(reference["cam"] == np.unique(reference["cam"])[request.param - 1])
    rows = rows[np.argsort(reference["frame"][rows])]
    points = reference["kp2d"][rows]
    confidence = np.where(np.isfinite(points).all(-1), reference["conf"][rows], 0)
    tensors = (np.nan_to_num(points), confidence, reference["frame"][rows])
    return tuple(torch.from_numpy(array) for array in tensors)


def exchanged(clip, parts, frames):
    """The clip with the parts of a state exchanged in some frames, and what should be found."""
    points, confidence, frame = clip
    which = torch.zeros(len(frame), 3, dtype=torch.bool)
    which[frames] = torch.tensor([part in parts for part in ("stem", "arms", "legs")])
    return (exchange_parts(points, which), exchange_parts(confidence, which), frame), which


def test_exchanging_twice_changes_nothing(clip):
    once, which = exchanged(clip, ("arms",), [3])
    assert torch.equal(once[0][3, 12], clip[0][3, 15])
    assert torch.equal(exchange_parts(once[0], which), clip[0])


def test_nothing_is_found_in_a_clip_as_it_is(clip):
    assert not find_switches(*clip).any()


@pytest.mark.parametrize("state", STATES[1:])
def test_exchanged_stretches_are_found(clip, state):
    """Single frames and stretches, where the two sides are far enough apart to tell."""
    seen, which = exchanged(clip, state, [10, 40, *range(60, 75)])
    found = find_switches(*seen)
    assert not found[~which.any(1)].any()
    points, other = (
        clip[0],
        exchange_parts(clip[0], torch.tensor([part in state for part in ("stem", "arms", "legs")])[None]),
    )
    moved = (points - other).norm(dim=-1)
    apart = (moved.sum(1) / (moved > 0).sum(1)) > 60
    assert (found == which).all(1)[apart].float().mean() > 0.97


def test_a_person_who_walks_from_side_to_side_is_left_alone():
    """Legs that pass each other in the image have not been exchanged."""
    time = torch.arange(60) / 25
    points = torch.zeros(60, 17, 2)
    points[:, :, 1] = torch.linspace(0, 400, 17)
    points[:, :, 0] = 100 * time[:, None]
    for joint, side in ((3, 1), (6, -1), (2, 0.6), (5, -0.6)):
        points[:, joint, 0] += 80 * side * torch.sin(2 * torch.pi * time)
    assert not find_switches(points, torch.ones(60, 17), torch.arange(60)).any()


def test_after_a_gap_nothing_is_known(clip):
    seen, _ = exchanged(clip, ("stem", "arms", "legs"), range(50, len(clip[2])))
    assert find_switches(*seen).any()
    assert not find_switches(seen[0], seen[1], seen[2] + 20 * (torch.arange(len(seen[2])) >= 50)).any()


def test_one_frame_has_no_neighbour():
    assert find_switches(torch.rand(1, 17, 2), torch.ones(1, 17), torch.zeros(1)).tolist() == [[False] * 3]


def test_an_arm_that_is_not_seen_makes_no_exchange(clip):
    """With the far arm hidden, nothing is known of sides."""
    points, confidence, frame = clip
    hidden = confidence.clone()
    hidden[:, [15, 16]] = 0
    points = points.clone()
    points[[20, 50], 13] += 200
    assert not find_switches(points, hidden, frame).any()
