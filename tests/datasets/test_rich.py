"""RICH: SMPL-X's parameters in the frame of a calibration of several cameras."""

import shutil

import numpy as np
import pytest

from scenes import assert_reprojects
from smpl_files import write_model, write_rich
from zedo_cli.datasets.rich import load
from zedo_cli.errors import InputError


@pytest.fixture
def root(tmp_path):
    for gender in ("MALE", "FEMALE"):
        write_model(tmp_path / "smplx" / f"SMPLX_{gender}.npz", joints=27)
    return write_rich(tmp_path)


def test_each_camera_that_sees_all_limbs_gives_a_row(root):
    data = load(root)
    assert len(data) == 2 * 6 * 2
    assert data.keypoints.clip_names == tuple(
        f"{sequence} Gym {camera}"
        for sequence in ("Gym_001_squat", "Gym_002_jump")
        for camera in ("000", "001")
    )
    assert set(data.sequence) == {"Gym_001_squat", "Gym_002_jump"}
    assert sorted(set(data.keypoints.frame)) == list(range(10, 16))
    assert set(data.keypoints.person) == {1, 2}
    assert_reprojects(data)
    # two cameras see the same body
    one, other = (data.truth[data.keypoints.clip == clip] for clip in (0, 1))
    for joint in (3, 6, 13, 16):
        lengths = (np.linalg.norm(poses[:, joint] - poses[:, 1], axis=-1) for poses in (one, other))
        assert next(lengths) == pytest.approx(next(lengths), abs=1e-6)


def unreadable(root):
    (root / "scan_calibration/Gym/calibration/001.xml").write_text(
        "<Intrinsics><data>a b</data></Intrinsics>"
    )


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (lambda root: shutil.rmtree(root / "bodies"), "holds no RICH test set"),
        (lambda root: shutil.rmtree(root / "scan_calibration"), "no calibration of the scene is there"),
        (lambda root: shutil.rmtree(root / "resource"), "resource/gender.json is not there"),
        (lambda root: shutil.rmtree(root / "smplx"), "body model SMPLX_MALE.npz is not there"),
        (lambda root: (root / "resource/gender.json").write_text("{}"), "the gender of person 001 is not in"),
        (lambda root: (root / "resource/gender.json").write_text("[]"), "must be an object"),
        (
            lambda root: (root / "bodies/test/Gym_001_squat/00010/001.pkl").write_bytes(b"no"),
            "001.pkl: is damaged",
        ),
        (unreadable, "001.xml: CameraMatrix|001.xml: Intrinsics holds no numbers"),
    ],
)
def test_what_is_missing_or_damaged_is_named(root, damage, match):
    damage(root)
    with pytest.raises(InputError, match=match):
        load(root)
