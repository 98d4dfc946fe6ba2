"""Where a clip is cut, or an identity goes over to somebody else: the whole body jumps."""

from itertools import pairwise

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.groups import grouped
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.standardise import extent
from zedo_cli.skeletons import MIRROR

FEWEST_COMMON = 3
"""With fewer joints in common, two detections cannot be compared joint by joint."""

CUT = 0.12
"""Median displacement of all joints between neighbouring frames, relative to the person's size, from which on
a clip may be cut."""

FEWEST_FRAMES = 5
"""A shorter track says nothing of how far people move."""

_CUT_RATIO = 8.0
"""The same, relative to what is usual in the track."""


def found_segments(keypoints: Keypoints) -> tuple[np.ndarray, list[Note]]:
    """The number of the segment of each row: a track is cut where the whole body jumps."""
    segment = np.zeros(len(keypoints), np.int64)
    notes: list[Note] = []
    shared = np.logical_and(keypoints.of_clips("static"), keypoints.of_clips("tracked"))
    people, index = grouped(keypoints.clip, keypoints.person)
    usable = shared[keypoints.clip] & (np.bincount(index)[index] >= FEWEST_FRAMES)
    order = np.lexsort((keypoints.frame, index))
    order = order[usable[order]]
    if not len(order):
        return segment, notes
    steps = displacements(keypoints.points[order], keypoints.confidence[order])  # those within tracks count
    bounds = np.flatnonzero(np.diff(index[order], prepend=-1, append=len(people)))
    for start, stop in pairwise(bounds):
        rows = order[start:stop]
        clip, person = keypoints.clip[rows[0]], keypoints.person[rows[0]]
        cuts = _cuts(steps[start : stop - 1], keypoints.frame[rows])
        if cuts.any():
            segment[rows] = np.concatenate([[0], np.cumsum(cuts)])
            frames = ", ".join(map(str, keypoints.frame[rows][1:][cuts][:5]))
            text = (
                f"{keypoints.clip_names[clip]}: person {person} jumps at frame {frames}: a cut, or two people"
                " with one id; nothing is shared across"
            )
            notes.append(Note("warning", text, "cut"))
    return segment, notes


def _cuts(steps: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """After which rows of a track the whole body jumps `[N - 1]`. steps: of `displacements`."""
    gaps = np.diff(frame).clip(1)
    usual = np.nanmedian(steps / gaps) if np.isfinite(steps).any() else 0.0
    return np.nan_to_num(steps, nan=0.0) > np.maximum(CUT, _CUT_RATIO * usual) * np.sqrt(gaps)


def displacements(points: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Median displacement of the joints from row to row, relative to the person's size; NaN without common
    joints. Left and right may be exchanged in either row. `[N, 17, 2]`, `[N, 17]` -> `[N - 1]`."""
    size = np.hypot(*extent(points, confidence).T)
    result = np.full(len(points) - 1, np.nan)
    for order in (list(range(points.shape[1])), list(MIRROR)):
        both = (confidence[1:] > 0) & (confidence[:-1, order] > 0)
        moved = np.hypot(*(points[1:] - points[:-1, order]).transpose(2, 0, 1))
        enough = both.sum(1) >= FEWEST_COMMON
        steps = _medians(moved[enough], both[enough]) / np.maximum(size[1:], size[:-1])[enough]
        result[enough] = np.fmin(result[enough], steps)
    return result


def _medians(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The median of the known values of each row, at least one. `[N, J]` twice -> `[N]`."""
    ordered = np.sort(np.where(known, values, np.inf), axis=1)
    count, rows = known.sum(1), np.arange(len(values))
    return np.asarray((ordered[rows, (count - 1) // 2] + ordered[rows, count // 2]) / 2)
