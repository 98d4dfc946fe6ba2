"""Many clips in one Parquet file: millions of small files are opened once, and never again."""

import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.files import atomic_write
from zedo_cli.keypoints.container import Keypoints, skeleton_name
from zedo_cli.registry import missing_extra

ROWS_OF_GROUP = 50_000
"""Rows of a row group, about; a clip is in one, unless it has more rows itself."""


def pack(clips: Iterable[tuple[str, Keypoints]], path: Path) -> int:
    """Write clips to a Parquet file, completely or not at all.

    Args:
        clips: name and keypoints of each, on one joint set; of several clips, names follow after a `/`.
        path: of the file, `.parquet`.

    Returns:
        The number of rows.

    Raises:
        InputError: joint sets differ, a name is there twice, or the file cannot be written.
    """
    if path.suffix.lower() != ".parquet":
        raise InputError("is written as .parquet", setting="output", value=str(path))
    with atomic_write(path) as temporary, _Packer(temporary) as packer:
        for name, keypoints in clips:
            packer.add(name, keypoints)
    return packer.rows


class _Packer:
    """Collects clips to row groups."""

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow.parquet
        except ImportError as error:
            raise missing_extra("pyarrow", "scale") from error
        self._arrow, self._path = pyarrow, path
        self._writer: Any = None
        self._waiting: list[Any] = []
        self._names: set[str] = set()
        self._about: tuple[str, int, bytes] | None = None
        self.rows = self._held = 0

    def __enter__(self) -> "_Packer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._flush()
            if self._writer is None:
                raise InputError("there are no people to pack", source=self._path)
        if self._writer is not None:
            self._writer.close()

    def add(self, name: str, keypoints: Keypoints) -> None:
        """Add the clip, or the clips, of keypoints."""
        names = json.dumps(keypoints.joint_names) if keypoints.joint_names else ""
        skeleton = skeleton_name(keypoints.skeleton)
        joints = keypoints.points.shape[1]
        metadata = {"format": "zedo-keypoints", "version": 1}
        metadata |= {"skeleton": skeleton} if skeleton else {}
        metadata |= {"joint_names": list(keypoints.joint_names)} if keypoints.joint_names else {}
        about = (skeleton or names, joints, json.dumps(metadata).encode())
        if self._about is None:
            self._about = about
        if about[:2] != self._about[:2]:
            ours = f"{self._about[1]} joints ({self._about[0] or 'not named'})"
            raise InputError(
                f"has {joints} joints ({about[0] or 'not named'}); the clips before have {ours}",
                source=keypoints.clip_names[0],
                fix="pack them apart",
            )
        for number in range(len(keypoints.clip_names)):
            rows = np.flatnonzero(keypoints.clip == number)
            own = name if len(keypoints.clip_names) == 1 else f"{name}/{number}"
            if own in self._names:
                raise InputError(f"the name '{own}' is there twice", source=keypoints.clip_names[number])
            if len(rows):
                self._names.add(own)
                self._add(own, keypoints, number, rows[np.argsort(keypoints.frame[rows], kind="stable")])

    def _add(self, name: str, keypoints: Keypoints, number: int, rows: np.ndarray) -> None:
        table = _table(self._arrow, name, keypoints, number, rows)
        if self._held and self._held + len(rows) > ROWS_OF_GROUP:
            self._flush()
        self._waiting.append(table)
        self._held += len(rows)
        self.rows += len(rows)

    def _flush(self) -> None:
        if not self._waiting or self._about is None:
            return
        table = self._arrow.concat_tables(self._waiting)
        if self._writer is None:
            schema = table.schema.with_metadata({b"zedo": self._about[2]})
            self._writer = self._arrow.parquet.ParquetWriter(self._path, schema, compression="zstd")
        for start in range(0, table.num_rows, ROWS_OF_GROUP):
            self._writer.write_table(table.slice(start, ROWS_OF_GROUP), row_group_size=ROWS_OF_GROUP)
        self._waiting, self._held = [], 0


def _table(arrow: Any, name: str, keypoints: Keypoints, number: int, rows: np.ndarray) -> Any:
    count = len(rows)
    data = np.concatenate([keypoints.points[rows], keypoints.confidence[rows][..., None]], axis=-1)
    flat = arrow.array(data.astype(np.float32).reshape(-1))
    width = data.shape[1] * 3
    size = keypoints.of_clips("image_size")[number] or (None, None)
    times = np.asarray(keypoints.time, np.float64)[rows]

    def same(value: Any, kind: Any) -> Any:
        return arrow.array([value] * count, kind)

    k = arrow.nulls(count, arrow.list_(arrow.float32()))
    if keypoints.intrinsics is not None:
        values = arrow.array(np.asarray(keypoints.intrinsics[rows], np.float32).reshape(-1))
        k = arrow.ListArray.from_arrays(np.arange(count + 1, dtype=np.int32) * 9, values)
    columns = {
        "clip": same(name, arrow.string()),
        "frame": arrow.array(np.asarray(keypoints.frame[rows], np.int64)),
        "person": arrow.array(np.asarray(keypoints.person[rows], np.int64)),
        "time": arrow.nulls(count, arrow.float64())
        if times is None
        else arrow.array(times, from_pandas=True),
        "keypoints": arrow.ListArray.from_arrays(np.arange(count + 1, dtype=np.int32) * width, flat),
        "fps": same(keypoints.of_clips("fps")[number], arrow.float64()),
        "width": same(size[0], arrow.float64()),
        "height": same(size[1], arrow.float64()),
        "intrinsics": k,
        "static": same(bool(keypoints.of_clips("static")[number]), arrow.bool_()),
        "tracked": same(bool(keypoints.of_clips("tracked")[number]), arrow.bool_()),
    }
    return arrow.table(columns)
