"""The smoother's limits: a straight line, no noise, time reversed, uneven times, outliers."""

import numpy as np
import pytest

from zedo_cli.pipeline.smoothing import robustly_smoothed, smoothed, smoothed_tracks

TIMES = np.arange(40) / 30
UNEVEN = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.1, 40))


def wavy(times):
    return np.stack([np.sin(2 * times), np.cos(3 * times), 0.3 * times], 1)


@pytest.mark.parametrize("times", [TIMES, UNEVEN])
def test_constant_velocity_is_kept(times):
    line = np.array([1.0, 2, 3]) + times[:, None] * [0.5, -2, 1]
    assert smoothed(line, np.full(40, 0.05), times, 3.0) == pytest.approx(line, abs=1e-9)


def test_without_noise_nothing_changes():
    assert smoothed(wavy(TIMES), np.zeros(40), TIMES, 3.0) == pytest.approx(wavy(TIMES), abs=1e-6)


@pytest.mark.parametrize("times", [TIMES, UNEVEN])
def test_time_reversed_is_the_result_reversed(times):
    values = wavy(times) + 0.02 * np.random.default_rng(1).normal(size=(40, 3))
    back = smoothed(values[::-1], np.full(40, 0.02), (times[-1] - times)[::-1], 3.0)[::-1]
    assert smoothed(values, np.full(40, 0.02), times, 3.0) == pytest.approx(back, abs=1e-8)


def test_noise_is_taken_away():
    truth = wavy(TIMES)
    noisy = truth + 0.02 * np.random.default_rng(1).normal(size=truth.shape)
    steady = smoothed(noisy, np.full(40, 0.02), TIMES, 3.0)
    assert np.abs(steady - truth).mean() < 0.6 * np.abs(noisy - truth).mean()
    assert (
        np.abs(np.diff(steady - truth, 2, axis=0)).mean()
        < 0.1 * np.abs(np.diff(noisy - truth, 2, axis=0)).mean()
    )


def test_the_solution_is_the_posterior_mean():
    """Against a dense solution of the same Gaussian model."""
    times, values = UNEVEN[:12], wavy(UNEVEN[:12])
    deviation = np.linspace(0.01, 0.1, 12)
    precision = np.diag(1 / deviation**2)
    for i in range(10):
        h, k = np.diff(times)[i : i + 2]
        row = np.zeros(12)
        row[i : i + 3] = [1 / h, -(1 / h + 1 / k), 1 / k]
        precision += np.outer(row, row) / (3.0 * (h + k) / 3)
    dense = np.linalg.solve(precision, values / deviation[:, None] ** 2)
    assert smoothed(values, deviation, times, 3.0) == pytest.approx(dense, abs=1e-8)


def test_a_frame_that_jumps_is_outvoted():
    truth = wavy(TIMES)
    values = truth.copy()
    values[20] += 0.8
    steady = robustly_smoothed(values, np.full(40, 0.02), TIMES, 3.0)
    assert np.abs(steady - truth).max() < 0.1


def test_exact_keypoints_are_smoothed_less():
    generator = np.random.default_rng(2)
    poses = (
        np.array([0, 0, 4.0])
        + 0.3 * generator.normal(size=(1, 17, 3))
        + 0.01 * generator.normal(size=(40, 17, 3))
    )
    spread = np.full((40, 17), 0.08)
    moved = [
        np.abs(pose + root[:, None] - poses).mean()
        for pose, root in (smoothed_tracks(poses, spread, np.full(40, noisy), TIMES) for noisy in (0.0, 1.0))
    ]
    assert moved[0] < moved[1]


def test_a_track_does_not_depend_on_the_others():
    generator = np.random.default_rng(3)
    poses = np.array([0, 0, 4.0]) + 0.3 * generator.normal(size=(60, 17, 3))
    spread, noisy = generator.uniform(0.01, 0.1, (60, 17)), generator.uniform(size=60)
    lengths = (30, 1, 2, 27)
    track = np.repeat(np.arange(4), lengths)
    times = np.concatenate([UNEVEN[:length] for length in lengths])
    together = smoothed_tracks(poses, spread, noisy, times, track)
    for number in range(4):
        rows = track == number
        alone = smoothed_tracks(poses[rows], spread[rows], noisy[rows], times[rows])
        for one, other in zip(alone, together, strict=True):
            assert one == pytest.approx(other[rows], abs=1e-9)
