"""Tables of joint angles."""

import csv

import numpy as np

from motions import filmed, walker
from zedo_cli.poses.angles import joint_angles
from zedo_cli.poses.writing import write_poses


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


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
