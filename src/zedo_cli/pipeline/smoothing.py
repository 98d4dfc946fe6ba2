"""A Gaussian smoother over a track: what frames say, and how fast people can change their speed.

The motion of each coordinate is a Wiener process of the velocity (constant speed, disturbed by white
acceleration noise), observed with noise in each frame; times may be uneven. The posterior mean solves a
banded system (Sarkka, Bayesian Filtering and Smoothing, 2013, chapter 12).
"""

import numpy as np

JOINT_ACCELERATION = 3.0
"""Spectral density (m^2/s^3) of the acceleration of root-relative joints: 4 m/s^2 over 0.2 s."""

ROOT_ACCELERATION = 1.0
"""The same of the root."""

ACROSS = 0.01
"""Standard deviation (m) of the root across its ray that changes from frame to frame."""

WHITE_EXACT, WHITE_NOISY = 0.06, 0.4
"""Part of the standard deviation of a single frame that changes from frame to frame, of exact keypoints and
of those with the noise of a detector; the rest lasts."""

FREEDOM, ROUNDS = 4.0, 3
"""Degrees of freedom of the Student distribution of what a frame says, and rounds of reweighting."""


def robustly_smoothed(
    values: np.ndarray, deviation: np.ndarray, times: np.ndarray, density: float
) -> np.ndarray:
    """As `smoothed`, for observations with outliers: frames that contradict the others count less.

    Reweighted least squares for a Student distribution (Lange et al. 1989), as `weights.robust_noise`.
    """
    steady = smoothed(values, deviation, times, density)
    for _ in range(ROUNDS):
        off = np.square(values - steady).sum(1) / np.square(np.maximum(deviation, 1e-6))
        steady = smoothed(values, deviation * np.sqrt(1 + off / FREEDOM), times, density)
    return steady


def smoothed(values: np.ndarray, deviation: np.ndarray, times: np.ndarray, density: float) -> np.ndarray:
    """The posterior mean of a series.

    Args:
        values: `[T, K]`, K coordinates that are observed with the same noise.
        deviation: standard deviation of the observations `[T]`.
        times: `[T]` s, increasing.
        density: spectral density of the acceleration.

    Returns:
        `[T, K]`. A straight line is kept; with a deviation of zero the values are.
    """
    from scipy.linalg import solveh_banded

    count = len(values)
    if count < 3:
        return values
    precision = 1 / np.square(np.maximum(deviation, 1e-6))
    step = np.diff(times)
    before, after = 1 / step[:-1], 1 / step[1:]
    variance = density * (step[:-1] + step[1:]) / 3
    bend = np.stack([before, -(before + after), after]) / np.sqrt(variance)
    bands = np.zeros((3, count))
    bands[2] = precision
    for first in range(3):
        bands[2, first : count - 2 + first] += bend[first] ** 2
    bands[1, 1 : count - 1] += bend[0] * bend[1]
    bands[1, 2:count] += bend[1] * bend[2]
    bands[0, 2:] += bend[0] * bend[2]
    solution: np.ndarray = solveh_banded(bands, precision[:, None] * values)
    return solution


def smoothed_track(
    poses: np.ndarray, uncertainty: np.ndarray, noisy: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The poses of one track over time, and their roots.

    Args:
        poses: `[T, J, 3]` m, camera frame, absolute.
        uncertainty: `[T, J]` m, of the joints relative to the root.
        noisy: `[T]`, 0 for exact keypoints to 1 for those of a detector.
        times: `[T]` s, increasing.

    Returns:
        Root-relative poses `[T, J, 3]`, and roots `[T, 3]`.
    """
    local = poses - poses[:, :1]
    part = WHITE_EXACT + (WHITE_NOISY - WHITE_EXACT) * noisy
    white = part[:, None] * np.where(np.isfinite(uncertainty), uncertainty, 0.08)
    steady = np.stack(
        [
            robustly_smoothed(local[:, joint], white[:, joint], times, JOINT_ACCELERATION)
            for joint in range(local.shape[1])
        ],
        axis=1,
    )
    along = 2 * white[:, 1:].mean(1)
    depth = robustly_smoothed(poses[:, 0, 2:], along, times, ROOT_ACCELERATION)
    across = ACROSS * part / WHITE_NOISY
    plane = poses[:, 0, :2] / poses[:, 0, 2:].clip(0.1) * depth
    plane = robustly_smoothed(plane, across, times, ROOT_ACCELERATION)
    return steady - steady[:, :1], np.concatenate([plane, depth.clip(0.1)], axis=1)
