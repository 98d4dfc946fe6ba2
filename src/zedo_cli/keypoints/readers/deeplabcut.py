"""DeepLabCut's predictions, as CSV or HDF5: scorer, individuals (where there are several), bodyparts, coords.

The names of the bodyparts decide which joints they are. HDF5 files are read without pandas; the names of
their columns are pickled there, and nothing but plain data is unpickled.
"""

from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.hdf5 import open_hdf5
from zedo_cli.io.pickles import load_pickled
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows

_COORDINATES = {"x": 0, "y": 1, "likelihood": 2}
Columns = list[tuple[str, str, str]]
"""Individual, bodypart and coordinate of each column."""


def accepts(content: Content) -> bool:
    """Whether the first lines are those of DeepLabCut."""
    first = [line.split(",", 1)[0].strip().lower() for line in content.head.splitlines()[:4]]
    return first[:1] == ["scorer"] and "bodyparts" in first


def accepts_hdf5(content: Content) -> bool:
    """Whether a table of pandas is in the file."""
    with open_hdf5(content.path) as file:
        return any("table" in group for group in file.values() if hasattr(group, "keys"))


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read a CSV. Raises `InputError` that names the line."""
    (content,) = contents
    lines = content.table()
    count = next((n for n, line in enumerate(lines) if line and line[0].strip().lower() == "coords"), None)
    if count is None:
        raise InputError("has no line 'coords'", source=content.path, fix="give a file of DeepLabCut")
    levels = {
        line[0].strip().lower(): [cell.strip() for cell in line[1:]] for line in lines[: count + 1] if line
    }
    parts, coordinates = levels.get("bodyparts", []), levels["coords"]
    people = levels.get("individuals", [""] * len(parts))
    if not len(parts) == len(coordinates) == len(people):
        raise InputError("its header lines differ in length", source=content.path)
    columns = list(zip(people, parts, coordinates, strict=True))
    values = np.full((len(lines) - count - 1, len(columns)), np.nan)
    frames = []
    for place, line in enumerate(lines[count + 1 :]):
        where = f"line {count + place + 2}"
        try:
            frames.append(
                int(float(line[0])) if line and line[0].strip().replace(".", "").isdigit() else place
            )
            values[place] = [float(cell or "nan") for cell in line[-len(columns) :]]
        except (ValueError, IndexError, OverflowError) as error:
            raise InputError("is not a row of numbers", source=content.path, where=where) from error
    return _keypoints(name, columns, values, frames, content)


def read_hdf5(name: str, contents: list[Content]) -> Keypoints:
    """Read an HDF5 file. Raises `InputError` that names the entry."""
    (content,) = contents
    with open_hdf5(content.path) as file:
        groups = [key for key, group in file.items() if hasattr(group, "keys") and "table" in group]
        if len(groups) != 1:
            raise InputError("holds no table, or several", source=content.path, fix="save a CSV instead")
        table = file[groups[0]]["table"]
        try:
            data = table[:]
            values = np.asarray(data["values_block_0"], np.float64)
            frames = np.asarray(data["index"]).tolist()
            kind: Any = table.attrs["values_block_0_kind"]
        except (KeyError, IndexError, ValueError, TypeError, OSError) as error:
            raise InputError("is not a table of DeepLabCut", source=content.path, where=groups[0]) from error
    raw = kind if isinstance(kind, bytes) else str(kind).encode("latin1")
    labels = load_pickled(bytes(raw), content.path)
    if not isinstance(labels, list) or len(labels) != values.shape[1]:
        raise InputError("has no names of its columns", source=content.path, fix="save a CSV instead")
    columns = []
    for label in labels:
        if not isinstance(label, tuple) or len(label) not in (3, 4):
            raise InputError("its columns are not those of DeepLabCut", source=content.path)
        columns.append((str(label[1]) if len(label) == 4 else "", str(label[-2]), str(label[-1])))
    numbers = [int(f) if isinstance(f, int | float) else place for place, f in enumerate(frames)]
    return _keypoints(name, columns, values, numbers, content)


def _keypoints(
    name: str, columns: Columns, values: np.ndarray, frames: list[int], content: Content
) -> Keypoints:
    people = [person for person in dict.fromkeys(person for person, _, _ in columns) if person != "single"]
    parts = list(dict.fromkeys(part for person, part, _ in columns if person in people))
    rows = Rows(name)
    for place, frame in enumerate(frames):
        rows.add_frame(frame)
        for who, person in enumerate(people):
            points = np.full((len(parts), 3), np.nan)
            points[:, 2] = 1
            for column, (owner, part, coordinate) in enumerate(columns):
                if owner == person and coordinate in _COORDINATES and part in parts:
                    points[parts.index(part), _COORDINATES[coordinate]] = values[place, column]
            if np.isfinite(points[:, :2]).any():
                rows.add(frame, points, person=who, source=content.path, where=f"frame {frame}")
    return rows.keypoints(joint_names=tuple(parts))
