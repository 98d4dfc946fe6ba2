"""Keypoints as a table: CSV with or without names, and NPY.

CSV with names, a row for each person in a frame: `frame, person, left_hip_x, left_hip_y, left_hip_c, ...`;
the last part of a column may also be `likelihood`, `score` or `conf`, and a dot may join them. CSV with a row
for each joint: `frame, person, joint, x, y, confidence`. CSV of numbers alone, a row for each frame: x, y or
x, y, confidence of each joint. NPY: `[frames, J, 2 or 3]` or `[frames, people, J, 2 or 3]`. Pixels. `frame`,
`time` (s) and `person` may be left out. Joints without names need a skeleton, if it is not clear from their
number and geometry.
"""

import csv
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.npz import load_npy
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows

_VALUES = {
    **dict.fromkeys(("x", "y"), ""),
    **dict.fromkeys(("c", "conf", "confidence", "likelihood", "score", "p", "prob", "v", "visibility"), "c"),
}
_FRAME = ("frame", "frame_idx", "frame_id", "frame_number", "frame_index", "image_id")
_PERSON = ("person", "person_id", "track", "track_id", "id", "individual")
_TIME = ("time", "timestamp", "time_s", "seconds", "t")
_JOINT = ("joint", "keypoint", "landmark", "bodypart", "name", "joint_name", "part")


@dataclass(frozen=True)
class _Header:
    """The columns of a CSV by what they hold."""

    names: list[str]
    joints: dict[str, dict[str, int]]

    def column(self, names: tuple[str, ...]) -> int | None:
        return next((self.names.index(name) for name in names if name in self.names), None)


def accepts(content: Content) -> bool:
    """Whether the CSV has columns of joints, or numbers alone."""
    lines = content.head.splitlines()
    if not lines:
        return False
    if _is_numbers(lines[0]):
        return len(_cells(lines[0])) >= 8
    header = _header(lines[0])
    return len(header.joints) >= 4 or _is_long(header)


def accepts_array(content: Content) -> bool:
    """Whether the array has the shape of keypoints."""
    shape = _array(content).shape
    return len(shape) in (3, 4) and shape[-1] in (2, 3)


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read a CSV. Raises `InputError` that names the line."""
    (content,) = contents
    lines = [line for line in content.table() if any(cell.strip() for cell in line)]
    if _is_numbers(",".join(lines[0])):
        return _numbers(name, lines, content)
    header = _header(",".join(lines[0]))
    if _is_long(header):
        return _long(name, header, lines[1:], content)
    if len(header.joints) < 4:
        raise InputError(
            "has no columns of joints", source=content.path, fix="name them left_hip_x, left_hip_y, ..."
        )
    return _wide(name, header, lines[1:], content)


def read_array(name: str, contents: list[Content]) -> Keypoints:
    """Read an NPY. Raises `InputError` if it is not of the shape of keypoints."""
    (content,) = contents
    array = _array(content)
    if array.dtype.kind not in "fiu" or array.ndim not in (3, 4) or array.shape[-1] not in (2, 3):
        raise InputError(
            f"an array of {array.dtype} and shape {list(array.shape)}; it must be [frames, J, 2 or 3] or"
            " [frames, people, J, 2 or 3]",
            source=content.path,
        )
    rows = Rows(name)
    for frame, people in enumerate(array if array.ndim == 4 else array[:, None]):
        rows.add_frame(frame)
        for place, person in enumerate(people):
            if np.nan_to_num(person).any():
                rows.add(frame, person, source=content.path, where=f"frame {frame}, person {place}")
    return rows.keypoints()


def _array(content: Content) -> np.ndarray:
    return load_npy(content.path, "save the keypoints with numpy.save")


def _wide(name: str, header: _Header, lines: list[list[str]], content: Content) -> Keypoints:
    """A row for each person in a frame."""
    people: dict[str, int] = {}
    place, clock = header.column(_FRAME), header.column(_TIME)
    who = header.column(_PERSON)
    rows = Rows(name)
    for number, line in enumerate(lines):
        where = f"line {number + 2}"
        points = [
            [_value(line, columns.get(part), content, where) for part in ("x", "y", "c")]
            for columns in header.joints.values()
        ]
        frame = number if place is None else _whole(line, place, content, where)
        rows.add_frame(frame)
        if not np.isfinite(np.array(points)[:, :2]).any():
            continue
        label = line[who].strip() if who is not None and who < len(line) else ""
        rows.add(
            frame,
            points,
            person=people.setdefault(label, len(people)) if label else None,
            source=content.path,
            where=where,
            time=np.nan if clock is None else _value(line, clock, content, where),
        )
    return rows.keypoints(joint_names=tuple(header.joints))


def _long(name: str, header: _Header, lines: list[list[str]], content: Content) -> Keypoints:
    """A row for each joint."""
    places = [header.column(names) for names in (_FRAME, _PERSON, _JOINT)]
    joint_column = places[2]
    assert joint_column is not None
    axes = [header.names.index(axis) for axis in "xy"]
    trust = next(
        (header.names.index(n) for n, kind in _VALUES.items() if kind == "c" and n in header.names), None
    )
    joints = list(dict.fromkeys(line[joint_column].strip() for line in lines if joint_column < len(line)))
    if all(joint.isdecimal() for joint in joints):
        joints = [str(number) for number in range(max(map(int, joints), default=-1) + 1)]
    index = {joint: number for number, joint in enumerate(joints)}
    people: dict[str, int] = {}
    found: dict[tuple[int, str], np.ndarray] = {}
    for number, line in enumerate(lines, 2):
        where = f"line {number}"
        frame = 0 if places[0] is None else _whole(line, places[0], content, where)
        label = line[places[1]].strip() if places[1] is not None and places[1] < len(line) else ""
        if joint_column >= len(line) or line[joint_column].strip() not in index:
            raise InputError("has no joint", source=content.path, where=where)
        points = found.setdefault((frame, label), np.full((len(joints), 3), np.nan))
        values = [_value(line, column, content, where) for column in (*axes, trust)]
        points[index[line[joint_column].strip()]] = values
    rows = Rows(name)
    for (frame, label), points in found.items():
        person = people.setdefault(label, len(people)) if label else None
        rows.add(frame, points, person=person, source=content.path, where=f"frame {frame}")
    named = not all(joint.isdecimal() for joint in joints)
    return rows.keypoints(joint_names=tuple(joints) if named else None)


def _numbers(name: str, lines: list[list[str]], content: Content) -> Keypoints:
    """Numbers alone: x, y or x, y, confidence of each joint."""
    count = len(lines[0])
    values = np.full((len(lines), count), np.nan)
    for number, line in enumerate(lines):
        if len(line) != count:
            raise InputError(
                f"{len(line)} numbers; the first line has {count}",
                source=content.path,
                where=f"line {number + 1}",
            )
        values[number] = [_value(line, place, content, f"line {number + 1}") for place in range(count)]
    if count % 2 and not count % 3:
        width = 3
    elif count % 3:
        width = 2
    else:  # thirds that all lie in 0..1 are confidences
        thirds = values[:, 2::3]
        width = 3 if (np.nan_to_num(thirds) <= 1).all() and (np.nan_to_num(thirds) >= 0).all() else 2
    if count % width:
        raise InputError(f"{count} numbers in a line are not x, y of each joint", source=content.path)
    rows = Rows(name)
    for frame, person in enumerate(values.reshape(len(lines), -1, width)):
        rows.add(frame, person, source=content.path, where=f"line {frame + 1}")
    return rows.keypoints()


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line]), [])]


def _is_numbers(line: str) -> bool:
    cells = _cells(line)
    try:
        for cell in cells:
            float(cell or "nan")
    except ValueError:
        return False
    return any(cells)


def _header(line: str) -> _Header:
    names = [cell.strip() for cell in _cells(line)]
    joints: dict[str, dict[str, int]] = {}
    for place, name in enumerate(names):
        match = re.fullmatch(r"(.+?)[._ -]+([A-Za-z]+)", name)
        if match and match[2].lower() in _VALUES and match[1].lower() not in ("instance", "tracking"):
            joints.setdefault(match[1], {})[_VALUES[match[2].lower()] or match[2].lower()] = place
    complete = {name: columns for name, columns in joints.items() if {"x", "y"} <= set(columns)}
    return _Header([name.lower() for name in names], complete)


def _is_long(header: _Header) -> bool:
    return header.column(_JOINT) is not None and {"x", "y"} <= set(header.names)


def _value(line: list[str], place: int | None, content: Content, where: str) -> float:
    """The number in a cell: NaN if it is empty, 1 for a confidence without a column."""
    if place is None:
        return 1.0
    if place >= len(line):
        raise InputError(f"{len(line)} cells are too few", source=content.path, where=where)
    try:
        return float(line[place].strip() or "nan")
    except ValueError as error:
        raise InputError(f"'{line[place]}' is not a number", source=content.path, where=where) from error


def _whole(line: list[str], place: int, content: Content, where: str) -> Any:
    value = _value(line, place, content, where)
    if not np.isfinite(value) or value != int(value):
        raise InputError(f"'{line[place]}' is not the number of a frame", source=content.path, where=where)
    return int(value)
