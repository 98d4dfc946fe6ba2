"""Data of one's own: keypoints, K and 3D in an NPZ, and a folder of a prediction and its truth."""

import numpy as np
import pytest

from scenes import assert_reprojects, before_camera, to_pixels
from zedo_cli.datasets import custom_predictions, load_dataset
from zedo_cli.datasets.layouts import pinhole
from zedo_cli.errors import InputError
from zedo_cli.skeletons import JOINTS

K = pinhole(1100.0, 1100.0, 500.0, 500.0)
POINTS = before_camera(6)


def write(path, **changed):
    arrays = {"keypoints": to_pixels(POINTS, K), "intrinsics": K, "poses_3d": POINTS, "skeleton": "h36m17"} | changed
    np.savez(path, **{key: values for key, values in arrays.items() if values is not None})
    return path


def test_an_npz_with_keypoints_and_truth(tmp_path):
    data = load_dataset("custom", write(tmp_path / "mine.npz", sequence=list("aabbcc"), group=list("xxxyyy")))
    assert data.truth == pytest.approx(POINTS)
    assert_reprojects(data)
    assert list(data.sequence) == list("aabbcc")
    assert data.by_group
    assert not [note for note in data.notes if note.startswith("warning")]


def test_relative_truth_is_put_on_the_keypoints_and_gaps_stay_unknown(tmp_path):
    truth = POINTS - POINTS[:, :1]
    truth[:, 10] = np.nan
    data = load_dataset("custom", write(tmp_path / "mine.npz", poses_3d=truth))
    assert np.nanmax(np.abs(data.truth - POINTS)) < 1e-2
    assert data.joints == tuple(i for i in range(17) if i != 10)
    assert any("relative to the pelvis" in note for note in data.notes)


def test_joints_are_put_in_order_by_their_names(tmp_path):
    order = list(range(16, -1, -1))
    names = [JOINTS[i] for i in order]
    path = write(
        tmp_path / "mine.npz", keypoints=to_pixels(POINTS, K)[:, order], poses_3d=POINTS[:, order], joint_names=names
    )
    assert load_dataset("custom", path).truth == pytest.approx(POINTS)
    with pytest.raises(InputError, match="joint_names must be zedo's 17"):
        load_dataset("custom", write(path, joint_names=[f"joint {i}" for i in range(17)]))


def test_millimetres_are_warned_about(tmp_path):
    data = load_dataset("custom", write(tmp_path / "mine.npz", poses_3d=1000 * POINTS))
    assert any("millimetres" in note and note.startswith("warning") for note in data.notes)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"poses_3d": None}, "key 'poses_3d' is missing"),
        ({"intrinsics": None}, "key 'intrinsics' is missing; add K"),
        ({"poses_3d": POINTS[:5]}, "poses_3d has 5 rows, keypoints 6"),
        ({"poses_3d": np.full((6, 17, 3), np.nan)}, "never knows the pelvis"),
        ({"sequence": ["a"]}, "'sequence' must be 6 names"),
    ],
)
def test_bad_files_are_one_line(tmp_path, changed, message):
    with pytest.raises(InputError, match=message):
        load_dataset("custom", write(tmp_path / "mine.npz", **changed))


def test_a_prediction_is_matched_by_frame(tmp_path):
    np.savez(tmp_path / "truth.npz", poses_3d=POINTS, frame=np.arange(6))
    np.savez(tmp_path / "prediction.npz", poses_3d=POINTS[::-1] + 0.01, frame=np.arange(5, -1, -1))
    data, made = custom_predictions(tmp_path)
    assert made.poses == pytest.approx(data.truth + 0.01)
    assert made.hypotheses.shape == (6, 1, 17, 3)
    np.savez(tmp_path / "prediction.npz", poses_3d=POINTS[:4], frame=np.arange(4))
    with pytest.raises(InputError, match=r"prediction.npz: 2 rows of truth.npz have no prediction, the first frame 4"):
        custom_predictions(tmp_path)
    np.savez(tmp_path / "prediction.npz", poses_3d=POINTS[:4])
    with pytest.raises(InputError, match=r"4 poses for 6 of truth.npz"):
        custom_predictions(tmp_path)


def test_a_folder_without_them_is_none_of_ours(tmp_path):
    assert custom_predictions(tmp_path) is None
    with pytest.raises(InputError, match=r"looked for truth.npz and prediction.npz; found nothing"):
        load_dataset("custom", tmp_path)
