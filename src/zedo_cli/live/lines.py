"""Frames and poses as lines of JSON, one line for each frame.

A line that comes in is `{"people": [{"id": 1, "keypoints": [[x, y, confidence], ...]}, ...]}`, with `frame`
and `time` (s) if they are known, `skeleton` or `joint_names` in the first; or what a detector writes for one
frame: any JSON that the readers of keypoints know, on one line.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.reading import recognised
from zedo_cli.live.incoming import LiveFrame
from zedo_cli.poses.container import Poses
from zedo_cli.registry import KeypointReader

LONGEST = 16_000_000
"""Bytes of a line; a longer one is no frame."""

_BLOCK = 1 << 16

DIGITS = 5
"""Decimals of metres: 0.01 mm."""


class LineReader:
    """Reads the lines of a stream; the format of the first is tried first on the others."""

    def __init__(self) -> None:
        self._reader: KeypointReader | None = None
        self._names: tuple[str, ...] | None = None
        self._skeleton: str | None = None

    def frame(self, line: bytes, number: int) -> LiveFrame:
        """The frame of a line. Raises `InputError` that names the line.

        number: of the line, from 1.
        """
        where = f"line {number}"
        if len(line) > LONGEST:
            raise InputError("is too long for a frame", where=where)
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"is not JSON ({error})", where=where) from error
        if isinstance(record, dict) and _ours(record.get("people")):
            return self._of_ours(record, where)
        try:
            people = self._of_detector(record)
        except InputError as error:
            place = f"{where}: {error.where}" if error.where else where
            raise InputError(error.message, where=place, fix=error.fix) from error
        if not isinstance(record, dict):
            return LiveFrame(people)
        seconds, own = record.get("time"), record.get("frame")
        return LiveFrame(people, _number(seconds, where, "time"), None, _whole(own, where))

    def _of_ours(self, record: dict[str, Any], where: str) -> LiveFrame:
        names, skeleton = record.get("joint_names"), record.get("skeleton")
        if isinstance(names, list):
            self._names = tuple(map(str, names))
        if isinstance(skeleton, str):
            self._skeleton = skeleton
        entries = record["people"]
        try:
            rows = [np.array(entry["keypoints"], np.float64).reshape(-1, 3) for entry in entries]
            points = np.stack(rows) if rows else np.zeros((0, 17, 3))
            known = [entry.get("id") for entry in entries]
            identities = None if None in known or not known else np.array(known, np.int64)
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(
                "must be people with keypoints, lists of x, y, confidence of the same joints", where=where
            ) from error
        seconds = _number(record.get("time"), where, "time")
        people: Any = points
        if len(points) and (self._names or self._skeleton):
            people = self._named(points, identities)
        return LiveFrame(people, seconds, identities, _whole(record.get("frame"), where))

    def _named(self, points: np.ndarray, identities: np.ndarray | None) -> Keypoints:
        count = len(points)
        return Keypoints(
            points=points[..., :2],
            confidence=points[..., 2],
            frame=np.zeros(count, np.int64),
            person=np.arange(count) if identities is None else identities,
            clip=np.zeros(count, np.int64),
            clip_names=("stream",),
            frame_count=1,
            skeleton=self._skeleton,
            joint_names=self._names,
            tracked=identities is not None,
        )

    def _of_detector(self, record: Any) -> Keypoints:
        content = _Line(record)
        reader = recognised(content, self._reader)
        if reader is None:
            raise InputError("is not a frame of any known format")
        self._reader = reader
        people: Keypoints = reader.read("stream", [content])
        if len(people) and len(np.unique(people.frame)) > 1:
            raise InputError("holds several frames", fix="write each frame on its own line")
        return people


class _Line(Content):
    """A line as readers see a file."""

    def __init__(self, record: Any) -> None:  # not Content's: there is no file
        self.path, self.frame, self.time, self.suffix = Path("stream"), 0, float("nan"), ".json"
        self.__dict__["json"] = record


def standard_input() -> Iterator[bytes]:
    """The lines of standard input, as they come. Not by `sys.stdin`, whose lock would outlive a thread."""
    rest = b""
    while block := os.read(0, _BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        yield from (line for line in lines if line.strip())
        if len(rest) > LONGEST:
            yield rest  # refused by the reader
            rest = b""
    if rest.strip():
        yield rest


def line_of(poses: Poses, number: int | None, seconds: float | None, more: dict[str, Any]) -> bytes:
    """The line of a frame's poses, with its newline. more: further keys."""
    people = [
        {
            "id": int(poses.person[row]),
            "pose_3d": np.round(poses.poses_3d[row].astype(np.float64), DIGITS).tolist(),
            "uncertainty": np.round(poses.uncertainty[row].astype(np.float64), DIGITS).tolist(),
            "reprojection_error": round(float(poses.reprojection_error[row]), 3),
        }
        for row in range(len(poses))
    ]
    record = {"frame": number, "time": seconds, "people": people, "up": poses.meta.get("up"), **more}
    return orjson.dumps(record) + b"\n"


def _ours(people: Any) -> bool:
    return isinstance(people, list) and all(
        isinstance(person, dict) and "keypoints" in person for person in people
    )


def _number(value: Any, where: str, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise InputError("must be a number", where=f"{where}: {name}")
    return float(value)


def _whole(value: Any, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
        raise InputError("must be a whole number", where=f"{where}: frame")
    return value
