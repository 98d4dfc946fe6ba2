"""A Gaussian smoother over a track: what frames say, and how fast people can change their speed.

The motion of each coordinate is a Wiener process of the velocity (constant speed, disturbed by white
acceleration noise), observed with noise in each frame; times may be uneven. The posterior mean solves a
banded system (Sarkka, Bayesian Filtering and Smoothing, 2013, chapter 12).
"""

from typing import NamedTuple, Self

import numpy as np

JOINT_ACCELERATION = 3.0
"""Spectral density (m^2/s^3) of the acceleration of root-relative joints: 4 m/s^2 over 0.2 s."""

FREEDOM, ROUNDS = 4.0, 3
"""Degrees of freedom of the Student distribution of what a frame says, and rounds of reweighting."""


SHORTEST = 1e-4
"""Time (s) that counts for frames which are closer together, by rounding or by damage."""


class Steps(NamedTuple):
    """Differences between neighbouring frames `[T - 1, K]`, and the precision with which they are known
    `[T - 1]`."""

    difference: np.ndarray
    precision: np.ndarray


def robustly_smoothed(
    values: np.ndarray,
    deviation: np.ndarray,
    times: np.ndarray,
    density: float,
    series: np.ndarray | None = None,
    steps: Steps | None = None,
) -> np.ndarray:
    """As `smoothed`, for observations with outliers: frames that contradict the others count less.

    Reweighted least squares for a Student distribution (Lange et al. 1989), as `weights.robust_noise`.
    """
    if len(values) < 3:
        return values
    system = _System.of(times, density, series, steps)
    steady = system.solved(values, deviation)
    for _ in range(ROUNDS):
        off = np.square(values - steady).sum(1) / np.square(np.maximum(deviation, 1e-6))
        steady = system.solved(values, deviation * np.sqrt(1 + off / FREEDOM))
    return steady


def smoothed(
    values: np.ndarray,
    deviation: np.ndarray,
    times: np.ndarray,
    density: float,
    series: np.ndarray | None = None,
    steps: Steps | None = None,
) -> np.ndarray:
    """The posterior mean of a series, or of several, one after another.

    Args:
        values: `[T, K]`, K coordinates that are observed with the same noise.
        deviation: standard deviation of the observations `[T]`.
        times: `[T]` s, increasing within a series.
        density: spectral density of the acceleration.
        series: number of the series of each frame `[T]`, increasing; all are one without it.
        steps: what is known of the differences between frames, besides.

    Returns:
        `[T, K]`. A straight line is kept; with a deviation of zero the values are.
    """
    return _System.of(times, density, series, steps).solved(values, deviation) if len(values) > 2 else values


class _System(NamedTuple):
    """The banded system of a series without what its frames say: the bands `[3, T]` of the matrix, upper
    form, and what is added to the right side `[T, K]`, or nothing."""

    bands: np.ndarray
    added: np.ndarray | float

    @classmethod
    def of(cls, times: np.ndarray, density: float, series: np.ndarray | None, steps: Steps | None) -> Self:
        """Of at least 3 frames; the arguments are those of `smoothed`."""
        count = len(times)
        step = np.diff(times).clip(SHORTEST)
        if series is not None:
            step = np.where(np.diff(series) == 0, step, 1.0)
        before, after = 1 / step[:-1], 1 / step[1:]
        variance = density * (step[:-1] + step[1:]) / 3
        bend = np.stack([before, -(before + after), after]) / np.sqrt(variance)
        if series is not None:
            bend = np.where(series[2:] == series[:-2], bend, 0.0)
        bands = np.zeros((3, count))
        for first in range(3):
            bands[2, first : count - 2 + first] += bend[first] ** 2
        bands[1, 1 : count - 1] += bend[0] * bend[1]
        bands[1, 2:count] += bend[1] * bend[2]
        bands[0, 2:] += bend[0] * bend[2]
        if steps is None:
            return cls(bands, 0.0)
        bands[2, :-1] += steps.precision
        bands[2, 1:] += steps.precision
        bands[1, 1:] -= steps.precision
        pushed = steps.precision[:, None] * steps.difference
        added = np.zeros((count, pushed.shape[1]))
        added[:-1] -= pushed
        added[1:] += pushed
        return cls(bands, added)

    def solved(self, values: np.ndarray, deviation: np.ndarray) -> np.ndarray:
        """The posterior mean `[T, K]` of `values` with the standard deviations `[T]`."""
        # `solveh_banded` calls this too, and takes five times as long for the window of a live frame
        from scipy.linalg.lapack import dpbsv

        precision = 1 / np.square(np.maximum(deviation, 1e-6))
        bands = self.bands.copy()
        bands[2] += precision
        sides = precision[:, None] * values + self.added
        _, solution, failed = dpbsv(bands, sides, overwrite_ab=True, overwrite_b=True)
        if failed:
            raise np.linalg.LinAlgError(f"row {failed} of the banded system has no positive pivot")
        return np.asarray(solution)
