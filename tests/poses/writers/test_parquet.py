"""Parquet, read by pyarrow."""

import json

import numpy as np
import pyarrow.parquet

from motions import filmed, walker
from zedo_cli.poses.writing import open_poses


def test_parquet_grows_by_row_groups(tmp_path):
    poses = filmed(walker())
    with open_poses(tmp_path / "o.parquet") as sink:
        sink.append(poses)
        sink.append(poses)
    file = pyarrow.parquet.ParquetFile(tmp_path / "o.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (2, 120)
    table = file.read()
    np.testing.assert_allclose(table["nose_y_m"].to_numpy()[:60], poses.poses_3d[:, 9, 1])
    assert json.loads(table.schema.metadata[b"zedo"])["zedo"] == "test"
