"""HumanEva-I in VideoPose3D's layout, written here: no camera is in it, so each is solved."""

import numpy as np
import pytest

from humaneva_files import FRAMES, K, camera, write
from scenes import assert_reprojects
from zedo_cli.datasets.humaneva import CAMERAS, ORDER, PIXELS, SCORED, load
from zedo_cli.errors import InputError


def test_cameras_are_solved_and_the_validation_recordings_scored(tmp_path):
    world = write(tmp_path)
    data = load(tmp_path)
    assert len(data) == 3 * 3 * 2 * FRAMES * 3
    assert sorted(set(data.group)) == [f"S{s} {a}" for s in (1, 2, 3) for a in ("Box", "Jog", "Walking")]
    assert data.by_group
    assert data.joints == SCORED
    assert len(SCORED) == 15
    assert_reprojects(data)
    assert not [note for note in data.notes if note.code == "implausible-data"]
    clip = data.keypoints.clip_names.index(f"S2 Jog 2 {CAMERAS[1]}")
    rows = np.flatnonzero(data.keypoints.clip == clip)
    lens, poses = camera(1), world["Validate/S2"]["Jog 1 chunk0"]
    assert data.truth[rows][:, ORDER] == pytest.approx(poses @ lens.rotation.T + lens.translation, abs=5e-3)
    assert data.keypoints.intrinsics[rows[0]] == pytest.approx(K, abs=1.0)
    unseen = [joint for joint in range(17) if joint not in SCORED]
    assert (data.keypoints.confidence[:, unseen] == 0).all()


def test_pixels_of_other_poses_get_a_warning(tmp_path):
    write(tmp_path, pixel_noise=12.0)
    notes = [note.text for note in load(tmp_path).notes if note.code == "implausible-data"]
    assert any("HumanEva-I S1 C1: solved from the pixels, it misses them by" in text for text in notes)


def drop_box(world, pixels):
    for chunk in (0, 2):
        del world["Validate/S2"][f"Box 1 chunk{chunk}"]


def drop_a_camera(world, pixels):
    del pixels["Validate/S1"]["Jog 1 chunk0"][2]


def other_joints(world, pixels):
    world["Validate/S1"]["Jog 1 chunk0"] = np.zeros((FRAMES, 20, 3))


def shorter(world, pixels):
    pixels["Validate/S1"]["Jog 1 chunk0"][0] = np.zeros((3, 15, 2))


def no_dict(world, pixels):
    pixels["Validate/S1"] = [1, 2]


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (drop_box, "1 of the sequences of HumanEva-I are missing: S2 Box"),
        (drop_a_camera, r"data_2d_humaneva15_gt.npz: Validate/S1/Jog 1 chunk0 must hold 3 cameras"),
        (other_joints, r"data_3d_humaneva15.npz: Validate/S1/Jog 1 chunk0: must be an array \[N, 15, 3\]"),
        (shorter, r"Validate/S1/Jog 1 chunk0: must be an array \[20, 15, 2\]"),
        (no_dict, "data_2d_humaneva15_gt.npz: must be a dict of subjects"),
    ],
)
def test_what_is_missing_or_damaged_is_named(tmp_path, damage, match):
    write(tmp_path, other=damage)
    with pytest.raises(InputError, match=match):
        load(tmp_path)


def test_both_files_are_needed(tmp_path):
    write(tmp_path)
    (tmp_path / PIXELS).unlink()
    with pytest.raises(InputError, match=r"looked for data_3d_humaneva15.npz and data_2d_humaneva15_gt.npz"):
        load(tmp_path)
