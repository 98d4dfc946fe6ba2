"""People on a steady grid of times."""

from dataclasses import replace

import numpy as np
import pytest

from motions import FPS, filmed, walker
from zedo_cli.errors import InputError
from zedo_cli.poses.steady_tracks import steady_tracks


def test_people_and_gaps():
    person = walker(frames=40)
    frames = np.delete(np.arange(50), np.arange(10, 20)) + 7
    poses = filmed(person, frames=frames)
    (track,), notes = steady_tracks(poses)
    assert (track.rate, track.first, len(track.points), notes) == (FPS, 7, 50, [])
    assert track.seen.sum() == 40
    assert not track.seen[10:20].any()
    np.testing.assert_allclose(track.points[track.seen], poses.poses_3d, atol=1e-6)
    assert track.time[0] == pytest.approx(7 / FPS)
    middle = track.filled()[14]
    np.testing.assert_allclose(
        middle, track.points[9] + 5 / 11 * (track.points[20] - track.points[9]), atol=1e-6
    )


def test_a_wrong_time_stamp_is_refused():
    poses = filmed(walker(frames=3), frames=np.array([0, 1, 10**9]))
    with pytest.raises(InputError, match="are numbers of frames or times wrong"):
        steady_tracks(poses)


def test_two_people_of_two_clips():
    clip = np.repeat([0, 1], 60)
    tracks, _ = steady_tracks(filmed(walker(0), walker(1), clip=clip))
    assert [(track.clip, track.person) for track in tracks] == [(0, 0), (1, 1)]


def test_a_variable_frame_rate_is_interpolated():
    poses = filmed(walker(frames=60))
    time = np.sort(poses.time + np.random.default_rng(0).uniform(-0.4, 0.4, 60) / FPS)
    linear = replace(poses, time=time, poses_3d=(poses.poses_3d * 0 + time[:, None, None]).astype(np.float32))
    (track,), (note,) = steady_tracks(linear)
    assert note.code == "resampled"
    seen = track.seen
    assert seen.mean() > 0.95
    np.testing.assert_allclose(track.points[seen][:, 0, 0], track.time[seen], atol=0.5 / FPS)
    inner = track.points[seen][2:-2, 0, 0]
    np.testing.assert_allclose(inner, track.time[seen][2:-2], atol=1e-5)


def test_an_unknown_rate_is_assumed_and_said():
    poses = filmed(walker(), fps=None)
    (track,), notes = steady_tracks(poses)
    assert (track.rate, notes) == (FPS, [])  # by the time stamps
    (track,), (note,) = steady_tracks(replace(poses, time=np.full(60, np.nan)))
    assert (track.rate, note.code) == (30.0, "frame-rate-unknown")
