"""A Gaussian smoother over a track: what frames say, and how fast people can change their speed.

The motion of each coordinate is a Wiener process of the velocity (constant speed, disturbed by white
acceleration noise), observed with noise in each frame; times may be uneven. The posterior mean solves a
banded system (Sarkka, Bayesian Filtering and Smoothing, 2013, chapter 12).
"""

from typing import NamedTuple

import numpy as np

from zedo_cli.skeletons import INDEX

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


FEET = (INDEX["left_ankle"], INDEX["right_ankle"])
STANDS, MOVES = 0.12, 0.30
"""Speed (m/s) across its ray up to which a foot stands, and from which on it does not."""

SLIP = 0.05
"""Standard deviation (m/s) of the speed of a foot that stands."""

AT_ONCE = 200_000
"""Frames times joints in one banded system; changes memory and speed only."""


def robustly_smoothed(
    values: np.ndarray,
    deviation: np.ndarray,
    times: np.ndarray,
    density: float,
    series: np.ndarray | None = None,
    steps: "Steps | None" = None,
) -> np.ndarray:
    """As `smoothed`, for observations with outliers: frames that contradict the others count less.

    Reweighted least squares for a Student distribution (Lange et al. 1989), as `weights.robust_noise`.
    """
    steady = smoothed(values, deviation, times, density, series, steps)
    for _ in range(ROUNDS):
        off = np.square(values - steady).sum(1) / np.square(np.maximum(deviation, 1e-6))
        steady = smoothed(values, deviation * np.sqrt(1 + off / FREEDOM), times, density, series, steps)
    return steady


def smoothed(
    values: np.ndarray,
    deviation: np.ndarray,
    times: np.ndarray,
    density: float,
    series: np.ndarray | None = None,
    steps: "Steps | None" = None,
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
    from scipy.linalg import solveh_banded

    count = len(values)
    if count < 3:
        return values
    precision = 1 / np.square(np.maximum(deviation, 1e-6))
    step = np.diff(times)
    if series is not None:
        together = series[2:] == series[:-2]
        step = np.where(np.diff(series) == 0, step, 1.0)
    before, after = 1 / step[:-1], 1 / step[1:]
    variance = density * (step[:-1] + step[1:]) / 3
    bend = np.stack([before, -(before + after), after]) / np.sqrt(variance)
    if series is not None:
        bend = np.where(together, bend, 0.0)
    bands = np.zeros((3, count))
    bands[2] = precision
    for first in range(3):
        bands[2, first : count - 2 + first] += bend[first] ** 2
    bands[1, 1 : count - 1] += bend[0] * bend[1]
    bands[1, 2:count] += bend[1] * bend[2]
    bands[0, 2:] += bend[0] * bend[2]
    sides = precision[:, None] * values
    if steps is not None:
        bands[2, :-1] += steps.precision
        bands[2, 1:] += steps.precision
        bands[1, 1:] -= steps.precision
        sides[:-1] -= steps.precision[:, None] * steps.difference
        sides[1:] += steps.precision[:, None] * steps.difference
    solution: np.ndarray = solveh_banded(bands, sides)
    return solution


class Steps(NamedTuple):
    """Differences between neighbouring frames `[T - 1, K]`, and the precision with which they are known
    `[T - 1]`."""

    difference: np.ndarray
    precision: np.ndarray


def standing(
    feet: np.ndarray, depth: np.ndarray, deviation: np.ndarray, times: np.ndarray, track: np.ndarray
) -> Steps:
    """How the depth of the root changes from frame to frame if feet that stand still do not move.

    Whether a foot stands is seen across its ray, where a camera sees well: a foot that does not move in the
    image does not move in depth either.

    Args:
        feet: `[T, F, 3]` m, camera frame. depth: of the feet relative to the root `[T, F]` m.
        deviation: of `depth` from frame to frame `[T, F]` m.
        times: `[T]` s, increasing within a track. track: `[T]`, number of the track.
    """
    step = np.where(np.diff(track) == 0, np.diff(times), np.inf)[:, None]
    distance = np.linalg.norm(feet, axis=-1)
    rays = feet / distance[..., None].clip(1e-6)
    speed = np.linalg.norm(np.diff(rays, axis=0), axis=-1) * distance[1:] / step
    stands = ((MOVES - speed) / (MOVES - STANDS)).clip(0, 1) * np.isfinite(step)
    slip = np.square(SLIP * np.where(np.isfinite(step), step, 1.0))
    precision = stands / (slip + np.square(deviation[1:]) + np.square(deviation[:-1]))
    total = precision.sum(1)
    moved = -(precision * np.diff(depth, axis=0)).sum(1) / total.clip(1e-9)
    return Steps(moved[:, None], total)


def smoothed_tracks(
    poses: np.ndarray,
    uncertainty: np.ndarray,
    noisy: np.ndarray,
    times: np.ndarray,
    track: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The poses of tracks over time, and their roots. A track does not depend on the others.

    Args:
        poses: `[T, J, 3]` m, camera frame, absolute.
        uncertainty: `[T, J]` m, of the joints relative to the root.
        noisy: `[T]`, 0 for exact keypoints to 1 for those of a detector.
        times: `[T]` s, increasing within a track.
        track: number of the track of each frame `[T]`, increasing; all are one without it.

    Returns:
        Root-relative poses `[T, J, 3]`, and roots `[T, 3]`.
    """
    count, joints = poses.shape[:2]
    track = np.zeros(count, np.int64) if track is None else track
    local = poses - poses[:, :1]
    part = WHITE_EXACT + (WHITE_NOISY - WHITE_EXACT) * noisy
    white = part[:, None] * np.where(np.isfinite(uncertainty), uncertainty, 0.08)
    steady = np.empty_like(local)
    together = max(1, AT_ONCE // max(1, count))
    for first in range(0, joints, together):
        some = slice(first, min(first + together, joints))
        repeats = some.stop - first
        series = track + (track[-1] + 1 if count else 1) * np.arange(repeats)[:, None]
        found = robustly_smoothed(
            local[:, some].swapaxes(0, 1).reshape(-1, 3),
            white[:, some].T.reshape(-1),
            np.tile(times, repeats),
            JOINT_ACCELERATION,
            series.reshape(-1),
        )
        steady[:, some] = found.reshape(repeats, count, 3).swapaxes(0, 1)
    along = 2 * white[:, 1:].mean(1)
    depth = robustly_smoothed(poses[:, 0, 2:], along, times, ROOT_ACCELERATION, track)
    feet = poses[:, :1] / poses[:, :1, 2:].clip(0.1) * depth[:, None] + steady[:, FEET]
    still = standing(feet, steady[:, FEET, 2], white[:, FEET], times, track)
    depth = robustly_smoothed(poses[:, 0, 2:], along, times, ROOT_ACCELERATION, track, still)
    across = ACROSS * part / WHITE_NOISY
    plane = poses[:, 0, :2] / poses[:, 0, 2:].clip(0.1) * depth
    plane = robustly_smoothed(plane, across, times, ROOT_ACCELERATION, track)
    return steady - steady[:, :1], np.concatenate([plane, depth.clip(0.1)], axis=1)
