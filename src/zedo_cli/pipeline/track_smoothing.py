"""The poses of tracks over time: joints, the path of the root, and feet that stand."""

import numpy as np

from zedo_cli.pipeline.contacts import FEET, depth_steps, planted, standing
from zedo_cli.pipeline.smoothing import JOINT_ACCELERATION, robustly_smoothed

ROOT_ACCELERATION = 1.0
"""Spectral density (m^2/s^3) of the acceleration of the root."""

ACROSS = 0.01
"""Standard deviation (m) of the root across its ray that changes from frame to frame."""

WHITE_EXACT, WHITE_NOISY = 0.06, 0.4
"""Part of the standard deviation of a single frame that changes from frame to frame, of exact keypoints and
of those with the noise of a detector; the rest lasts."""

AT_ONCE = 200_000
"""Frames times joints in one banded system; changes memory and speed only."""


def smoothed_tracks(
    poses: np.ndarray,
    uncertainty: np.ndarray,
    noisy: np.ndarray,
    times: np.ndarray,
    track: np.ndarray | None = None,
    contacts: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """The poses of tracks over time, and their roots. A track does not depend on the others.

    Args:
        poses: `[T, J, 3]` m, camera frame, absolute.
        uncertainty: `[T, J]` m, of the joints relative to the root.
        noisy: `[T]`, 0 for exact keypoints to 1 for those of a detector.
        times: `[T]` s, increasing within a track.
        track: number of the track of each frame `[T]`, increasing; all are one without it.
        contacts: whether feet that stand still stay still.

    Returns:
        Root-relative poses `[T, J, 3]`, and roots `[T, 3]`.
    """
    count, joints = poses.shape[:2]
    track = np.zeros(count, np.int64) if track is None else track
    local = poses - poses[:, :1]
    part, white = _white(uncertainty, noisy)
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
    if contacts:
        feet = poses[:, :1] / poses[:, :1, 2:].clip(0.1) * depth[:, None] + steady[:, FEET]
        steps = depth_steps(standing(feet, times, track), steady[:, FEET, 2], times)
        depth = robustly_smoothed(poses[:, 0, 2:], along, times, ROOT_ACCELERATION, track, steps)
    across = ACROSS * part / WHITE_NOISY
    plane = poses[:, 0, :2] / poses[:, 0, 2:].clip(0.1) * depth
    plane = robustly_smoothed(plane, across, times, ROOT_ACCELERATION, track)
    root = np.concatenate([plane, depth.clip(0.1)], axis=1)
    steady = steady - steady[:, :1]
    if contacts:
        stands = standing(root[:, None] + steady[:, FEET], times, track)
        steady = planted(steady, root, stands, white[:, FEET], times, track)
    return steady, root


def with_feet_held(
    points: np.ndarray, uncertainty: np.ndarray, noisy: np.ndarray, times: np.ndarray, track: np.ndarray
) -> np.ndarray:
    """The same motion with feet that stand where they are; the knees follow.

    Args:
        points: `[T, J, 3]` m, camera frame, absolute, smooth. The others as in `smoothed_tracks`.
    """
    root = points[:, 0]
    stands = standing(points[:, FEET], times, track)
    _, white = _white(uncertainty, noisy)
    return planted(points - root[:, None], root, stands, white[:, FEET], times, track) + root[:, None]


def _white(uncertainty: np.ndarray, noisy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of the standard deviation that changes from frame to frame `[T]`, and that deviation `[T, J]`
    m."""
    part = WHITE_EXACT + (WHITE_NOISY - WHITE_EXACT) * noisy
    return part, part[:, None] * np.where(np.isfinite(uncertainty), uncertainty, 0.08)
