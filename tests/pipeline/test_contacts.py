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
    assert (found[times < 0.8, 0] == 1).all()
    assert (found[times > 1.2, 0] == 0).all()


def test_nothing_is_known_over_a_long_gap():
    times = np.array([0.0, LONGEST, 3 * LONGEST])
    assert (standing(np.zeros((3, 2, 3)) + AWAY, times, np.zeros(3, int)) == 0).all()


def test_a_track_does_not_depend_on_the_others():
    """Times of the day and tracks of one frame, too."""
    feet = np.concatenate([swaying()[:, FEET], walking()[:, FEET], swaying()[:1, FEET]])
    times = np.concatenate([TIMES, TIMES + 1.7e9, [5.0]])
    track = np.repeat([4, 9, 10], [COUNT, COUNT, 1])
    together = standing(feet, times, track)
    for number in (4, 9, 10):
        rows = track == number
        assert np.array_equal(standing(feet[rows], times[rows], track[rows]), together[rows])


def test_the_depth_of_the_root_follows_from_a_foot_that_stands():
    depth = np.stack([np.linspace(0, 0.3, COUNT), np.zeros(COUNT)], axis=1)
    steps = depth_steps(np.tile([1.0, 0.0], (COUNT, 1)), depth, TIMES, ONE)
    assert steps.difference[:, 0] == pytest.approx(-np.diff(depth[:, 0]))
    assert (steps.precision > 0).all()
    none = depth_steps(np.zeros((COUNT, 2)), depth, TIMES, ONE)
    assert (none.precision == 0).all()
    apart = depth_steps(np.ones((COUNT, 2)), depth, TIMES, np.repeat([0, 1], COUNT // 2))
    assert (apart.precision == 0).sum() == 1


def test_only_feet_and_knees_are_moved_and_only_where_they_stand():
    pose, generator = walking(), np.random.default_rng(0)
    root = pose[:, 0] + 0.01 * generator.normal(size=(COUNT, 3))
    local = pose - pose[:, :1]
    deviation = np.full((COUNT, 2), 0.02)
    assert np.array_equal(planted(local, root, np.zeros((COUNT, 2)), deviation, TIMES, ONE), local)
    moved = planted(local, root, np.ones((COUNT, 2)), deviation, TIMES, ONE) - local
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
