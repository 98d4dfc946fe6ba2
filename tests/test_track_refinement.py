"""Windows of tracks: every frame once or blended, none across a gap, the same for any batch."""

from itertools import pairwise

import numpy as np
import pytest

from zedo_cli import Lifter
from zedo_cli import track_refinement as module
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.evaluation.metrics import root_centred
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.track_refinement import FRAMES, LONGEST_GAP, OVERLAP, windows_of


def test_windows_cover_a_track_and_overlap():
    times = np.arange(200) / 30
    windows = windows_of(np.arange(200), times)
    assert set(np.concatenate(windows)) == set(range(200))
    assert {len(window) for window in windows} == {FRAMES}
    shared = [len(np.intersect1d(a, b)) for a, b in pairwise(windows)]
    assert min(shared) >= OVERLAP


def test_windows_end_where_the_person_is_away():
    times = np.append(np.arange(10), np.arange(10) + 20) / 30
    times[10:] += LONGEST_GAP
    windows = windows_of(np.arange(20), times)
    assert [window.tolist() for window in windows] == [list(range(10)), list(range(10, 20))]
    assert windows_of(np.arange(1), times) == []


@pytest.fixture(scope="module")
def video():
    data = load_dataset("validation-video", keypoints="detected")
    return data.take(np.isin(data.keypoints.clip, [1, 13, 25, 37, 49]))


def lifted(people, time="network", **settings):
    return Lifter(preset=PRESETS["fast"].changed([f"time={time}"]), **settings).lift(people)


def error(poses, truth):
    return float(np.linalg.norm(root_centred(poses) - root_centred(truth), axis=-1).mean())


def test_it_is_better_than_the_smoother(video):
    steady, found = (lifted(video.keypoints, time).poses_3d for time in ("smoother", "network"))
    assert error(found, video.truth) < 0.97 * error(steady, video.truth)


def test_bodies_drawn_anew_gain_too():
    data = load_dataset("validation-video", keypoints="detected-bodies")
    data = data.take(np.isin(data.keypoints.clip, [1, 13, 25, 37, 49]))
    steady, found = (lifted(data.keypoints, time).poses_3d for time in ("smoother", "network"))
    assert error(found, data.truth) < 0.98 * error(steady, data.truth)


def test_a_track_does_not_depend_on_others_nor_on_the_batch(video, monkeypatch):
    whole = lifted(video.keypoints)
    one = video.keypoints.clip == video.keypoints.clip[-1]
    alone = lifted(video.keypoints.take(one))
    assert alone.poses_3d == pytest.approx(whole.poses_3d[one], abs=2e-4)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    small = lifted(video.keypoints)
    assert small.poses_3d == pytest.approx(whole.poses_3d, abs=2e-4)
    assert small.uncertainty == pytest.approx(whole.uncertainty, abs=2e-4)


def test_the_uncertainty_is_that_of_the_network(video):
    poses = lifted(video.keypoints)
    off = np.linalg.norm(root_centred(poses.poses_3d) - root_centred(video.truth), axis=-1)[:, 1:]
    ratio = np.sqrt((off**2).mean() / (poses.uncertainty[:, 1:] ** 2).mean())
    assert 0.6 < ratio < 1.3
    assert (poses.uncertainty[:, 0] == 0).all()
    steady = lifted(video.keypoints, "smoother").uncertainty[:, 1:]
    change = np.log(poses.uncertainty[:, 1:] / steady)
    assert np.abs(change).mean() > 0.1


def test_a_prior_without_a_track_network_has_the_smoother(video):
    people = video.keypoints.take(np.arange(60))
    lifter = Lifter(preset="fast")
    lifter.evaluate = None
    assert lifter.lift(people).poses_3d == pytest.approx(lifted(people, "smoother").poses_3d, abs=1e-5)


def test_lost_frames_leave_the_others_finite(video):
    kept = np.delete(np.arange(40), np.arange(15, 20))
    poses = lifted(video.keypoints.take(kept))
    assert np.isfinite(poses.poses_3d).all()
    assert np.isfinite(poses.uncertainty).all()
