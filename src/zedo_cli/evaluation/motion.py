"""Errors over time: velocity, acceleration, the path of the root, bones, feet, and flips.

In double precision, metres and frames. A frame needs its neighbours of the same person and clip, without a
gap; NaN where there are none.
"""

from itertools import pairwise

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.evaluation import metrics
from zedo_cli.skeletons import INDEX, PARENTS

FLIPPED = 0.3
"""MPJPE (m) of a flipped frame, while frames of its track within `FLIP_SECONDS` are below half of it."""

FLIP_SECONDS = 1.0

STILL = 0.1
"""Speed (m/s) below which a foot stands."""

_ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]


def motion_scores(data: Dataset, poses: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of each row `[N]` by name; empty if the data set has no frame rate.

    mpjve (m/frame), acceleration_error (m/frame^2): of root-relative joints. acceleration,
    acceleration_true: magnitudes. root: error of the pelvis (m); root_scaled: after the best scale of the
    track. root_step: of the estimate between frames. foot_skate: m/s of ankles that truly stand.
    bone_variation: spread of bone lengths in the track, relative. flips: whether the row is one.

    Args:
        data: the data set, with a frame rate.
        poses: `[N, 17, 3]` m, camera frame, absolute.
    """
    rates = data.keypoints.of_clips("fps")
    if not any(rates):
        return {}
    fps = np.array([rate or np.nan for rate in rates])[data.keypoints.clip]
    order, before, after = _neighbours(data)
    ours, truth = poses[order].astype(np.float64), data.truth[order].astype(np.float64)
    joints = list(data.joints)
    by_track = ("root_scaled", "bone_variation", "flips")
    scores = {name: np.full(len(data), np.nan) for name in by_track}

    local, true = metrics.root_centred(ours), metrics.root_centred(truth)
    speed = _steps(local, before) - _steps(true, before)
    scores["mpjve"] = _mean_length(speed[:, joints])
    ours_second, true_second = (_second(part, before, after)[:, joints] for part in (local, true))
    scores["acceleration_error"] = _mean_length(ours_second - true_second)
    scores["acceleration"] = _mean_length(ours_second)
    scores["acceleration_true"] = _mean_length(true_second)
    scores["root"] = np.linalg.norm(ours[:, 0] - truth[:, 0], axis=-1)
    scores["root_step"] = np.linalg.norm(_steps(ours, before)[:, 0], axis=-1)
    feet, true_feet = (
        np.linalg.norm(_steps(part, before)[:, _ANKLES], axis=-1) * fps[order, None] for part in (ours, truth)
    )
    stands = true_feet < STILL
    with np.errstate(invalid="ignore"):
        scores["foot_skate"] = np.where(stands.any(1), (feet * stands).sum(1) / stands.sum(1).clip(1), np.nan)
    error = metrics.mpjpe(local[:, joints], true[:, joints])
    for start, stop in _tracks(before):
        scores["root_scaled"][start:stop] = _scaled_root(ours[start:stop, 0], truth[start:stop, 0])
        scores["bone_variation"][start:stop] = _bone_variation(local[start:stop])
        scores["flips"][start:stop] = _flips(error[start:stop], float(fps[order][start]))
    back = np.argsort(order)
    return {name: values[back] for name, values in scores.items()}


def _neighbours(data: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows in order of tracks and time, and whether each has its frame before and after without a gap."""
    people = data.keypoints
    order = np.lexsort([people.frame, people.person, people.clip])
    same = (np.diff(people.clip[order]) == 0) & (np.diff(people.person[order]) == 0)
    same &= np.diff(people.frame[order]) == 1
    return order, np.append(False, same), np.append(same, False)


def _tracks(before: np.ndarray) -> list[tuple[int, int]]:
    """Runs without a gap."""
    starts = [*np.flatnonzero(~before).tolist(), len(before)]
    return list(pairwise(starts))


def _steps(values: np.ndarray, before: np.ndarray) -> np.ndarray:
    steps: np.ndarray = np.diff(values, axis=0, prepend=np.nan * values[:1])
    steps[~before] = np.nan
    return steps


def _second(values: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    second = np.full_like(values, np.nan)
    second[1:-1] = values[2:] - 2 * values[1:-1] + values[:-2]
    second[~(before & after)] = np.nan
    return second


def _mean_length(vectors: np.ndarray) -> np.ndarray:
    """Mean over joints of known length `[N, J, 3]` -> `[N]`."""
    lengths = np.linalg.norm(vectors, axis=-1)
    known = np.isfinite(lengths)
    return np.where(known.any(1), np.where(known, lengths, 0).sum(1) / known.sum(1).clip(1), np.nan)


def _scaled_root(ours: np.ndarray, truth: np.ndarray) -> np.ndarray:
    known = np.isfinite(ours).all(1) & np.isfinite(truth).all(1)
    scale = (ours[known] * truth[known]).sum() / np.square(ours[known]).sum().clip(1e-12)
    errors: np.ndarray = np.linalg.norm(scale * ours - truth, axis=-1)
    return errors


def _bone_variation(local: np.ndarray) -> float:
    bones = np.linalg.norm(local[:, 1:] - local[:, list(PARENTS[1:])], axis=-1)
    return float((bones.std(0) / bones.mean(0).clip(1e-9)).mean())


def _flips(error: np.ndarray, fps: float) -> np.ndarray:
    """1 for frames that are far off while others near in time are not."""
    if not np.isfinite(fps):
        fps = 30.0
    reach = max(1, round(FLIP_SECONDS * fps))
    good = error < FLIPPED / 2
    near = np.array([good[max(0, i - reach) : i + reach + 1].any() for i in range(len(error))])
    return ((error > FLIPPED) & near).astype(float)
