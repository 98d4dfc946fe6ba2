"""Swapped sides: found in single images and over real clips, and nothing else."""

import numpy as np
import pytest
import torch

from places import EXAMPLE
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.lifter import Lifter
from zedo_cli.pipeline.left_right import (
    STATES,
    arms_may_be_swapped,
    arms_misfit,
    arms_only,
    arms_were_swapped,
    find_swaps,
    swap_parts,
)
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.skeletons import LIMBS
from zedo_cli.training.corpus import held_out_people
from zedo_cli.training.virtual_cameras import draw_scene


@pytest.fixture(params=[1, 2, 3, 4])
def clip(request):
    reference = np.load(EXAMPLE / "reference.npz")
    rows = np.flatnonzero(reference["cam"] == np.unique(reference["cam"])[request.param - 1])
    rows = rows[np.argsort(reference["frame"][rows])]
    points = reference["kp2d"][rows]
    confidence = np.where(np.isfinite(points).all(-1), reference["conf"][rows], 0)
    tensors = (np.nan_to_num(points), confidence, reference["frame"][rows])
    return tuple(torch.from_numpy(array) for array in tensors)


def swapped(clip, parts, frames):
    """The clip with the parts of a state swapped in some frames, and what should be found."""
    points, confidence, frame = clip
    which = torch.zeros(len(frame), 3, dtype=torch.bool)
    which[frames] = torch.tensor([part in parts for part in ("trunk", "arms", "legs")])
    return (swap_parts(points, which), swap_parts(confidence, which), frame), which


def test_swapping_twice_changes_nothing(clip):
    once, which = swapped(clip, ("arms",), [3])
    assert torch.equal(once[0][3, 12], clip[0][3, 15])
    assert torch.equal(swap_parts(once[0], which), clip[0])


def test_nothing_is_found_in_a_clip_as_it_is(clip):
    assert not find_swaps(*clip).any()


@pytest.mark.parametrize("state", STATES[1:])
def test_swapped_stretches_are_found(clip, state):
    """Single frames and stretches, where the two sides are far enough apart to tell."""
    seen, which = swapped(clip, state, [10, 40, *range(60, 75)])
    found = find_swaps(*seen)
    assert not found[~which.any(1)].any()
    points, other = (
        clip[0],
        swap_parts(clip[0], torch.tensor([part in state for part in ("trunk", "arms", "legs")])[None]),
    )
    moved = (points - other).norm(dim=-1)
    apart = (moved.sum(1) / (moved > 0).sum(1)) > 60
    assert (found == which).all(1)[apart].float().mean() > 0.97


def test_a_person_who_walks_from_side_to_side_is_left_alone():
    """Legs that pass each other in the image are not swapped."""
    time = torch.arange(60) / 25
    points = torch.zeros(60, 17, 2)
    points[:, :, 1] = torch.linspace(0, 400, 17)
    points[:, :, 0] = 100 * time[:, None]
    for joint, side in ((3, 1), (6, -1), (2, 0.6), (5, -0.6)):
        points[:, joint, 0] += 80 * side * torch.sin(2 * torch.pi * time)
    assert not find_swaps(points, torch.ones(60, 17), torch.arange(60)).any()


@pytest.mark.parametrize("state", STATES[1:])
def test_a_swap_whose_end_is_lost_ends_there(clip, state):
    """The limbs are not seen for a few frames at the end of a short swap; after that nothing is swapped."""
    (points, confidence, frame), _ = swapped(clip, state, range(40, 50))
    lost = confidence.clone()
    lost[48:53, LIMBS] = 0
    found = find_swaps(points, lost, frame)
    assert not found[55:].any()
    assert not found[:35].any()


def test_after_a_gap_nothing_is_known(clip):
    seen, _ = swapped(clip, ("trunk", "arms", "legs"), range(50, len(clip[2])))
    assert find_swaps(*seen).any()
    assert not find_swaps(seen[0], seen[1], seen[2] + 20 * (torch.arange(len(seen[2])) >= 50)).any()


def test_one_frame_has_no_neighbour():
    assert find_swaps(torch.rand(1, 17, 2), torch.ones(1, 17), torch.zeros(1)).tolist() == [[False] * 3]


def test_an_arm_that_is_not_seen_makes_no_exchange(clip):
    """With the far arm hidden, nothing is known of sides."""
    points, confidence, frame = clip
    hidden = confidence.clone()
    hidden[:, [15, 16]] = 0
    points = points.clone()
    points[[20, 50], 13] += 200
    assert not find_swaps(points, hidden, frame).any()


INTRINSICS = torch.tensor([[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]])


def swap_arms(values, which):
    return swap_parts(values, arms_only(which))


def seen_people(count=80):
    scene = draw_scene(held_out_people(count, 0)["UI-PRMD 08-10"], torch.Generator().manual_seed(0))
    return scene.poses + scene.places[:, None]


def test_swapping_the_arms_twice_changes_nothing():
    values, which = torch.randn(3, 17, 2), torch.tensor([True, False, True])
    once = swap_arms(values, which)
    assert torch.equal(once[1], values[1])
    assert torch.equal(once[0, 12], values[0, 15])
    assert torch.equal(once[0, 11], values[0, 11])
    assert torch.equal(swap_arms(once, which), values)


def test_swapped_arms_are_found_undone_and_reported(prior):
    points = seen_people()
    truth = points - points[:, :1]
    keypoints = points_to_keypoints(points, INTRINSICS)
    exchanged = swap_arms(keypoints, torch.full((80,), True))
    apart = (points[:, 13] - points[:, 16]).norm(dim=-1) > 0.4
    lifter = Lifter(prior)
    stubborn = Lifter(prior, PRESETS["balanced"].model_copy(update={"swaps": False}))

    def lifted(by, shown):
        arrays = (shown, torch.full((80, 17), 0.95), "h36m17", INTRINSICS.expand(80, 3, 3))
        poses = by.lift(Keypoints.from_arrays(*arrays))
        error = (torch.from_numpy(poses.poses_3d - poses.poses_3d[:, :1]) - truth).norm(dim=-1).mean(1)
        return poses.swapped, error

    swapped, errors = lifted(lifter, exchanged)
    found = swapped[:, 1]
    assert found[apart].mean() > 0.5
    assert not swapped[:, [0, 2]].any()
    assert not lifted(lifter, keypoints)[0].any()
    assert errors[found].mean() < 0.6 * lifted(stubborn, exchanged)[1][found].mean()


def test_a_swap_must_gain_and_then_fit():
    confidence = torch.ones(3, 17)
    confidence[2, 3:] = 0
    good, bad = torch.full((3, 17), 0.01), torch.full((3, 17), 0.1)
    before, after = arms_misfit(bad, confidence), arms_misfit(good, confidence)
    clipped = arms_misfit(torch.full((3, 17), 9.0), confidence)
    assert clipped.sum(1).tolist() == [272, 272, 48]  # of the joints that are seen
    assert arms_may_be_swapped(clipped).tolist() == [True, True, False]  # no arm is seen
    assert not arms_may_be_swapped(after).any()
    assert arms_were_swapped(before, after, confidence).tolist() == [True, True, True]
    assert not arms_were_swapped(after, before, confidence).any()
    assert not arms_were_swapped(before + 9, before, confidence).any()  # a gain, but nothing fits
