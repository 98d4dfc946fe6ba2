"""Virtual clips: real motion, constant bodies, in front of the camera, at any rate."""

import numpy as np
import pytest
import torch

from zedo_cli.io.files import bundled
from zedo_cli.mocap.recordings import Recording, read_recordings
from zedo_cli.skeletons import MIRROR, PARENTS
from zedo_cli.training.virtual_clips import NEAREST, SPEEDS, MotionPool, with_other_halves

COUNT, FRAMES = 200, 48


@pytest.fixture(scope="module")
def clips():
    pool = MotionPool(read_recordings(bundled("data/motion/validation.npz")))
    return pool.clips(COUNT, FRAMES, torch.Generator().manual_seed(0))


def lengths(points):
    return (points[..., 1:, :] - points[..., list(PARENTS[1:]), :]).norm(dim=-1)


def test_bodies_are_constant_symmetric_and_of_their_own(clips):
    bones = lengths(clips.points)
    assert (bones.std(1) / bones.mean(1)).max() < 1e-3
    other = [joint - 1 for joint in MIRROR[1:]]
    assert torch.allclose(bones, bones[..., other], rtol=1e-3, atol=1e-4)
    thighs = bones[:, 0, 1]
    assert 0.03 < thighs.std() / thighs.mean() < 0.2


def test_people_are_in_front_of_the_camera(clips):
    assert clips.points[..., 2].min() >= NEAREST - 1e-3
    beside = clips.points[:, :, 0, :2].mean(1) / clips.points[:, :, 0, 2:].mean(1)
    assert 0.1 < beside.std() < 0.3


def test_times_increase_at_rates_from_a_few_to_a_hundred_frames_a_second(clips):
    steps = clips.times.diff(dim=1)
    assert (steps > 0).all()
    rate = 1 / steps.mean(1)
    assert rate.min() < 25
    assert 80 < rate.max() < 130
    uneven = steps.std(1) / steps.mean(1) > 0.05
    assert 0.03 < uneven.float().mean() < 0.25


def test_the_speed_of_a_motion_is_kept_but_for_the_stated_factor():
    """A person who moves along a line at 1 m/s."""
    joints = np.zeros((300, 17, 3))
    joints[:, :, 0] = np.arange(300)[:, None] / 30
    joints += np.random.default_rng(0).normal(size=(17, 3)) * 0.3
    clips = MotionPool([Recording(joints, 30.0, "", "", "")]).clips(50, 16, torch.Generator().manual_seed(0))
    legs = lengths(clips.points)[:, 0, [1, 2, 4, 5]].sum(-1)
    own = lengths(torch.from_numpy(joints).float())[0, [1, 2, 4, 5]].sum()
    moved = (clips.points[:, -1, 0] - clips.points[:, 0, 0]).norm(dim=-1) * own / legs
    speed = moved / (clips.times[:, -1] - clips.times[:, 0])
    assert SPEEDS[0] * 0.99 < speed.min() < 0.9
    assert 1.1 < speed.max() < SPEEDS[1] * 1.01


def test_uneven_times_belong_to_their_frames():
    """A person who moves at a constant speed does so by the time stamps of each frame, backwards too."""
    joints = np.zeros((300, 17, 3))
    joints[:, :, 0] = np.arange(300)[:, None] / 30
    joints += np.random.default_rng(0).normal(size=(17, 3)) * 0.3
    pool = MotionPool([Recording(joints, 30.0, "", "", "")])
    clips = pool.clips(200, 16, torch.Generator().manual_seed(0))
    step = clips.times.diff(dim=1)
    assert (step.std(1) / step.mean(1) > 0.05).sum() > 5
    speed = clips.points[:, :, 0].diff(dim=1).norm(dim=-1) / step
    assert (speed.std(1) / speed.mean(1)).max() < 0.02


def test_halves_are_exchanged_in_all_frames_or_in_none():
    pool = MotionPool(read_recordings(bundled("data/motion/validation.npz")))
    generator = torch.Generator().manual_seed(0)
    one, two = (pool.clips(100, 16, generator).points for _ in range(2))
    every = torch.ones(100, dtype=torch.bool)
    mixed = with_other_halves(one, two, every)
    changed = (mixed != one).flatten(2).any(-1)
    assert torch.equal(changed.any(1), changed.all(1))
    assert torch.allclose(mixed[:, :, :7], one[:, :, :7], atol=1e-5)
    assert torch.equal(with_other_halves(one, two, ~every), one)


def test_the_same_seed_gives_the_same_clips(clips):
    pool = MotionPool(read_recordings(bundled("data/motion/validation.npz")))
    again = pool.clips(COUNT, FRAMES, torch.Generator().manual_seed(0))
    assert torch.equal(clips.points, again.points)
