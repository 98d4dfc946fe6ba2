"""From the people that a reader finds, one after another, to `Keypoints`: what all readers share."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.groups import count_groups
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content

AddPeople = Callable[["Rows", int, list[Any], Content, str], None]


class Rows:
    """Collects the people of one clip.

    A reader adds each person of each frame, and says at the end what holds for all of them.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._points: list[np.ndarray] = []
        self._frame: list[int] = []
        self._person: list[int | None] = []
        self._time: list[float] = []
        self._frames: set[int] = set()
        self._joints: int | None = None

    def add_frame(self, frame: int) -> None:
        """Count a frame, in which there may be nobody."""
        self._frames.add(frame)

    def add(
        self,
        frame: int,
        keypoints: Any,
        confidence: Any = None,
        person: int | None = None,
        *,
        source: str | Path,
        where: str,
        time: float = np.nan,
    ) -> None:
        """Add a person.

        Args:
            frame: number of the frame.
            keypoints: `[J, 2]`, or `[J, 3]` with the confidence as third number. NaN or None where missing.
            confidence: `[J]`, if it is not in the keypoints.
            person: identity, None if the file has none.
            source: file, for errors.
            where: place in it.
            time: s from the start of the clip.

        Raises:
            InputError: something is not a number, or the number of joints differs from the people before.
        """
        points = _numbers(keypoints, source, where)
        if points.ndim != 2 or points.shape[1] not in (2, 3) or not len(points):
            raise InputError(
                f"keypoints of shape {list(points.shape)}; they must be x, y, confidence for each joint",
                source=source,
                where=where,
            )
        trust = points[:, 2] if points.shape[1] == 3 else np.ones(len(points))
        if confidence is not None:
            trust = _numbers(confidence, source, where).reshape(-1)
        if len(trust) != len(points):
            raise InputError(f"{len(trust)} confidences for {len(points)} joints", source=source, where=where)
        if self._joints is None:
            self._joints = len(points)
        if self._joints != len(points):
            raise InputError(
                f"{len(points)} joints; the people before have {self._joints}", source=source, where=where
            )
        if not -(2**63) <= frame < 2**63:
            raise InputError(f"{frame} is not the number of a frame", source=source, where=where)
        self._points.append(np.concatenate([points[:, :2], trust[:, None]], axis=1))
        self._frame.append(frame)
        self._person.append(person)
        self._time.append(time)
        self._frames.add(frame)

    def keypoints(self, **about: Any) -> Keypoints:
        """The rows. about: fields of `Keypoints` that hold for all of them.

        Without identities, or where two people of a frame share one, people are numbered by their place in
        the frame, and are not known to stay the same.
        """
        count = len(self._points)
        data = np.stack(self._points) if count else np.zeros((0, 0, 3))
        frame = np.array(self._frame, np.int64)
        place = _place_in_frame(self._frame)
        named = [person for person in self._person if person is not None]
        tracked = len(named) == count
        person = np.array(named if tracked else place, np.int64)
        if tracked and count_groups(frame, person) < count:
            tracked, person = False, np.array(place, np.int64)
        time = np.array(self._time)
        if np.isfinite(time).any():
            about["time"] = time
        return Keypoints(
            **{
                "points": data[..., :2],
                "confidence": data[..., 2],
                "frame": frame,
                "person": person,
                "clip": np.zeros(count, np.int64),
                "clip_names": (self.name,),
                "frame_count": len(self._frames),
                "tracked": tracked,
            }
            | about
        )


def rows_of_lists(name: str, contents: Sequence[Content], add: AddPeople) -> Rows:
    """The rows of files that hold the list of people of a frame each. Raises `InputError` for other content.

    add: `add(rows, frame, people, content, where)` adds the people of a frame.
    """
    rows = Rows(name)
    for content in contents:
        rows.add_frame(content.frame)
        if not isinstance(content.json, list):
            raise InputError("is not a list of people", source=content.path)
        add(rows, content.frame, content.json, content, "")
    return rows


def identity(value: Any) -> int | None:
    """The identity in a file, where it may be a number, a list of one, or -1 for none."""
    if isinstance(value, list | tuple):
        value = value[0] if len(value) == 1 else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**62:
        return None
    return int(value) if value == int(value) else None


def _place_in_frame(frames: Sequence[int]) -> list[int]:
    seen: dict[int, int] = {}
    places = []
    for frame in frames:
        places.append(seen.get(frame, 0))
        seen[frame] = places[-1] + 1
    return places


def _numbers(values: Any, source: str | Path, where: str) -> np.ndarray:
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O":  # null for a missing value
            array = np.where(np.equal(array, None), np.nan, array)  # type: ignore[call-overload]
        if array.dtype.kind in "USb":
            raise ValueError
        return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("is not a list of numbers", source=source, where=where) from error
