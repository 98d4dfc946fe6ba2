"""Tracks are the unit of work: the only place that turns rows into tracks, windows and batches, and back.

A track is a person in a clip of one static camera, between two cuts. A row depends on its own track and on
settings, never on the batch, the order of the input or the shard.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from zedo_cli.errors import InputError
from zedo_cli.groups import grouped
from zedo_cli.keypoints.container import Keypoints

Tensors = TypeVar("Tensors", bound=tuple[Tensor, ...])


@dataclass(frozen=True)
class Tracks:
    """The rows of keypoints by track, and within a track by time.

    rows: `[N]`, indices of the rows. bounds: `[tracks + 1]`, where each track begins in `rows`. keypoints: of
    the rows. alone: `[N]`, the rows that share nothing.
    """

    rows: np.ndarray
    bounds: np.ndarray
    keypoints: Keypoints
    alone: np.ndarray

    @classmethod
    def of(cls, keypoints: Keypoints, together: bool = True) -> "Tracks":
        """The tracks of keypoints.

        Rows that are not known to be of a static camera and a tracked person, and rows that share their frame
        with another one of the same person, are tracks of one row. So is every row if not `together`.
        """
        count = len(keypoints)
        shared = np.logical_and(keypoints.of_clips("static"), keypoints.of_clips("tracked"))
        alone = ~shared[keypoints.clip] if together else np.ones(count, bool)
        people, person = grouped(keypoints.clip, keypoints.person, _segments(keypoints))
        _, place = grouped(keypoints.clip, keypoints.person, keypoints.frame)
        ambiguous = np.zeros(len(people), bool)
        ambiguous[person[np.bincount(place)[place] > 1]] = True
        alone |= ambiguous[person]
        track = np.where(alone, len(people) + np.arange(count), person)
        order = np.lexsort((keypoints.frame, track))
        first = np.flatnonzero(np.diff(track[order], prepend=-1))
        return cls(order, np.append(first, count), keypoints, alone)

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Stable names for sharding `[tracks]`."""
        keypoints, segment = self.keypoints, _segments(self.keypoints)
        repeated: Counter[str] = Counter()
        names = []
        for row in self.rows[self.bounds[:-1]]:
            name = f"{keypoints.clip_names[keypoints.clip[row]]}/{keypoints.person[row]}"
            if self.alone[row]:
                name += f"/{keypoints.frame[row]}"
            elif segment[row]:
                name += f"/segment {segment[row]}"
            repeated[name] += 1
            names.append(name if repeated[name] == 1 else f"{name}/{repeated[name]}")
        return tuple(names)

    def __getitem__(self, track: int) -> np.ndarray:
        """The rows of a track in order of time."""
        return self.rows[self.bounds[track] : self.bounds[track + 1]]

    def longer_than(self, frames: int) -> Iterator[np.ndarray]:
        """The rows of each track of more than `frames` frames."""
        for track in np.flatnonzero(np.diff(self.bounds) > frames):
            yield self[int(track)]

    def shard(self, index: int, count: int) -> np.ndarray:
        """The rows of the tracks in shard `index` of `count`, in increasing order.

        A track is in the same shard wherever it stands in the input. Raises `InputError` for a shard out of
        range.
        """
        if not 0 <= index < count:
            raise InputError("must be i/n with 0 <= i < n", setting="shard", value=f"{index}/{count}")
        chosen = [
            track
            for track, name in enumerate(self.names)
            if int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) % count == index
        ]
        return np.sort(np.concatenate([self[track] for track in chosen])) if chosen else np.zeros(0, np.int64)

    def chunks(self, rows: int) -> list[np.ndarray]:
        """Whole tracks packed into chunks of about `rows` rows; a longer track is a chunk of its own."""
        return [self.rows[start:stop] for start, stop in _packed(self.bounds, rows)]

    def windows(self, length: int = 1, overlap: int = 0) -> "Windows":
        """Each track cut into windows of at most `length` frames, neighbours sharing at least `overlap` of
        them."""
        if not 0 <= overlap < length:
            raise ValueError(f"the overlap must be at least 0 and less than {length}, not {overlap}")
        if length == 1:
            return Windows(self.rows, np.arange(len(self.rows) + 1), np.ones(len(self.rows)))
        pieces: list[np.ndarray] = []
        for track in range(len(self)):
            rows = self[track]
            starts = [*range(0, max(1, len(rows) - length), length - overlap), max(0, len(rows) - length)]
            pieces += [rows[start : start + length] for start in sorted(set(starts))]
        bounds = np.cumsum([0, *map(len, pieces)])
        weight = np.concatenate(
            [np.minimum(np.arange(len(p)) + 1, len(p) - np.arange(len(p))) for p in pieces]
        )
        return Windows(np.concatenate(pieces), bounds, weight.astype(float))


@dataclass(frozen=True)
class Windows:
    """Windows of tracks, one after another.

    rows: `[M]`, the row of each frame of each window; a row in two windows is there twice. bounds: `[windows
    + 1]`, where each window begins in `rows`. weight: `[M]`, of a frame in the blend of overlapping windows,
    largest in the middle.
    """

    rows: np.ndarray
    bounds: np.ndarray
    weight: np.ndarray

    def batches(self, size: int) -> list[Tensor]:
        """Whole windows packed into batches of about `size` frames: the rows of each."""
        return [torch.from_numpy(self.rows[start:stop]) for start, stop in _packed(self.bounds, size)]

    def merge(self, parts: list[Tensors]) -> Tensors:
        """The results of the batches, in the order of the rows; where windows overlap, their weighted mean.

        Args:
            parts: for each batch, tensors whose first dimension are its frames. Of booleans the majority
                counts.
        """
        kind, tensors = type(parts[0]), zip(*parts, strict=True)
        if np.array_equal(self.rows, np.arange(len(self.rows))):
            if len(parts) == 1:
                return parts[0]
            merged = [torch.cat(values) for values in tensors]
        else:
            once = bool((np.bincount(self.rows) == 1).all())
            merged = [self._merge_one(torch.cat(values), once) for values in tensors]
        return kind(*merged) if hasattr(kind, "_fields") else kind(merged)

    def _merge_one(self, values: Tensor, once: bool) -> Tensor:
        rows = torch.from_numpy(self.rows)
        if once:
            return torch.empty_like(values).index_copy_(0, rows, values)
        weight = torch.from_numpy(self.weight).to(torch.float64).view(-1, *[1] * (values.dim() - 1))
        total = torch.zeros(int(rows.max()) + 1, *weight.shape[1:], dtype=torch.float64).index_add_(
            0, rows, weight
        )
        blend = torch.zeros(len(total), *values.shape[1:], dtype=torch.float64)
        blend = blend.index_add_(0, rows, weight * values.to(torch.float64)) / total
        return blend > 0.5 if values.dtype == torch.bool else blend.to(values.dtype)


def _segments(keypoints: Keypoints) -> np.ndarray:
    """The segment of each row."""
    return np.zeros(len(keypoints), np.int64) if keypoints.segment is None else keypoints.segment


def _packed(bounds: np.ndarray, size: int) -> list[tuple[int, int]]:
    """Neighbouring pieces between `bounds` packed to at most `size`, or a single piece. (start, stop) of each
    pack."""
    packs: list[tuple[int, int]] = []
    start = 0
    while start < len(bounds) - 1:
        stop = max(start + 1, int(np.searchsorted(bounds, bounds[start] + size, side="right")) - 1)
        packs.append((int(bounds[start]), int(bounds[stop])))
        start = stop
    return packs
