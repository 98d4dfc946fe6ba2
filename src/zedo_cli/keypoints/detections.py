"""Faults of detectors that see several people: one person in two halves, or twice, or none at all."""

from dataclasses import replace

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.groups import grouped
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.standardise import extent
from zedo_cli.skeletons import INDEX, LIMBS

TWICE = 0.05
"""Mean distance of the joints of two detections, relative to the size, up to which they are one person."""

OUTSIDE = 0.3
"""Share of the confident joints outside the image from which on a detection is not a person."""

PARTLY_OUTSIDE = 0.15
"""The same, if all joints also have one confidence where other people's differ: no detector is so sure."""

_CONFIDENT = 0.3
_FEW = 4
_SHOULDERS = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
_HIPS = [INDEX["left_hip"], INDEX["right_hip"]]
_ARMS = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("shoulder", "elbow", "wrist")]
_LEGS = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee", "ankle")]


def without_implausible(keypoints: Keypoints, clips: np.ndarray) -> tuple[Keypoints, list[Note]]:
    """Halves of one person joined, and double and impossible detections left out, each with a count.

    Args:
        keypoints: on the 17 joints.
        clips: `[clips]`, in which clips to look; in others the file says who is there.
    """
    if not clips.any():
        return keypoints, []
    points, confidence = np.array(keypoints.points), np.array(keypoints.confidence)
    keep = np.ones(len(keypoints), bool)
    looked = clips[keypoints.clip]
    phantom = looked & _outside(keypoints)
    keep &= ~phantom
    counts = {"phantom": int(phantom.sum()), "twice": 0, "halves": 0}
    _, place = grouped(keypoints.clip, keypoints.frame)
    crowded = looked & keep & (np.bincount(place)[place] > 1)
    rows = np.flatnonzero(crowded)
    order = rows[np.argsort(place[rows], kind="stable")]
    for group in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        if len(group) < 2:
            continue
        for what, drop in _repeated(points, confidence, group):
            keep[drop] = False
            counts[what] += 1
    notes = []
    for what, text in (
        ("phantom", "detections lie largely outside the image: left out"),
        ("twice", "people were detected twice: the weaker detection is left out"),
        ("halves", "people were detected in two halves: joined"),
    ):
        if counts[what]:
            notes.append(Note("info", f"{counts[what]} {text}", f"detected-{what}"))
    if not notes:
        return keypoints, notes
    return replace(keypoints, points=points, confidence=confidence).take(keep), notes


def _outside(keypoints: Keypoints) -> np.ndarray:
    """Whose confident joints lie largely outside the image; without its size, at negative pixels. `[N]`"""
    sizes = np.array(
        [(np.inf, np.inf) if size is None else size for size in keypoints.of_clips("image_size")], float
    )
    size = sizes[keypoints.clip][:, None] if len(sizes) else np.full((len(keypoints), 1, 2), np.inf)
    slack = 0.01 * np.where(np.isfinite(size), size, 1000.0)
    seen = keypoints.confidence > _CONFIDENT
    out = ((keypoints.points < -slack) | (keypoints.points > size + slack)).any(-1) & seen
    share = out[:, LIMBS].sum(1) / np.maximum(seen[:, LIMBS].sum(1), 1)
    trust = np.where(keypoints.confidence > 0, keypoints.confidence, np.nan)[:, LIMBS]
    differences = np.nan_to_num(np.fmax.reduce(trust, axis=1) - np.fmin.reduce(trust, axis=1))
    for rows in keypoints.rows_of_clips():
        if 2 * np.count_nonzero(differences[rows] > 0.01) > len(rows):
            share[rows[(share[rows] > PARTLY_OUTSIDE) & (differences[rows] == 0)]] = 1.0
    return share > OUTSIDE


def _repeated(points: np.ndarray, confidence: np.ndarray, group: np.ndarray) -> list[tuple[str, int]]:
    """The rows of a frame that repeat or complete another one; what they add is written into that."""
    dropped: list[tuple[str, int]] = []
    order = sorted(group.tolist(), key=lambda row: -confidence[row].sum())
    gone: set[int] = set()
    for place, row in enumerate(order):
        for other in order[place + 1 :]:
            if row in gone or other in gone:
                continue
            both = (confidence[row] > 0) & (confidence[other] > 0)
            size = float(np.hypot(*extent(points[[row, other]], confidence[[row, other]]).T).max())
            if both.sum() >= _FEW:
                away = np.linalg.norm(points[row] - points[other], axis=-1)[both].mean()
                if away < TWICE * size:
                    gone.add(other)
                    dropped.append(("twice", other))
            elif _are_halves(points, confidence, row, other, both):
                add = confidence[other] > confidence[row]
                points[row, add], confidence[row, add] = points[other, add], confidence[other, add]
                gone.add(other)
                dropped.append(("halves", other))
    return dropped


def _are_halves(points: np.ndarray, confidence: np.ndarray, one: int, other: int, both: np.ndarray) -> bool:
    """Whether the arms are in one detection and the legs in the other, as far apart as in a person."""
    if both[_ARMS + _LEGS].sum() > 1:
        return False
    for upper, lower in ((one, other), (other, one)):
        arms, legs = (
            int((confidence[row][part] > 0).sum()) for row, part in ((upper, _ARMS), (lower, _LEGS))
        )
        if (
            arms < 3
            or legs < 3
            or (confidence[upper][_LEGS] > 0).sum() > 2
            or (confidence[lower][_ARMS] > 0).sum() > 2
        ):
            continue
        shoulders = points[upper][_SHOULDERS][confidence[upper][_SHOULDERS] > 0]
        hips = points[lower][_HIPS][confidence[lower][_HIPS] > 0]
        if not len(shoulders) or not len(hips):
            continue
        trunk = float(np.linalg.norm(shoulders.mean(0) - hips.mean(0)))
        parts = np.concatenate([points[upper][confidence[upper] > 0], points[lower][confidence[lower] > 0]])
        whole = float(np.hypot(*np.ptp(parts, axis=0)))
        halves = extent(points[[upper, lower]], confidence[[upper, lower]])
        return trunk < 1.2 * float(np.hypot(*halves.T).max()) and trunk > 0.1 * whole
    return False
