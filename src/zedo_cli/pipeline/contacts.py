"""Feet that stand still stay still: a soft constraint on the path of the person, and on the legs.

A camera sees well how a foot moves across its ray, and badly how far away it is. A foot that does not move in
the image stands, so it does not move in depth either; what the estimate moves there is mostly the distance of
the whole person.
"""

import numpy as np

from zedo_cli.pipeline.smoothing import JOINT_ACCELERATION, Steps, smoothed
from zedo_cli.skeletons import INDEX

FEET = (INDEX["left_ankle"], INDEX["right_ankle"])
KNEES = (INDEX["left_knee"], INDEX["right_knee"])

STANDS, MOVES = 0.10, 0.25
"""Speed (m/s) across its ray up to which a foot stands, and from which on it does not; between, it may."""

SECONDS = 0.25
"""Time over which the speed is taken: detectors drift more slowly than feet move."""

LONGEST = 0.3
"""Time (s) between neighbouring frames from which on nothing is known of what a foot did between them."""

SHORTEST = 1e-3
"""Time (s) that counts for frames which are closer together."""

SLIP = 0.02
"""Standard deviation (m/s) of the speed of a foot that stands."""

KNEE = 0.5
"""Part of the correction of a foot that its knee takes, so that both bones keep their lengths nearly."""


def standing(feet: np.ndarray, times: np.ndarray, track: np.ndarray) -> np.ndarray:
    """How sure it is that each foot stands from a frame to the next, 0 to 1; 0 between tracks.

    Args:
        feet: `[T, F, 3]` m, camera frame, smoothed.
        times: `[T]` s, increasing within a track.
        track: number of the track of each frame `[T]`, increasing. One of fewer than three frames says
            nothing.

    Returns:
        `[T - 1, F]`
    """
    if len(feet) < 2:
        return np.zeros((0, feet.shape[1]))
    distance = np.linalg.norm(feet, axis=-1).clip(1e-6)
    rays = feet / distance[..., None]

    def slow(before: np.ndarray, after: np.ndarray, at: np.ndarray) -> np.ndarray:
        passed = (times[after] - times[before]).clip(SHORTEST)
        speed = np.linalg.norm(rays[after] - rays[before], axis=-1) * distance[at] / passed[:, None]
        return np.asarray(((MOVES - speed) / (MOVES - STANDS)).clip(0, 1))

    # the frames half the window before and after; tracks lie far apart, and a tie is no matter of rounding
    apart = times + (track - track[:1]) * (2 * np.ptp(times) + 10 * SECONDS)
    reach = SECONDS / 2 + 1e-4
    first, last = np.searchsorted(track, track), np.searchsorted(track, track, "right") - 1
    before = np.searchsorted(apart, apart - reach).clip(first, last)
    after = (np.searchsorted(apart, apart + reach, "right") - 1).clip(first, last)
    frames = np.arange(len(feet))
    around = np.where((before < after)[:, None], slow(before, after, frames), 1.0)
    step = np.diff(times)
    long = step > SECONDS / 2  # the window of neither frame reaches over it
    over = np.where(long[:, None], slow(frames[:-1], frames[1:], frames[1:]), 1.0)
    known = (np.diff(track) == 0) & (step < LONGEST) & (last - first >= 2)[1:]
    return np.minimum(np.minimum(around[1:], around[:-1]), over) * known[:, None]


def depth_steps(stands: np.ndarray, depth: np.ndarray, times: np.ndarray) -> Steps:
    """How the depth of the root changes from frame to frame if feet that stand do not move.

    Args:
        stands: of `standing`, `[T - 1, F]`. depth: of the feet relative to the root `[T, F]` m.
        times: as in `standing`.
    """
    precision = _precision(stands, times)
    total = precision.sum(1)
    moved = -(precision * np.diff(depth, axis=0)).sum(1) / total.clip(1e-9)
    return Steps(moved[:, None], total)


def planted(
    local: np.ndarray,
    root: np.ndarray,
    stands: np.ndarray,
    deviation: np.ndarray,
    times: np.ndarray,
    track: np.ndarray,
) -> np.ndarray:
    """Root-relative poses `[T, J, 3]` m whose feet stay where they stand; the knees follow.

    Args:
        local: root-relative poses, smoothed. root: `[T, 3]` m.
        stands: of `standing`, `[T - 1, F]`.
        deviation: of the feet from frame to frame `[T, F]` m.
        times, track: as in `standing`.
    """
    poses, precision = local.copy(), _precision(stands, times)
    for side, (foot, knee) in enumerate(zip(FEET, KNEES, strict=True)):
        place, noise = root + local[:, foot], deviation[:, side]
        still = Steps(np.zeros((len(precision), 3)), precision[:, side])
        free, held = (
            smoothed(place, noise, times, JOINT_ACCELERATION, track, steps) for steps in (None, still)
        )
        poses[:, foot] += held - free
        poses[:, knee] += KNEE * (held - free)
    return poses


def _precision(stands: np.ndarray, times: np.ndarray) -> np.ndarray:
    """With which feet are known not to move between neighbouring frames `[T - 1, F]`."""
    return np.asarray(stands / np.square(SLIP * np.diff(times).clip(SHORTEST))[:, None])
