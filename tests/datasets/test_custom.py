"""Data of one's own: keypoints, K and 3D in an NPZ, and a folder of a prediction and its truth."""

import numpy as np
import pytest

from scenes import assert_reprojects, in_front_of_camera, to_pixels
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.datasets.custom import custom_predictions
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.skeletons import JOINTS

K = pinhole(1100.0, 1100.0, 500.0, 500.0)
POINTS = in_front_of_camera(6)


def write(path, **changed):
    arrays = {
        "keypoints": to_pixels(POINTS, K),
        "intrinsics": K,
        "poses_3d": POINTS,
        "skeleton": "h36m17",
    } | changed
    np.savez(path, **{key: values for key, values in arrays.items() if values is not None})
    return path


def test_an_npz_with_keypoints_and_truth(tmp_path):
    data = load_dataset("custom", write(tmp_path / "mine.npz", sequence=list("aabbcc"), group=list("xxxyyy")))
    assert data.truth == pytest.approx(POINTS)
    assert_reprojects(data)
    assert list(data.sequence) == list("aabbcc")
    assert data.by_group
    assert not [note for note in data.notes if note.code == "implausible-data"]


def test_relative_truth_is_put_on_the_keypoints_and_gaps_stay_unknown(tmp_path):
    truth = POINTS - POINTS[:, :1]
    truth[:, 10] = np.nan
    data = load_dataset("custom", write(tmp_path / "mine.npz", poses_3d=truth))
    assert np.nanmax(np.abs(data.truth - POINTS)) < 1e-2
    assert data.joints == tuple(i for i in range(17) if i != 10)
    assert any("relative to the pelvis" in note.text for note in data.notes)


def test_joints_are_put_in_order_by_their_names(tmp_path):
    order = list(range(16, -1, -1))
    names = [JOINTS[i] for i in order]
    path = write(
        tmp_path / "mine.npz",
        keypoints=to_pixels(POINTS, K)[:, order],
        poses_3d=POINTS[:, order],
        joint_names=names,
    )
    assert load_dataset("custom", path).truth == pytest.approx(POINTS)
    with pytest.raises(InputError, match="joint_names must be zedo's 17"):
        load_dataset("custom", write(path, joint_names=[f"joint {i}" for i in range(17)]))


def test_millimetres_are_warned_about(tmp_path):
    data = load_dataset("custom", write(tmp_path / "mine.npz", poses_3d=1000 * POINTS))
    assert any("millimetres" in note.text and note.level == "warning" for note in data.notes)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"poses_3d": None}, "key 'poses_3d' is missing"),
        ({"intrinsics": None}, "key 'intrinsics' is missing; add K"),
        ({"poses_3d": POINTS[:5]}, "poses_3d has 5 rows, keypoints 6"),
        (
            {"poses_3d": np.full((6, 17, 3), np.nan)},
            r"the pelvis \(joint 0\), about which poses are compared, is always NaN",
        ),
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
    with pytest.raises(
        InputError, match=r"prediction.npz: 2 rows of truth.npz have no prediction, the first frame 4"
    ):
        custom_predictions(tmp_path)
    np.savez(tmp_path / "prediction.npz", poses_3d=POINTS[:4])
    with pytest.raises(InputError, match=r"4 poses for 6 of truth.npz"):
        custom_predictions(tmp_path)


def test_everything_about_joints_follows_their_names(tmp_path):
    np.savez(tmp_path / "truth.npz", poses_3d=POINTS)
    hypotheses = POINTS[:, None] + 0.01 * np.arange(3)[None, :, None, None]
    uncertainty, keypoints = np.tile(np.arange(17.0), (6, 1)), to_pixels(POINTS, K)
    order = list(range(16, -1, -1))
    np.savez(
        tmp_path / "prediction.npz",
        poses_3d=POINTS[:, order],
        hypotheses_3d=hypotheses[:, :, order],
        uncertainty=uncertainty[:, order],
        keypoints_2d=keypoints[:, order],
        confidence=np.tile(np.linspace(0.1, 1, 17), (6, 1))[:, order],
        intrinsics=np.tile(K, (6, 1, 1)),
        translation=hypotheses[:, :, 0],
        joint_names=[JOINTS[i] for i in order],
    )
    data, made = custom_predictions(tmp_path)
    assert made.poses == pytest.approx(data.truth)
    assert made.hypotheses == pytest.approx(hypotheses, abs=1e-5)
    assert made.uncertainty == pytest.approx(uncertainty)
    assert made.origins == pytest.approx(hypotheses[:, :, 0], abs=1e-5)
    assert data.keypoints.points == pytest.approx(keypoints, abs=1e-2)
    assert data.keypoints.confidence[0] == pytest.approx(np.linspace(0.1, 1, 17))


def test_poses_that_cannot_be_distinguished_are_refused(tmp_path):
    np.savez(tmp_path / "truth.npz", poses_3d=POINTS, frame=[0, 1, 2, 0, 1, 2])
    np.savez(tmp_path / "prediction.npz", poses_3d=POINTS, frame=[0, 1, 2, 0, 1, 2], clip=[0, 0, 0, 1, 1, 1])
    with pytest.raises(
        InputError, match=r"several poses share frame; distinguish them with 'clip' in truth.npz"
    ):
        custom_predictions(tmp_path)
    np.savez(tmp_path / "truth.npz", poses_3d=POINTS, frame=[0, 1, 2, 0, 1, 2], clip=[0, 0, 0, 1, 1, 1])
    data, made = custom_predictions(tmp_path)
    assert made.poses == pytest.approx(data.truth)


def test_rows_of_unknown_pelvis_are_not_scored_and_units_are_looked_at(tmp_path):
    truth = POINTS.copy()
    truth[2, 0] = np.nan
    np.savez(tmp_path / "truth.npz", poses_3d=truth)
    np.savez(tmp_path / "prediction.npz", poses_3d=1000 * POINTS)
    data, made = custom_predictions(tmp_path)
    assert len(data) == len(made.poses) == 5
    assert any("1 rows whose pelvis is unknown" in note.text for note in data.notes)
    assert any("millimetres" in note.text and note.level == "warning" for note in data.notes)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hypotheses_3d": np.zeros((6, 0, 17, 3))}, "'hypotheses_3d' has shape"),
        ({"hypotheses_3d": np.full((6, 2, 17, 3), np.nan)}, "hypotheses_3d is not finite"),
        ({"poses_3d": np.full((6, 17, 3), np.nan)}, "poses_3d is not finite"),
        ({"uncertainty": np.zeros((5, 17))}, "'uncertainty' has shape"),
        ({"translation": np.zeros((6, 2, 3))}, "'translation' has shape"),
        (
            {
                "keypoints_2d": np.zeros((5, 17, 2)),
                "confidence": np.ones((6, 17)),
                "intrinsics": np.tile(K, (6, 1, 1)),
            },
            "'keypoints_2d' has shape",
        ),
        ({"joint_names": ["a"]}, "joint_names must be zedo's 17"),
    ],
)
def test_bad_predictions_are_one_line(tmp_path, changed, message):
    np.savez(tmp_path / "truth.npz", poses_3d=POINTS)
    np.savez(tmp_path / "prediction.npz", **({"poses_3d": POINTS} | changed))
    with pytest.raises(InputError, match=message):
        custom_predictions(tmp_path)


def test_names_of_a_detectors_joints_say_nothing_of_the_truth(tmp_path):
    points = np.zeros((6, 25, 2))
    points[:, [0, 1, 8, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14]] = to_pixels(POINTS, K)[
        :, [9, 8, 0, 14, 15, 16, 11, 12, 13, 1, 2, 3, 4, 5, 6]
    ]
    path = write(
        tmp_path / "mine.npz",
        keypoints=points,
        skeleton="body_25",
        joint_names=[f"joint {i}" for i in range(25)],
    )
    data = load_dataset("custom", path)
    assert data.truth == pytest.approx(POINTS)
    assert not [note for note in data.notes if note.code == "implausible-data"]


def test_a_camera_of_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="intrinsics: focal lengths"):
        load_dataset(
            "custom",
            write(tmp_path / "mine.npz", intrinsics=np.zeros((3, 3)), poses_3d=POINTS - POINTS[:, :1]),
        )


def test_a_folder_without_them_is_none_of_ours(tmp_path):
    assert custom_predictions(tmp_path) is None
    with pytest.raises(
        InputError, match=r"does not hold truth.npz and prediction.npz; add them, or give an NPZ"
    ):
        load_dataset("custom", tmp_path)
