"""Figures over time, on tracks whose figures are known."""

from dataclasses import replace

import numpy as np
import pytest

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.evaluation.motion import motion_scores


@pytest.fixture(scope="module")
def data():
    found = load_dataset("validation-video")
    return found.take(found.keypoints.clip < 3)


def test_the_truth_has_no_errors(data):
    scores = motion_scores(data, data.truth)
    for name in ("mpjve", "acceleration_error", "root", "root_scaled", "flips"):
        assert np.nanmax(scores[name]) == pytest.approx(0, abs=1e-6), name
    assert scores["acceleration"] == pytest.approx(scores["acceleration_true"], nan_ok=True)
    assert np.nanmean(scores["foot_skate"]) < 0.1


def test_a_lasting_error_is_no_error_of_motion(data):
    scores = motion_scores(data, data.truth + np.linspace(0, 0.3, 17)[None, :, None])
    assert np.nanmax(scores["mpjve"]) == pytest.approx(0, abs=1e-6)


def test_jitter_has_the_velocity_and_acceleration_of_its_size(data):
    """White noise of s in each coordinate: sqrt(2) s in differences, sqrt(6) s in second differences; the
    mean length of a normal vector is 1.596 times its standard deviation."""
    noise = 0.01 * np.random.default_rng(0).normal(size=data.truth.shape)
    noise[:, 0] = 0
    scores = motion_scores(data, data.truth + noise)
    factor = 0.01 * 1.596 * 16 / 17
    assert np.nanmean(scores["mpjve"]) == pytest.approx(factor * 2**0.5, rel=0.02)
    assert np.nanmean(scores["acceleration_error"]) == pytest.approx(factor * 6**0.5, rel=0.02)


def test_the_best_scale_of_a_track_takes_a_wrong_size_away(data):
    scores = motion_scores(data, 1.1 * data.truth)
    assert scores["root"].mean() > 0.2
    assert scores["root_scaled"] == pytest.approx(0, abs=1e-6)


def test_flips_are_found(data):
    poses = data.truth.copy()
    turned = np.arange(40, 50)
    poses[turned] = (poses[turned] - poses[turned, :1]) * [-1, 1, -1] + poses[turned, :1]
    found = motion_scores(data, poses)["flips"]
    assert set(np.flatnonzero(found)) <= set(turned)


def test_gaps_have_no_velocity(data):
    rows = np.delete(np.arange(len(data)), [10])
    cut = data.take(rows)
    assert np.isnan(motion_scores(cut, cut.truth)["mpjve"][10])


def test_without_a_frame_rate_there_are_no_figures(data):
    still = replace(data, keypoints=replace(data.keypoints, fps=None))
    assert motion_scores(still, still.truth) == {}
