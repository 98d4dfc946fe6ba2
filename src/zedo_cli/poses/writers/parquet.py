"""Poses as Parquet: the columns of the wide CSV, written in row groups; the metadata is in the schema."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.poses.container import Poses
from zedo_cli.poses.writers.csv import wide_header


class _ParquetSink:
    """Writes a row group for each part."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self._meta: dict[str, Any] = {}

    def append(self, poses: Poses) -> None:
        """Write the rows of the poses."""
        import pyarrow
        import pyarrow.parquet

        values = np.concatenate([poses.poses_3d, poses.uncertainty[..., None]], axis=-1).reshape(
            len(poses), -1
        )
        columns: list[Any] = [
            *(np.asarray(column, np.int64) for column in (poses.clip, poses.person, poses.frame)),
            np.asarray(poses.time, np.float64),
            *np.asarray(values, np.float32).T,
            np.asarray(poses.reprojection_error, np.float32),
        ]
        names = wide_header(poses.joint_names)
        arrays = [pyarrow.array(column, from_pandas=True) for column in columns]
        table = pyarrow.Table.from_arrays(arrays, names=names)
        if self._writer is None:
            self._writer = pyarrow.parquet.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)
        self._meta = poses.meta

    def close(self) -> None:
        """Complete the file."""
        if self._writer is not None:
            self._writer.add_key_value_metadata({"zedo": json.dumps(self._meta)})
            self._writer.close()


def open_sink(path: Path) -> _ParquetSink:
    """A sink that writes a row group for each part."""
    return _ParquetSink(path)
