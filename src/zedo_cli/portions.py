"""Large inputs in portions, so that memory does not grow with them.

A portion is some clips, or a part of a long one: longer clips are cut after `PORTION` rows, and what frames
share (bones, vertical, the smoother) begins anew there. Smaller inputs are one portion, and nothing changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.groups import count_groups
from zedo_cli.keypoints.container import CLIP_FIELDS, Keypoints
from zedo_cli.keypoints.readers.parquet import ranges_of, read_rows
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.poses.container import Poses

PORTION = 20_000
"""Rows of a portion, about: 11 minutes of one person at 30 frames/s."""

_LISTS = ("world", "bodies", "fps", "image_size", "distortion", "fisheye")


@dataclass(frozen=True)
class Portion:
    """keypoints: of the portion, with its own clips alone. clips: their numbers in the whole input. begun:
    whether the first clip began in an earlier portion."""

    keypoints: Keypoints
    clips: np.ndarray
    begun: bool


def portions(people: Keypoints, rows: int = PORTION) -> list[Portion]:
    """Keypoints as portions of about `rows` rows, in order of clips and, within a clip, of frames."""
    if len(people) <= rows:
        return [Portion(people, np.arange(len(people.clip_names)), False)]
    order = np.lexsort((people.frame, people.clip))
    bounds = np.searchsorted(people.clip[order], np.arange(len(people.clip_names) + 1))
    found: list[Portion] = []
    start = 0
    while start < len(order):
        clip = int(people.clip[order[start]])
        begun = start > bounds[clip]
        stop = _end(bounds, start, rows)
        if stop - start >= rows and stop < bounds[clip + 1]:  # inside a clip: not inside a frame
            frames = people.frame[order[start : bounds[clip + 1]]]
            stop = start + max(1, int(np.searchsorted(frames, frames[stop - start], side="left")))
        found.append(Portion(*_with_its_clips(people, np.sort(order[start:stop])), begun))
        start = stop
    return found


def _end(bounds: np.ndarray, start: int, rows: int) -> int:
    """The last end of a clip within `rows` rows; inside a clip that has more, after `rows`."""
    clips = int(np.searchsorted(bounds, start + rows, side="right")) - 1
    return int(bounds[clips]) if bounds[clips] > start else start + rows


def _with_its_clips(people: Keypoints, rows: np.ndarray) -> tuple[Keypoints, np.ndarray]:
    clips, clip = np.unique(people.clip[rows], return_inverse=True)
    some = people.take(rows)
    each: dict[str, Any] = {
        name: tuple(people.of_clips(name)[number] for number in clips) for name in CLIP_FIELDS
    }
    frames = count_groups(some.clip, some.frame)
    names = tuple(people.clip_names[number] for number in clips)
    return replace(some, clip=clip.reshape(-1), clip_names=names, frame_count=frames, **each), clips


class Merging:
    """Gives the poses of portions the clips and the metadata of the whole input.

    The metadata of each portion is that of all so far; that of the last is complete. names: of all clips.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._lists: dict[str, list[Any]] = {name: [None] * len(names) for name in _LISTS}
        self._notes: dict[str, dict[str, str]] = {}
        self._people: dict[int, int] = {}
        self.count = 0

    def merged(self, poses: Poses, portion: Portion) -> Poses:
        """The poses of the next portion as those of the whole input."""
        self.count += 1
        local = len(portion.clips)
        for name, values in self._lists.items():
            for clip, value in zip(portion.clips.tolist(), poses.of_clips(name, local), strict=True):
                values[clip] = value if values[clip] is None else values[clip]
        for note in poses.meta.get("notes", []):
            self._notes.setdefault(note["text"], note)
        person = np.array(poses.person)
        if portion.begun and not all(portion.keypoints.of_clips("tracked")):
            first = int(portion.clips[0])
            person[(poses.clip == 0) & (person > 0)] += self._people.get(first, 0)
        for number, clip in enumerate(portion.clips.tolist()):
            known = person[poses.clip == number]
            self._people[clip] = max(self._people.get(clip, 0), int(known.max(initial=-1)) + 1)
        if portion.begun:
            text = f"clips of more than {PORTION} rows are lifted in parts, which share nothing"
            self._notes.setdefault(text, Note("info", text, "parts").as_dict())
        meta = poses.meta | {name: list(values) for name, values in self._lists.items()}
        meta |= {"inputs": self._names, "notes": list(self._notes.values()), "portions": self.count}
        rest = str(poses.meta.get("summary", "")).split("; ")[2:]
        meta["summary"] = "; ".join([f"{len(self._names)} clips in {self.count} portions", *rest])
        return replace(poses, clip=portion.clips[poses.clip], person=person, meta=meta)


class LargeInput:
    """An input in portions; of Parquet each is read when its turn comes.

    names: of the clips. rows: of the whole input. count: of the portions.
    """

    def __init__(self, source: Keypoints | Path, size: int = PORTION) -> None:
        self._source = source
        if isinstance(source, Keypoints):
            self._portions: list[Portion] | list[tuple[int, int]] = portions(source, size)
            self.names: tuple[str, ...] = source.clip_names
            self.rows, self.count = len(source), len(self._portions)
        else:
            ranges = ranges_of(source)
            self._numbers = {f"{source}#{name}": number for number, name in enumerate(ranges)}
            self.names = tuple(self._numbers)
            bounds = np.array([0, *(stop for _, stop in ranges.values())])
            self._portions = list(_packed(bounds, size))
            self.rows, self.count = int(bounds[-1]), len(self._portions)

    def __iter__(self) -> Iterator[Portion]:
        last = -1
        for portion in self._portions:
            if isinstance(portion, Portion):
                yield portion
            else:
                found = read_rows(Path(str(self._source)), *portion)
                clips = np.array([self._numbers[name] for name in found.clip_names])
                order = np.argsort(clips)  # names are sorted in what was read
                place = np.argsort(order)
                each: dict[str, Any] = {n: tuple(found.of_clips(n)[k] for k in order) for n in CLIP_FIELDS}
                names = tuple(found.clip_names[k] for k in order)
                found = replace(found, clip=place[found.clip], clip_names=names, **each)
                yield Portion(found, clips[order], int(clips.min()) == last)
                last = int(clips.max())

    def whole(self) -> Keypoints:
        """All of it at once."""
        return self._source if isinstance(self._source, Keypoints) else read_keypoints(self._source)


def _packed(bounds: np.ndarray, size: int) -> Iterator[tuple[int, int]]:
    """First and last row (not included) of portions: whole clips where they fit."""
    start = 0
    while start < bounds[-1]:
        end_of_clip = int(bounds[np.searchsorted(bounds, start, side="right")])
        stop = _end(bounds, start, size)
        stop = min(stop, end_of_clip) if stop not in bounds else stop
        yield start, stop
        start = stop
