"""Ultralytics YOLO pose: the JSON of results, and the TXT labels of `save_txt`.

JSON: a list of people for each image, or a list of such lists for a video. TXT: a file for each frame,
`NAME_12.txt`, a line for each person: class, box (4), then x, y or x, y, confidence of each joint, and where
they were asked for the confidence of the person and the track. Coordinates in TXT are parts of the image,
those in JSON may be. 17 joints are COCO's.
"""

from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows, identity, rows_of_lists

_COCO = 17


def accepts(content: Content) -> bool:
    """Whether the document is a list of lists of people."""
    document = content.json
    if not isinstance(document, list) or not all(isinstance(frame, list) for frame in document):
        return False
    return any(_is_person(person) for frame in document for person in frame[:1])


def accepts_frames(content: Content) -> bool:
    """Whether the document is the list of people of one image."""
    document = content.json
    return isinstance(document, list) and bool(document) and _is_person(document[0])


def accepts_text(content: Content) -> bool:
    """Whether the first line has the numbers of a person: class, box and joints."""
    lines = content.head.split("\n", 1)[0].split()
    try:
        numbers = [float(number) for number in lines]
    except ValueError:
        return False
    return _layout(len(numbers)) is not None and max(map(abs, numbers[1:5])) <= 2


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read the document of a video. Raises `InputError` that names the frame and the person."""
    (content,) = contents
    rows = Rows(name)
    for frame, people in enumerate(content.json):
        rows.add_frame(frame)
        _add(rows, frame, people, content, f"{frame}.")
    return rows.keypoints()


def read_frames(name: str, contents: list[Content]) -> Keypoints:
    """Read a document for each frame. Raises `InputError` that names the file and the person."""
    return rows_of_lists(name, contents, _add).keypoints()


def read_text(name: str, contents: list[Content]) -> Keypoints:
    """Read a TXT for each frame. Raises `InputError` that names the file and the line."""
    rows = Rows(name)
    for content in contents:
        rows.add_frame(content.frame)
        try:
            text = content.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("cannot be read as text", source=content.path) from error
        for number, line in enumerate(text.splitlines(), 1):
            if not line.split():
                continue
            where = f"line {number}"
            try:
                numbers = [float(part) for part in line.split()]
            except ValueError as error:
                raise InputError("is not a list of numbers", source=content.path, where=where) from error
            layout = _layout(len(numbers))
            if layout is None:
                raise InputError(
                    f"{len(numbers)} numbers; they must be class, box (4) and x, y, confidence of {_COCO}"
                    " joints",
                    source=content.path,
                    where=where,
                )
            values, rest = layout
            points = np.reshape(numbers[5 : 5 + values * _COCO], (_COCO, values))
            last = numbers[-1]
            track = int(last) if rest and (rest == 2 or (last >= 1 and last.is_integer())) else None
            rows.add(content.frame, points, person=track, source=content.path, where=where, time=content.time)
    return rows.keypoints(skeleton="coco17")


def _layout(count: int) -> tuple[int, int] | None:
    """Numbers for each joint, and numbers after the joints, of a line of `count` numbers."""
    for values in (3, 2):
        rest = count - 5 - values * _COCO
        if 0 <= rest <= 2:
            return values, rest
    return None


def _add(rows: Rows, frame: int, people: Any, content: Content, where: str) -> None:
    for place, person in enumerate(people):
        points = person.get("keypoints") if isinstance(person, dict) else None
        if not isinstance(points, dict) or not all(isinstance(points.get(axis), list) for axis in "xy"):
            raise InputError("has no keypoints x and y", source=content.path, where=f"{where}{place}")
        if len(points["x"]) != len(points["y"]):
            raise InputError(
                f"{len(points['x'])} x for {len(points['y'])} y", source=content.path, where=f"{where}{place}"
            )
        pairs = [list(pair) for pair in zip(points["x"], points["y"], strict=True)]
        rows.add(
            frame,
            pairs,
            points.get("visible"),
            identity(person.get("track_id")),
            source=content.path,
            where=f"{where}{place}",
            time=content.time,
        )


def _is_person(entry: Any) -> bool:
    points = entry.get("keypoints") if isinstance(entry, dict) else None
    return isinstance(points, dict) and "x" in points and "y" in points
