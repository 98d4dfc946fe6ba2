"""Keypoints of many clips in one Parquet file, as `zedo pack` writes it.

Columns: `clip` (text; the rows of a clip stand together), `frame`, `person` (integers), `time` (s, or null),
`keypoints` (a list of J times x, y, confidence, px); and, the same in all rows of a clip, `fps`, `width`,
`height` (null if unknown), `intrinsics` (a list of 9, or null), `static`, `tracked`. The metadata `zedo` of
the schema holds `skeleton` or `joint_names`.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.groups import count_groups
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content

COLUMNS = ("clip", "frame", "person", "time", "keypoints")
_ROWS = "packed keypoints have the columns clip, frame, person, time, keypoints; zedo pack writes them"


def accepts(content: Content) -> bool:
    """Any Parquet file; its own error says what is missing."""
    return content.suffix == ".parquet"


def read(name: str, contents: list[Content]) -> Keypoints:
    """All clips of a file."""
    path = contents[0].path
    return _keypoints(path, 0, None, name)


def read_part(name: str, path: Path, part: str) -> Keypoints:
    """The clip `part` of a file. Raises `InputError` if it has none of that name."""
    ranges = ranges_of(path)
    if part not in ranges:
        raise InputError(f"has no clip '{part}'", source=path)
    return _keypoints(path, *ranges[part], name)


def parts(path: Path) -> list[str]:
    """The names of the clips, in their order."""
    return list(ranges_of(path))


def ranges_of(path: Path) -> dict[str, tuple[int, int]]:
    """First and last row (not included) of each clip, by name, in their order."""
    state = path.stat()
    return _ranges(path, state.st_size, state.st_mtime_ns)


def read_rows(path: Path, start: int, stop: int) -> Keypoints:
    """The rows of a range, with the clips that they are of."""
    return _keypoints(path, start, stop, str(path))


@lru_cache(maxsize=4)
def _ranges(path: Path, size: int, modified: int) -> dict[str, tuple[int, int]]:
    """First and last row (not included) of each clip."""
    import pyarrow.compute

    table = _opened(path).read(["clip"])
    column = table.column("clip").combine_chunks()
    if column.null_count:
        raise InputError("column 'clip' has gaps", source=path, fix=_ROWS)
    codes = pyarrow.compute.dictionary_encode(column) if column.type != "dictionary" else column
    if not hasattr(codes, "indices"):
        codes = codes.dictionary_encode()
    try:
        numbers, names = np.asarray(codes.indices), codes.dictionary.to_pylist()
    except UnicodeDecodeError as error:
        raise InputError("column 'clip' is no text", source=path, fix="pack it again") from error
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    stops = np.append(starts[1:], len(numbers))
    if len(starts) != len(names):
        repeated = names[int(np.bincount(numbers[starts]).argmax())]
        raise InputError(f"the rows of clip '{repeated}' do not stand together", source=path, fix=_ROWS)
    return {names[numbers[start]]: (int(start), int(stop)) for start, stop in zip(starts, stops, strict=True)}


def _opened(path: Path) -> Any:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path, memory_map=True)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise InputError("is damaged, or not a Parquet file", source=path, fix="write it again") from error
    _check(file.schema_arrow, path)
    return file


def _check(schema: Any, path: Path) -> None:
    """Raise `InputError` if a column is missing, or of another type."""
    from pyarrow import types

    def text(kind: Any) -> bool:
        return bool(types.is_dictionary(kind) and text(kind.value_type)) or kind in (
            "string",
            "large_string",
            "string_view",
        )

    def number(kind: Any) -> bool:
        return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_null(kind))

    def numbers(kind: Any) -> bool:
        return types.is_null(kind) or (hasattr(kind, "value_type") and number(kind.value_type))

    wanted = {
        "clip": (text, "text"),
        "frame": (types.is_integer, "integers"),
        "person": (types.is_integer, "integers"),
        "time": (number, "numbers"),
        "keypoints": (numbers, "lists of numbers"),
        "intrinsics": (numbers, "lists of numbers"),
        "fps": (number, "numbers"),
        "width": (number, "numbers"),
        "height": (number, "numbers"),
    }
    for name, (fits, what) in wanted.items():
        if name not in schema.names:
            if name in COLUMNS:
                raise InputError(f"column '{name}' is missing", source=path, fix=_ROWS)
        elif not fits(schema.field(name).type):
            kind = schema.field(name).type
            raise InputError(f"column '{name}' holds {kind}; it must be {what}", source=path, fix=_ROWS)


def _names(schema: Any, path: Path) -> tuple[str | None, tuple[str, ...] | None]:
    """Skeleton and names of the joints, from the metadata."""
    try:
        about = json.loads((schema.metadata or {}).get(b"zedo", b"{}"))
        skeleton, names = about.get("skeleton"), about.get("joint_names")
        good = isinstance(skeleton, str | None) and (names is None or all(isinstance(n, str) for n in names))
    except (ValueError, AttributeError, TypeError, RecursionError):
        good = False
    if not good:
        raise InputError("its metadata 'zedo' is damaged", source=path, fix="pack it again")
    return skeleton, tuple(names) if names else None


def _keypoints(path: Path, start: int, stop: int | None, name: str) -> Keypoints:
    import pyarrow

    file = _opened(path)
    try:
        table = _rows(file, start, stop)
        flat = table.column("keypoints").combine_chunks()
        values = np.asarray(flat.flatten(), np.float32)
        clips, first, clip = np.unique(
            np.asarray(table.column("clip").to_pylist()), return_index=True, return_inverse=True
        )
    except (pyarrow.ArrowException, OSError, ValueError, TypeError) as error:
        raise InputError(f"is damaged ({error})", source=path, fix="pack it again") from error
    for column in ("clip", "frame", "person", "keypoints"):
        if table.column(column).null_count:
            raise InputError(f"column '{column}' has gaps", source=path, fix=_ROWS)
    count = table.num_rows
    width = len(values) // count if count else 0
    if not count or width % 3 or len(values) != count * width or width == 0:
        raise InputError("must hold J times x, y, confidence in every row", source=path, where="keypoints")
    data = values.reshape(count, -1, 3)

    def each(column: str) -> list[Any]:
        if column not in table.column_names:
            return [None] * len(first)
        return [table.column(column)[int(row)].as_py() for row in first]

    sizes = [None if None in pair else pair for pair in zip(each("width"), each("height"), strict=True)]
    time = np.array(table.column("time").to_numpy(zero_copy_only=False), np.float64)
    frame = np.asarray(table.column("frame"), np.int64)
    skeleton, names = _names(file.schema_arrow, path)
    return Keypoints(
        points=data[..., :2],
        confidence=data[..., 2],
        frame=frame,
        person=np.asarray(table.column("person"), np.int64),
        clip=clip.reshape(-1),
        clip_names=(name,) if "#" in name else tuple(f"{path}#{part}" for part in clips.tolist()),
        frame_count=count_groups(clip.reshape(-1), frame),
        skeleton=skeleton,
        joint_names=names,
        image_size=tuple(sizes),
        intrinsics=_intrinsics(table, count, path),
        static=tuple(value is not False for value in each("static")),
        tracked=tuple(value is True for value in each("tracked")),
        fps=tuple(each("fps")),
        time=time if np.isfinite(time).all() else None,
    )


def _rows(file: Any, start: int, stop: int | None) -> Any:
    """The rows from `start` to `stop`, from the row groups that have them."""
    if stop is None:
        return file.read()
    bounds = np.cumsum([0, *(file.metadata.row_group(g).num_rows for g in range(file.num_row_groups))])
    first = int(np.searchsorted(bounds, start, side="right")) - 1
    last = int(np.searchsorted(bounds, stop, side="left"))
    return file.read_row_groups(list(range(first, last))).slice(start - int(bounds[first]), stop - start)


def _intrinsics(table: Any, count: int, path: Path) -> np.ndarray | None:
    if "intrinsics" not in table.column_names or table.column("intrinsics").null_count:
        return None
    values = np.asarray(table.column("intrinsics").combine_chunks().flatten(), np.float32)
    if len(values) != 9 * count:
        raise InputError("must hold 9 numbers in every row", source=path, where="intrinsics", fix=_ROWS)
    return values.reshape(count, 3, 3)
