"""Human3.6M in its two layouts: world poses whose cameras have to be found, and a list in camera frames."""

import pickle

import numpy as np
import pytest

from h36m_files import assert_of_the_protocol
from scenes import assert_reprojects, in_front_of_camera, standing_camera, to_pixels, walking
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.cameras.resection import reproject
from zedo_cli.datasets.h36m import load as h36m_dataset
from zedo_cli.datasets.h36m_list import LIST, LIST_DETECTIONS
from zedo_cli.datasets.h36m_protocol import ACTIONS, CAMERAS, CENTRE, FOCAL, MPII
from zedo_cli.errors import InputError
from zedo_cli.evaluation.ablation import common_rows
from zedo_cli.mocap.h36m import KEPT

DISTORTION = np.array([-0.2, 0.24, -0.001, -0.002, -0.002])
RECORDINGS = (
    *(("S9", f"{action} 1") for action in reversed(ACTIONS)),
    *(("S11", action) for action in ACTIONS if action != "Directions"),
    ("S9", "Directions"),
    ("S1", "Eating"),
)
"""In another order than the paper's."""
FRAMES = 12


def lens(number):
    rotation, translation = standing_camera(0.4 + number * np.pi / 2)
    return Camera(
        "", pinhole(*FOCAL[number], *CENTRE[number]), DISTORTION, rotation=rotation, translation=translation
    )


def write_positions(root, recordings=RECORDINGS):
    subjects = {}
    for seed, (subject, action) in enumerate(recordings):
        joints = np.zeros((FRAMES, 32, 3), np.float32)
        joints[:, KEPT] = walking(FRAMES, seed)
        subjects.setdefault(subject, {})[action] = joints
    np.savez(root / "data_3d_h36m.npz", positions_3d=np.array(subjects, dtype=object))


def write_keypoints(root, kind="gt", noise=0.0, recordings=RECORDINGS, cameras=(0, 1, 2, 3)):
    names = {"gt": "data_2d_h36m_gt.npz", "cpn": "data_2d_h36m_cpn_ft_h36m_dbb.npz"}
    subjects, generator = {}, np.random.default_rng(0)
    for seed, (subject, action) in enumerate(recordings):
        world = walking(FRAMES, seed).astype(np.float32)
        # detectors run on a few frames more than the motion capture has
        extra = 0 if kind == "gt" else 3
        views = [np.concatenate([pixels := reproject(lens(i), world), pixels[:extra]]) for i in cameras]
        views = [(view + noise * generator.normal(size=view.shape)).astype(np.float32) for view in views]
        subjects.setdefault(subject, {})[action] = views
    metadata = {"layout_name": "h36m", "num_joints": 17, "keypoints_symmetry": [[4, 5, 6], [1, 2, 3]]}
    np.savez(
        root / names[kind],
        positions_2d=np.array(subjects, dtype=object),
        metadata=np.array(metadata, dtype=object),
    )


def test_world_poses_come_into_the_cameras_that_the_keypoints_tell(tmp_path):
    write_positions(tmp_path)
    write_keypoints(tmp_path)
    data = h36m_dataset(tmp_path)
    assert len(data) == 30 * FRAMES * 4
    assert_of_the_protocol(data)
    assert not [note for note in data.notes if note.code == "implausible-data"]
    # by subject, action, take, camera and frame
    assert list(dict.fromkeys(data.sequence))[:3] == ["S9 Directions", "S9 Directions 1", "S9 Discussion 1"]
    rotation, translation = standing_camera(0.4 + np.pi / 2)
    mine = np.arange(FRAMES, 2 * FRAMES)
    assert {data.keypoints.clip_names[i] for i in data.keypoints.clip[mine]} == {
        f"S9 Directions {CAMERAS[1]}"
    }
    seed = RECORDINGS.index(("S9", "Directions"))
    assert data.truth[mine] == pytest.approx(walking(FRAMES, seed) @ rotation.T + translation, abs=2e-3)
    assert data.up[mine[0]] == pytest.approx(rotation[:, 2], abs=1e-3)


def test_detected_keypoints_are_undistorted_and_cut_to_the_motion_capture(tmp_path):
    write_positions(tmp_path)
    write_keypoints(tmp_path, "cpn", noise=3.0)
    data = h36m_dataset(tmp_path, "cpn")
    assert len(data) == 30 * FRAMES * 4
    off = [
        np.abs(to_pixels(data.truth[i : i + 1], data.keypoints.intrinsics[i])[0] - data.keypoints.points[i])
        for i in range(len(data))
    ]
    assert np.mean(off) < 3.5  # the noise is 2.4 px; the lens alone moves points by up to 20
    exact = h36m_dataset(tmp_path, "gt")
    assert exact.kind == "gt"
    assert_reprojects(exact)


def test_cameras_in_another_order_are_warned_about(tmp_path):
    write_positions(tmp_path)
    write_keypoints(tmp_path, cameras=(0, 2, 1, 3))
    data = h36m_dataset(tmp_path)
    write_keypoints(tmp_path, recordings=RECORDINGS[::-1])
    swapped = h36m_dataset(tmp_path)  # as if recordings had other names in 2D
    assert not [note for note in data.notes if "misses" in note.text]  # any four static cameras are as good
    assert [note for note in swapped.notes if note.code == "implausible-data" and "misses" in note.text]


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match=r"data_3d_h36m.npz .* found nothing; .*vision.imar.ro"):
        h36m_dataset(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        h36m_dataset(tmp_path / "other")
    write_positions(tmp_path, RECORDINGS[:16])
    with pytest.raises(InputError, match=r"data_2d_h36m_gt.npz.*found data_3d_h36m.npz"):
        h36m_dataset(tmp_path)
    write_keypoints(tmp_path)
    with pytest.raises(
        InputError, match=r"13 of the sequences of Human3.6M are missing: S11 Eating, S11 Greeting"
    ):
        h36m_dataset(tmp_path)
    data = h36m_dataset(tmp_path, allow_missing=True)
    assert {name.split()[0] for name in data.sequence} == {"S9", "S11"}
    assert "S11 Eating" in data.notes[0].text
    with pytest.raises(InputError, match=r"data_2d_h36m_sh_ft_h36m.npz"):
        h36m_dataset(tmp_path, "sh", allow_missing=True)


def test_rows_of_two_kinds_of_2d_stay_those_of_the_same_frames(tmp_path):
    write_positions(tmp_path)
    write_keypoints(tmp_path)
    write_keypoints(tmp_path, "cpn", recordings=[key for key in RECORDINGS if key != ("S9", "Eating 1")])
    with pytest.raises(InputError, match=r"1 of the sequences of Human3.6M in 2D are missing: S9 Eating 1"):
        h36m_dataset(tmp_path, "cpn")
    exact, detected = common_rows([h36m_dataset(tmp_path), h36m_dataset(tmp_path, "cpn", allow_missing=True)])
    assert len(exact) == len(detected) == 29 * FRAMES * 4
    assert (exact.sequence == detected.sequence).all()
    assert exact.truth == pytest.approx(detected.truth, abs=1e-3)


def test_the_hourglass_has_mpiis_joints(tmp_path):
    write_positions(tmp_path)
    write_keypoints(tmp_path)
    with np.load(tmp_path / "data_2d_h36m_gt.npz", allow_pickle=True) as file:
        subjects = file["positions_2d"].item()
    for actions in subjects.values():
        for action, views in actions.items():
            actions[action] = [view[:, MPII] for view in views]
    np.savez(tmp_path / "data_2d_h36m_sh_ft_h36m.npz", positions_2d=np.array(subjects, dtype=object))
    data = h36m_dataset(tmp_path, "sh")
    spine = 7
    assert (data.keypoints.confidence[:, spine] == 0).all()
    others = [joint for joint in range(17) if joint != spine]
    assert (data.keypoints.confidence[:, others] == 1).all()
    assert data.keypoints.points[:, others] == pytest.approx(
        h36m_dataset(tmp_path).keypoints.points[:, others], abs=0.5
    )


def write_list(root):
    people, truth = [], []
    intrinsics = pinhole(*FOCAL[0], *CENTRE[0])
    for subject, action in (
        *((9, number) for number in range(2, 17)),
        *((11, number) for number in range(2, 17)),
        (1, 2),
    ):
        points = in_front_of_camera(2, subject, distance=4.5)
        pixels = to_pixels(points, intrinsics)
        for frame in range(2):
            camera = {
                "R": np.eye(3),
                "T": np.zeros((3, 1)),
                **{
                    name: np.array([intrinsics[i, j]])
                    for name, i, j in (("fx", 0, 0), ("fy", 1, 1), ("cx", 0, 2), ("cy", 1, 2))
                },
                "k": np.zeros((3, 1)),
                "p": np.zeros((2, 1)),
                "name": "54138969",
            }
            image = np.concatenate([pixels[frame], 1000 * points[frame, :, 2:]], axis=1)
            people.append(
                {
                    "videoid": 0,
                    "cameraid": 0,
                    "camera_param": camera,
                    "imageid": frame,
                    "image_path": "s_09/a.jpg",
                    "joint_3d_image": image,
                    "joint_3d_camera": 1000 * points[frame],
                    "center": (0.0, 0.0),
                    "scale": (1.0, 1.0),
                    "box": (0, 0, 1, 1),
                    "subject": subject,
                    "action": action,
                    "subaction": 1,
                    "root_depth": 1000 * points[frame, 0, 2],
                }
            )
        truth.append(points if subject != 1 else points[:0])
    with (root / LIST).open("wb") as file:
        pickle.dump(people, file)
    return np.concatenate(truth), people


def test_the_list_is_in_millimetres_and_camera_frames(tmp_path):
    truth, people = write_list(tmp_path)
    data = h36m_dataset(tmp_path)
    assert data.truth == pytest.approx(truth)
    assert_reprojects(data)
    assert list(data.group[:3]) == ["Directions", "Directions", "Discussion"]
    assert data.sequence[0] == "S9 Directions 1"
    assert not any(name.startswith("S1 ") for name in data.sequence)

    pixels = np.stack([person["joint_3d_image"] for person in people]) + 2
    confidence = np.full((len(people), 17, 1), 0.5)
    with (tmp_path / LIST_DETECTIONS).open("wb") as file:
        pickle.dump({"train": {}, "test": {"joint3d_image": pixels, "confidence": confidence}}, file)
    detected = h36m_dataset(tmp_path, "sh")
    assert detected.keypoints.points == pytest.approx(pixels[:60, :, :2], abs=1e-3)
    assert (detected.keypoints.confidence == 0.5).all()
    with (tmp_path / LIST_DETECTIONS).open("wb") as file:
        pickle.dump({"test": {"joint3d_image": pixels[1:], "confidence": confidence[1:]}}, file)
    with pytest.raises(InputError, match=r"61 people, but h36m_test.pkl has 62"):
        h36m_dataset(tmp_path, "sh")
    with (tmp_path / LIST).open("wb") as file:
        pickle.dump(people[2:], file)
    with pytest.raises(InputError, match=r"1 of the sequences of Human3.6M are missing: S9 Directions"):
        h36m_dataset(tmp_path)


def test_pickles_with_foreign_classes_are_refused_and_named(tmp_path):
    class Harmless:
        def __reduce__(self):
            return (eval, ("1 + 1",))

    (tmp_path / LIST).write_bytes(pickle.dumps([Harmless()]))
    with pytest.raises(InputError, match=r"h36m_test.pkl: it holds a builtins.eval"):
        h36m_dataset(tmp_path)
    (tmp_path / LIST).write_bytes(pickle.dumps([{"subject": 9}]))
    with pytest.raises(InputError, match="must have camera_param"):
        h36m_dataset(tmp_path)
    (tmp_path / LIST).write_bytes(pickle.dumps([{"subject": 9}])[:-5])
    with pytest.raises(InputError, match="damaged"):
        h36m_dataset(tmp_path)


def test_keypoints_that_cannot_be_pixels_are_reported_at_once(tmp_path):
    write_positions(tmp_path)
    for points, message in (
        (np.zeros((FRAMES, 17, 2)), "look normalised"),
        (np.zeros((0, 17, 2)), "holds no frame"),
    ):
        subjects = {"S9": {"Directions": [points] * 4}}
        np.savez(tmp_path / "data_2d_h36m_gt.npz", positions_2d=np.array(subjects, dtype=object))
        with pytest.raises(InputError, match=message):
            h36m_dataset(tmp_path)
