"""Ski-PosePTZ: root-relative poses that are put where their keypoints say."""

import numpy as np
import pytest

from dataset_files import write_ski as write
from scenes import assert_reprojects, in_front_of_camera, to_pixels
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError


@pytest.mark.parametrize("name", ["ski_test.h5", "labels.h5"])
def test_truth_keypoints_and_camera_belong_together(tmp_path, name):
    points = write(tmp_path / name)
    data = load_dataset("ski", tmp_path)
    assert data.truth == pytest.approx(points, abs=1e-3)
    assert_reprojects(data)
    # cameras that see the same are no sequences of their own, but clips
    assert set(data.sequence) == set(data.group) == {"sequence 0", "sequence 1"}
    assert len(data.keypoints.clip_names) == 4
    assert not data.notes


def test_bad_files_are_one_line(tmp_path):
    with pytest.raises(InputError, match=r"ski_test.h5 or labels.h5; found nothing"):
        load_dataset("ski", tmp_path)
    write(tmp_path / "ski_test.h5", **{"2D": None})
    with pytest.raises(InputError, match="'2D' is missing"):
        load_dataset("ski", tmp_path)
    write(tmp_path / "ski_test.h5", cam_intrinsic=np.zeros((10, 3, 3)))
    with pytest.raises(InputError, match="cam_intrinsic: focal lengths"):
        load_dataset("ski", tmp_path)
    write(tmp_path / "ski_test.h5", seq=np.arange(9))
    with pytest.raises(InputError, match="seq, cam and frame must have 10 rows"):
        load_dataset("ski", tmp_path)


def test_points_in_pixels_are_warned_about(tmp_path):
    points = in_front_of_camera(10, distance=20.0)
    write(
        tmp_path / "ski_test.h5",
        **{"2D": to_pixels(points, pinhole(1600.0, 1600.0, 128.0, 128.0)).reshape(10, 34)},
    )
    data = load_dataset("ski", tmp_path)
    assert [note for note in data.notes if note.code == "implausible-data"]
