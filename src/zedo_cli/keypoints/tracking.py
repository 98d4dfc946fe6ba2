"""Who is who over the frames of a clip, where the file does not say it.

A detection goes to the track whose joints, moved on with their velocity, are nearest: the distance of the
joints that both have, relative to the person's size and weighted by confidence, and the assignment of the
least sum (Hungarian method). A track lives on without detections for `MAX_GAP` frames, or for
`MAX_GAP_SECONDS` where the frame rate is known.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.groups import count_groups
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.cuts import FEWEST_COMMON, displacements, found_segments
from zedo_cli.keypoints.detections import without_implausible
from zedo_cli.keypoints.standardise import extent

MAX_GAP = 30
MAX_GAP_SECONDS = 1.0

GATE = 0.3
"""Largest distance of a detection from its track one frame later, relative to the person's size."""

_GATE_GROWTH = 0.08
_WIDEST_GATE = 0.8
"""The gate grows with each frame without a detection, up to this."""

_VELOCITY = 0.5
"""Weight of the newest displacement in the velocity."""

_SIZE_WEIGHT = 0.3
"""Weight of the logarithm of the ratio of sizes in the distance."""

SHORTEST_MEAN = 3.0
"""Frames; if tracks are shorter on average, people move too far between frames to be tracked."""

_ENOUGH_FRAMES = 10
"""A clip of fewer frames says nothing of how far people move."""


@dataclass
class _Track:
    """A person followed: where each joint was last, its velocity (px a frame), and when it was seen."""

    identity: int
    points: np.ndarray
    trust: np.ndarray
    size: float
    frame: int
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(2))

    def predicted(self, frame: int) -> np.ndarray:
        """The joints moved on as one body; the motion fades over a gap."""
        steps = min(frame - self.frame, 5)
        moved: np.ndarray = self.points + self.velocity * steps
        return moved

    def update(self, points: np.ndarray, trust: np.ndarray, size: float, frame: int) -> None:
        both = (self.trust > 0) & (trust > 0)
        if both.sum() >= FEWEST_COMMON:
            moved = np.median((points - self.points)[both], axis=0) / (frame - self.frame)
            self.velocity = _VELOCITY * moved + (1 - _VELOCITY) * self.velocity
        lost = (trust == 0) & (self.trust > 0.05)
        self.points = np.where(lost[:, None], self.predicted(frame), points)
        self.trust = np.where(lost, 0.7 * self.trust, trust)
        self.size = max(size, 0.9 * self.size + 0.1 * size)
        self.frame = frame


class Tracker:
    """Gives identities to the people of one clip, frame by frame.

    Args:
        max_gap: frames for which a track lives on without a detection.
    """

    def __init__(self, max_gap: int = MAX_GAP) -> None:
        self.max_gap = max_gap
        self._tracks: list[_Track] = []
        self._born = 0

    def update(self, frame: int, points: np.ndarray, confidence: np.ndarray) -> np.ndarray:
        """The identities of the people of a frame.

        Args:
            frame: its number, larger than that of the frame before.
            points: `[P, 17, 2]` px. confidence: `[P, 17]`.

        Returns:
            `[P]` integers.
        """
        from scipy.optimize import linear_sum_assignment

        self._tracks = [track for track in self._tracks if frame - track.frame <= self.max_gap]
        sizes = np.hypot(*extent(points, confidence).T) if len(points) else np.zeros(0)
        cost = np.array(
            [
                [_distance(track, frame, points[p], confidence[p], sizes[p]) for track in self._tracks]
                for p in range(len(points))
            ]
        ).reshape(len(points), len(self._tracks))
        gates = np.array([gate(frame - track.frame) for track in self._tracks])
        allowed = cost < gates
        identities = np.full(len(points), -1)
        for person, place in zip(*linear_sum_assignment(np.where(allowed, cost / gates, 1e3)), strict=True):
            if allowed[person, place]:
                track = self._tracks[place]
                identities[person] = track.identity
                track.update(points[person], confidence[person], float(sizes[person]), frame)
        for person in np.flatnonzero(identities < 0):
            identities[person] = self._born
            self._tracks.append(
                _Track(self._born, points[person], confidence[person], float(sizes[person]), frame)
            )
            self._born += 1
        return identities


def gate(gap: int) -> float:
    """Largest distance from a track that was last seen `gap` frames ago, relative to the person's size."""
    return min(GATE + _GATE_GROWTH * (gap - 1), _WIDEST_GATE)


def identified(keypoints: Keypoints, track: bool = True, keep_all: bool = False) -> Keypoints:
    """With an identity for each person that stays over the frames of a clip, and cuts found.

    Args:
        keypoints: on the 17 joints.
        track: whether to track people whose file has no identities. Without it each row is a track.
        keep_all: keep every row as it is.
    """
    parts, notes = keypoints, list[Note]()
    if track and not keep_all:
        parts, notes = without_implausible(keypoints, _untracked(keypoints))
    person, tracked = np.array(parts.person), list(parts.of_clips("tracked"))
    untracked = np.flatnonzero(_untracked(parts)) if track else np.zeros(0, np.int64)
    rows_of = parts.rows_of_clips() if len(untracked) else []
    for clip in untracked:
        rows = rows_of[clip]
        identities = _identities(parts, rows, int(clip))
        if identities is None:
            text = (
                f"{parts.clip_names[clip]}: people move too far between frames to be tracked: frames share"
                " nothing"
            )
            notes.append(Note("warning", text, "not-tracked"))
            continue
        person[rows], tracked[clip] = identities, True
        frames = parts.frame[rows]
        count = len(np.unique(identities))
        if count > 1 or len(np.unique(frames)) < len(rows):
            text = f"{parts.clip_names[clip]}: people were tracked over the frames: {count} tracks"
            notes.append(Note("info", text, "tracked"))
    if len(untracked):
        parts = replace(parts, person=person, tracked=tuple(tracked))
    segment, cut_notes = found_segments(parts)
    return replace(parts, segment=segment).with_notes(*notes, *cut_notes)


def selected(keypoints: Keypoints, person: int | None = None, most: int | None = None) -> Keypoints:
    """One person of each clip, or the people who are seen most.

    Args:
        keypoints: with identities.
        person: identity of the one to keep.
        most: how many people of each clip to keep: those with the most confidence over all frames.

    Raises:
        InputError: nobody has that identity.
    """
    keep = np.ones(len(keypoints), bool)
    if person is not None:
        keep = keypoints.person == person
        if not keep.any():
            known = ", ".join(map(str, np.unique(keypoints.person)[:20]))
            raise InputError(f"nobody has this identity; there are {known}", setting="person", value=person)
    if most is not None:
        if most < 1:
            raise InputError("must be at least 1", setting="max_people", value=most)
        for clip in range(len(keypoints.clip_names)):
            rows = np.flatnonzero((keypoints.clip == clip) & keep)
            people, index = np.unique(keypoints.person[rows], return_inverse=True)
            weight = np.bincount(index, keypoints.confidence[rows].sum(1), len(people))
            chosen = people[np.argsort(-weight, kind="stable")[:most]]
            keep[rows] = np.isin(keypoints.person[rows], chosen)
    left = count_groups(keypoints.clip[~keep], keypoints.person[~keep])
    if not left:
        return keypoints
    text = f"{left} people are left out, as asked ({np.count_nonzero(~keep)} rows)"
    return keypoints.take(keep).with_notes(Note("info", text, "people-left-out"))


def _untracked(keypoints: Keypoints) -> np.ndarray:
    """Which clips are videos of a static camera without identities."""
    return np.array(keypoints.of_clips("static"), bool) & ~np.array(keypoints.of_clips("tracked"), bool)


def _identities(keypoints: Keypoints, rows: np.ndarray, clip: int) -> np.ndarray | None:
    """The identities of the rows of a clip; None if people cannot be tracked."""
    if not len(rows):
        return np.zeros(0, np.int64)
    order = rows[np.argsort(keypoints.frame[rows], kind="stable")]
    frames = keypoints.frame[order]
    alone = len(np.unique(frames)) == len(frames)
    if alone and _stays(keypoints, order):
        return np.zeros(len(rows), np.int64)
    fps = keypoints.of_clips("fps")[clip]
    tracker = Tracker(MAX_GAP if fps is None else max(1, round(MAX_GAP_SECONDS * fps)))
    found = np.zeros(len(keypoints), np.int64)
    for people in np.split(order, np.flatnonzero(np.diff(frames)) + 1):
        found[people] = tracker.update(
            int(keypoints.frame[people[0]]), keypoints.points[people], keypoints.confidence[people]
        )
    tracks = len(np.unique(found[rows]))
    longest = len(np.unique(frames))
    if longest >= _ENOUGH_FRAMES and len(rows) / tracks < SHORTEST_MEAN:
        return np.zeros(len(rows), np.int64) if alone else None
    return found[rows]


def _stays(keypoints: Keypoints, order: np.ndarray) -> bool:
    """Whether one person moves through all rows, in order of time, without a jump."""
    if len(order) < 2:
        return True
    gaps = np.diff(keypoints.frame[order]).clip(1)
    steps = displacements(keypoints.points[order], keypoints.confidence[order])
    limits = np.minimum(GATE + _GATE_GROWTH * (gaps - 1), _WIDEST_GATE)
    return bool((np.nan_to_num(steps, nan=0.0) < limits).all() and gaps.max() <= MAX_GAP)


def _distance(track: _Track, frame: int, points: np.ndarray, confidence: np.ndarray, size: float) -> float:
    """Of a detection from a track, relative to the person's size."""
    both = (track.trust > 0) & (confidence > 0)
    scale = max(track.size, size, 1e-6)
    predicted = track.predicted(frame)
    if both.sum() < FEWEST_COMMON:
        middles = (np.median(p[c > 0], axis=0) for p, c in ((predicted, track.trust), (points, confidence)))
        one, other = middles
        return float(np.linalg.norm(one - other) / scale)
    away = np.linalg.norm(predicted[both] - points[both], axis=-1).clip(max=scale)
    weights = np.sqrt(track.trust[both] * confidence[both])
    ratio = abs(np.log(max(size, 1e-6) / max(track.size, 1e-6))) if both.sum() > 8 else 0.0
    return float((weights * away).sum() / weights.sum() / scale + _SIZE_WEIGHT * ratio * 0.5)
