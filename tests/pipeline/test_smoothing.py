"""The smoother's limits: a straight line, no noise, time reversed, uneven times, outliers."""

import numpy as np
import pytest

from zedo_cli.pipeline.smoothing import Steps, robustly_smoothed, smoothed

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


def test_known_differences_are_kept_and_what_is_seen_decides_the_rest():
    values = np.array([[0.0], [1.0], [5.0], [1.0], [0.0]])
    still = Steps(np.zeros((4, 1)), np.array([0, 1e9, 1e9, 0]))
    held = smoothed(values, np.full(5, 0.5), TIMES[:5], 1e6, steps=still)
    assert held[1:4] == pytest.approx(np.full((3, 1), held[2, 0]), abs=1e-5)
    assert held[2, 0] == pytest.approx(7 / 3, abs=0.05)
    moving = Steps(np.full((4, 1), 0.1), np.full(4, 1e9))
    assert np.diff(smoothed(values, np.full(5, 0.5), TIMES[:5], 1e6, steps=moving)[:, 0]) == pytest.approx(
        0.1
    )
