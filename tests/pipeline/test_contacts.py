"""Feet that stand: found across the ray, kept in depth, and nothing else is touched."""

import numpy as np
import pytest

from places import people
from zedo_cli.pipeline.contacts import FEET, KNEES, LONGEST, depth_steps, planted, standing
from zedo_cli.pipeline.track_smoothing import smoothed_tracks
from zedo_cli.skeletons import INDEX

COUNT = 60
TIMES = np.arange(COUNT) / 30
ONE = np.zeros(COUNT, np.int64)
AWAY = np.array([0, 0, 4.0])


def swaying():
    """A person who stands and bends the trunk: the feet stay where they are. `[T, 17, 3]` m."""
    pose = np.tile(people(1)[0], (COUNT, 1, 1)) + AWAY
    upper = [INDEX[name] for name in ("spine", "thorax", "nose", "head_top", "left_wrist", "right_wrist")]
    pose[:, upper, 0] += 0.1 * np.sin(4 * TIMES)[:, None]
    return pose


def walking():
    """The same person pushed over the floor at 1 m/s, both feet together."""
    return swaying() + np.stack([TIMES - 1, 0 * TIMES, 0 * TIMES], axis=1)[:, None]


def test_a_foot_stands_if_it_does_not_move_across_its_ray():
    still, moving = swaying()[:, FEET], walking()[:, FEET]
    ray = still / np.linalg.norm(still, axis=-1, keepdims=True)
    away = still + np.linspace(0, 0.4, COUNT)[:, None, None] * ray
    assert (standing(still, TIMES, ONE) == 1).all()
    assert (standing(moving, TIMES, ONE) == 0).all()
    assert (standing(away, TIMES, ONE) == 1).all()  # along the ray the camera does not see it


@pytest.mark.parametrize("rate", [5, 10, 30, 60, 240])
def test_it_is_the_same_at_any_frame_rate(rate):
    times = np.arange(0, 2, 1 / rate)
    feet = np.zeros((len(times), 2, 3)) + AWAY
    feet[:, 0, 0] = np.where(times < 1, 0, times - 1)  # one stands, then moves at 1 m/s
    found = standing(feet, times, np.zeros(len(times), int))
    assert (found[:, 1] == 1).all()
    assert (found[times[1:] < 0.8, 0] == 1).all()
    assert (found[times[:-1] > 1.2, 0] == 0).all()


def gapped(seconds, shift):
    """Both feet stand, are not seen for a while, and stand elsewhere."""
    times = np.concatenate([np.arange(30) / 30, 1 + seconds + np.arange(30) / 30])
    feet = np.zeros((60, 2, 3)) + AWAY
    feet[30:] += shift
    return feet, times


@pytest.mark.parametrize(
    ("seconds", "shift", "stands"),
    [
        (0.2, [0, 0, 0], 1),
        (0.2, [0.4, 0, 0], 0),
        (LONGEST, [0, 0, 0], 0),
        (2.0, [0, 0, 0.7], 0),
    ],
)
def test_over_a_gap_a_foot_stands_only_if_it_is_short_and_the_foot_still_there(seconds, shift, stands):
    feet, times = gapped(seconds, np.array(shift))
    found = standing(feet, times, np.zeros(60, int))
    assert (np.delete(found, 29, axis=0) == 1).all()
    assert (found[29] == stands).all()


@pytest.mark.parametrize("shift", [[0, 0, 0.7], [0.7, 0, 0]])
@pytest.mark.parametrize("seconds", [0.5, 1.5, 3.0])
def test_a_person_who_moves_while_unseen_is_not_held_back(seconds, shift):
    poses = np.concatenate([swaying()[:30], swaying()[30:] + shift])
    times = np.concatenate([np.arange(30) / 30, 1 + seconds + np.arange(30) / 30])
    off = []
    for contacts in (True, False):
        local, root = smoothed_tracks(poses, np.full((60, 17), 0.08), np.ones(60), times, contacts=contacts)
        off.append(np.abs(local + root[:, None] - poses)[25:35].max())
    assert off[0] < off[1] + 0.01


@pytest.mark.parametrize("apart", [1e-4, 1e-7, 1e-9])
def test_frames_at_nearly_the_same_time_do_no_harm(apart):
    times = TIMES.copy()
    times[10] = times[9] + apart
    poses = swaying() + 0.001 * np.random.default_rng(0).normal(size=(COUNT, 17, 3))
    local, root = smoothed_tracks(poses, np.full((COUNT, 17), 0.08), np.ones(COUNT), times)
    assert np.abs(root - poses[:, 0]).max() < 0.02
    assert np.isfinite(local).all()


def test_a_track_does_not_depend_on_the_others():
    """Times of the day and tracks of one and two frames, too."""
    poses = np.concatenate([drifting(swaying()), drifting(walking()), swaying()[:1], drifting(swaying())[:2]])
    times = np.concatenate([TIMES, TIMES + 1.7e9, [5.0], [7.0, 7.03]])
    track = np.repeat([4, 9, 10, 12], [COUNT, COUNT, 1, 2])
    spread, noisy = np.full((len(poses), 17), 0.06), np.ones(len(poses))
    together = smoothed_tracks(poses, spread, noisy, times, track)
    for number in (4, 9, 10, 12):
        rows = track == number
        alone = smoothed_tracks(poses[rows], spread[rows], noisy[rows], times[rows])
        for one, other in zip(alone, together, strict=True):
            assert one == pytest.approx(other[rows], abs=1e-8)
    assert standing(poses[:0, FEET], times[:0], track[:0]).shape == (0, 2)
    assert (standing(poses[:2, FEET], times[:2], track[:2]) == 0).all()


def test_the_depth_of_the_root_follows_from_a_foot_that_stands():
    depth = np.stack([np.linspace(0, 0.3, COUNT), np.zeros(COUNT)], axis=1)
    steps = depth_steps(np.tile([1.0, 0.0], (COUNT - 1, 1)), depth, TIMES)
    assert steps.difference[:, 0] == pytest.approx(-np.diff(depth[:, 0]))
    assert (steps.precision > 0).all()
    assert (depth_steps(np.zeros((COUNT - 1, 2)), depth, TIMES).precision == 0).all()
    apart = standing(swaying()[:, FEET], TIMES, np.repeat([0, 1], COUNT // 2))
    assert (depth_steps(apart, depth, TIMES).precision == 0).sum() == 1


def test_only_feet_and_knees_are_moved_and_only_where_they_stand():
    pose, generator = walking(), np.random.default_rng(0)
    root = pose[:, 0] + 0.01 * generator.normal(size=(COUNT, 3))
    local = pose - pose[:, :1]
    deviation = np.full((COUNT, 2), 0.02)
    assert np.array_equal(planted(local, root, np.zeros((COUNT - 1, 2)), deviation, TIMES, ONE), local)
    moved = planted(local, root, np.ones((COUNT - 1, 2)), deviation, TIMES, ONE) - local
    others = [joint for joint in range(17) if joint not in (*FEET, *KNEES)]
    assert (moved[:, others] == 0).all()
    assert moved[:, KNEES] == pytest.approx(moved[:, FEET] / 2)


def drifting(pose):
    """What a detector makes of it: the distance of the person drifts, the feet tremble."""
    generator = np.random.default_rng(1)
    drift = np.cumsum(0.02 * generator.normal(size=COUNT))
    seen = pose * ((pose[:, :1, 2:] + drift[:, None, None]) / pose[:, :1, 2:])
    seen[:, FEET] += 0.01 * generator.normal(size=(COUNT, 2, 3))
    return seen


def test_a_standing_persons_feet_stay_and_a_moving_persons_do_not_lag():
    spread, noisy = np.full((COUNT, 17), 0.06), np.ones(COUNT)

    def speed(contacts, pose):
        local, root = smoothed_tracks(drifting(pose), spread, noisy, TIMES, contacts=contacts)
        feet = (local + root[:, None])[:, FEET]
        return np.linalg.norm(np.diff(feet, axis=0), axis=-1).mean() * 30

    assert speed(True, swaying()) < 0.35 * speed(False, swaying())
    assert speed(True, walking()) == pytest.approx(speed(False, walking()), rel=0.02)
