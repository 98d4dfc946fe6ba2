"""Poses are read back as they were written, and what is damaged is named."""

import json

import numpy as np
import pytest

from motions import filmed, walker
from zedo_cli.errors import InputError
from zedo_cli.poses.container import ROW_FIELDS
from zedo_cli.poses.reading import read_poses
from zedo_cli.poses.writing import write_poses


@pytest.mark.parametrize("suffix", ["npz", "json"])
def test_there_and_back(tmp_path, suffix):
    poses = filmed(walker(0), walker(1))
    poses.uncertainty[3] = np.nan
    write_poses(poses, tmp_path / f"o.{suffix}")
    again = read_poses(tmp_path / f"o.{suffix}")
    for name in ROW_FIELDS:
        np.testing.assert_allclose(getattr(again, name), getattr(poses, name), atol=2e-3, err_msg=name)
    assert again.meta == poses.meta
    assert np.isnan(again.uncertainty[3]).all()


def test_files_from_before_times_were_stored(tmp_path):
    write_poses(filmed(walker()), tmp_path / "o.npz")
    with np.load(tmp_path / "o.npz") as file:
        old = {name: file[name] for name in file.files if name != "time"}
    np.savez(tmp_path / "old.npz", **old)
    assert np.isnan(read_poses(tmp_path / "old.npz").time).all()


def changed(path, **changes):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"poses_3d": None}, "is not a file of lifted poses; give the .npz"),
        ({"uncertainty": None}, "'uncertainty' is missing"),
        ({"frame": np.zeros(60)}, r"'frame' is float64 \[60\]"),
        ({"hypotheses_3d": np.zeros((60, 17, 3))}, r"it must be \[60, S, 17, 3\]"),
        ({"meta": np.array("{")}, "its metadata is not JSON"),
        ({"meta": np.array("[]")}, "its metadata is not an object"),
        ({"clip": np.full(60, 5)}, "'clip' is not an index"),
        ({"joint_names": np.array(["head"])}, "holds other joints"),
    ],
)
def test_damaged_arrays_are_named(tmp_path, changes, problem):
    write_poses(filmed(walker()), tmp_path / "o.npz")
    changed(tmp_path / "o.npz", **changes)
    with pytest.raises(InputError, match=problem):
        read_poses(tmp_path / "o.npz")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "is not a file of lifted poses"),
        ({"format": "zedo-poses", "poses": 5}, "'poses' must be a list"),
        ({"format": "zedo-poses", "poses": [{"pose_3d": "x"}]}, "no usable 'pose_3d'"),
    ],
)
def test_damaged_documents_are_named(tmp_path, document, problem):
    (tmp_path / "o.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match=problem):
        read_poses(tmp_path / "o.json")


def test_other_files_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"poses cannot be read from '\.bvh'"):
        read_poses(tmp_path / "o.bvh")
