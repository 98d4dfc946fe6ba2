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

LONGEST = 1.0
"""Time (s) between the frames beyond which nothing is known of what a foot did between them."""

SLIP = 0.02
"""Standard deviation (m/s) of the speed of a foot that stands."""

KNEE = 0.5
"""Part of the correction of a foot that its knee takes, so that both bones keep their lengths nearly."""


def standing(feet: np.ndarray, times: np.ndarray, track: np.ndarray) -> np.ndarray:
    """How sure it is that each foot stands, 0 to 1.

    Args:
        feet: `[T, F, 3]` m, camera frame, smoothed.
        times: `[T]` s, increasing within a track.
        track: number of the track of each frame `[T]`, increasing.

    Returns:
        `[T, F]`
    """
    distance = np.linalg.norm(feet, axis=-1).clip(1e-6)
    rays = feet / distance[..., None]
    # the frames half the window before and after; tracks lie far apart, and a tie is no matter of rounding
    apart = times + (track - track[:1]) * (2 * np.ptp(times) + 10 * SECONDS)
    reach = SECONDS / 2 + 1e-4
    first, last = np.searchsorted(track, track), np.searchsorted(track, track, "right") - 1
    before = np.searchsorted(apart, apart - reach).clip(first, last)
    after = (np.searchsorted(apart, apart + reach, "right") - 1).clip(first, last)
    alone = before == after
    before = np.where(alone, before - 1, before).clip(first)
    after = np.where(alone, after + 1, after).clip(max=last)
    passed = (times[after] - times[before]).clip(1e-3)
    speed = np.linalg.norm(rays[after] - rays[before], axis=-1) * distance / passed[:, None]
    near = (passed < LONGEST)[:, None]
    return np.where(near, ((MOVES - speed) / (MOVES - STANDS)).clip(0, 1), 0.0)


def depth_steps(stands: np.ndarray, depth: np.ndarray, times: np.ndarray, track: np.ndarray) -> Steps:
    """How the depth of the root changes from frame to frame if feet that stand do not move.

    Args:
        stands: of `standing`, `[T, F]`. depth: of the feet relative to the root `[T, F]` m.
        times, track: as in `standing`.
    """
    precision = _precision(stands, times, track)
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
        stands: of `standing`, `[T, F]`.
        deviation: of the feet from frame to frame `[T, F]` m.
        times, track: as in `standing`.
    """
    poses, precision = local.copy(), _precision(stands, times, track)
    for side, (foot, knee) in enumerate(zip(FEET, KNEES, strict=True)):
        place, noise = root + local[:, foot], deviation[:, side]
        still = Steps(np.zeros((len(precision), 3)), precision[:, side])
        free, held = (
            smoothed(place, noise, times, JOINT_ACCELERATION, track, steps) for steps in (None, still)
        )
        poses[:, foot] += held - free
        poses[:, knee] += KNEE * (held - free)
    return poses


def _precision(stands: np.ndarray, times: np.ndarray, track: np.ndarray) -> np.ndarray:
    """With which feet are known not to move between neighbouring frames `[T - 1, F]`; 0 between tracks."""
    together = np.diff(track) == 0
    step = np.where(together, np.diff(times), 1.0)[:, None]
    both = np.minimum(stands[1:], stands[:-1]) * together[:, None]
    return np.asarray(both / np.square(SLIP * step))
