"""CSV, wide and long."""

import csv

import numpy as np
import pytest

from motions import filmed, walker
from zedo_cli.poses.writing import write_poses


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
