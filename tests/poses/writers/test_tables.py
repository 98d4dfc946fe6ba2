"""CSV, Parquet and tables of angles."""

import csv
import json

import numpy as np
import pyarrow.parquet
import pytest

from motions import filmed, walker
from zedo_cli.poses.angles import joint_angles
from zedo_cli.poses.writing import open_poses, write_poses


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_wide(tmp_path):
    poses = filmed(walker(0), walker(1))
    write_poses(poses, tmp_path / "o.csv")
    table = rows(tmp_path / "o.csv")
    assert len(table) == 120
    assert float(table[70]["left_knee_x_m"]) == pytest.approx(poses.poses_3d[70, 5, 0], abs=1e-5)
    assert float(table[70]["left_knee_sd_m"]) == pytest.approx(0.05)
    assert (table[70]["person"], table[70]["frame"]) == ("1", "10")


def test_long_in_the_world_frame(tmp_path):
    person = walker(frames=5)
    write_poses(filmed(person), tmp_path / "o.long.csv", frame="world")
    table = rows(tmp_path / "o.long.csv")
    assert len(table) == 5 * 17
    assert table[20]["joint"] == "right_ankle"
    assert float(table[20]["z_m"]) == pytest.approx(person[1, 3, 2], abs=1e-4)


def test_what_is_unknown_is_empty(tmp_path):
    poses = filmed(walker(frames=3))
    poses.uncertainty[:] = np.nan
    poses.time[:] = np.nan
    write_poses(poses, tmp_path / "o.csv")
    assert {row["nose_sd_m"] for row in rows(tmp_path / "o.csv")} == {""}
    assert {row["time_s"] for row in rows(tmp_path / "o.csv")} == {""}


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


def test_angles(tmp_path):
    person = walker()
    write_poses(filmed(person), tmp_path / "o.mot")
    lines = (tmp_path / "o.mot").read_text().splitlines()
    head = lines.index("endheader")
    assert {"inDegrees=yes", "nRows=60"} <= set(lines[:head])
    names = lines[head + 1].split("\t")
    assert f"nColumns={len(names)}" in lines
    values = np.array([line.split("\t") for line in lines[head + 2 :]], float)
    assert np.isfinite(values).all()
    truth = joint_angles(person)
    np.testing.assert_allclose(values[:, names.index("knee_angle_r")], truth["knee_angle_r"], atol=0.01)
    np.testing.assert_allclose(values[:, names.index("pelvis_ty")], person[:, 0, 2], atol=1e-4)
    write_poses(filmed(person), tmp_path / "o.csv", format="angles")
    table = rows(tmp_path / "o.csv")
    for row, angle in zip(table, truth["hip_rotation_l"], strict=True):
        assert (row["hip_rotation_l_deg"] == "") == np.isnan(angle)
    assert float(table[3]["elbow_flex_l_sd_deg"]) > 0
