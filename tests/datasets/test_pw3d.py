"""3DPW: official sequences with a moving camera and SMPL's joints, and the processed file."""

import pickle

import numpy as np
import pytest

from scenes import assert_reprojects, in_front_of_camera, standing_camera, to_pixels, walking
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.datasets.pw3d import ORDER, PROCESSED, SEQUENCES
from zedo_cli.datasets.pw3d import load as pw3d_dataset
from zedo_cli.datasets.smpl import LIMB_JOINTS
from zedo_cli.errors import InputError
from zedo_cli.skeletons import LIMBS

K = pinhole(1960.0, 1960.0, 540.0, 960.0)
FRAMES = 6
OPENPOSE = {1: 8, 2: 14, 3: 15, 4: 16, 5: 11, 6: 12, 7: 13, 8: 1, 9: 2, 10: 3, 11: 4, 12: 5, 13: 6, 0: 9}
"""Of the 18 joints, those of the 17 that they are."""


def world_of(seed):
    return walking(FRAMES, seed)


def camera_of(frame):
    rotation, translation = standing_camera(0.1 * frame)
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, translation
    return pose


def write_official(root, names=SEQUENCES, spelling="poses2d"):
    folder = root / "sequenceFiles" / "test"
    folder.mkdir(parents=True)
    cameras = np.stack([camera_of(frame) for frame in range(FRAMES)])
    for number, name in enumerate(names):
        joints, detections, valid = [], [], []
        for person in range(2):
            world = world_of(10 * number + person)
            smpl = np.random.default_rng(0).normal(size=(FRAMES, 24, 3))
            smpl[:, list(LIMB_JOINTS.values())] = world[:, list(LIMB_JOINTS)]
            joints.append(smpl.reshape(FRAMES, 72))
            seen = np.zeros((FRAMES, 3, 18))
            for frame in range(FRAMES):
                points = world[frame] @ cameras[frame, :3, :3].T + cameras[frame, :3, 3]
                pixels = to_pixels(points[None], K)[0]
                for theirs, ours in OPENPOSE.items():
                    seen[frame, :, theirs] = (*pixels[ours], 0.8)
            seen[0, 2] = 0  # nobody was found in the first frame
            detections.append(seen)
            valid.append(np.array([1, 1, 1, 1, 1, 0]))
        content = {
            "sequence": name,
            "jointPositions": joints,
            spelling: detections,
            "campose_valid": valid,
            "cam_poses": cameras,
            "cam_intrinsics": K,
            "img_frame_ids": np.arange(FRAMES),
            "genders": ["m", "f"],
            "betas": [np.zeros(10)] * 2,
        }
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(content, protocol=2))


@pytest.mark.parametrize("spelling", ["poses2d", "poses2D"])
def test_official_sequences(tmp_path, spelling):
    write_official(tmp_path, spelling=spelling)
    data = pw3d_dataset(tmp_path)
    assert len(data) == 24 * 2 * 5
    assert data.joints == LIMBS
    assert any("12 limb joints" in note.text for note in data.notes)
    assert not [note for note in data.notes if note.code == "implausible-data"]
    assert_reprojects(data)
    assert data.keypoints.static == (False,) * len(data.keypoints.clip_names)
    first = (data.sequence == SEQUENCES[1]) & (data.keypoints.person == 1) & (data.keypoints.frame == 3)
    camera = camera_of(3)
    points = world_of(11)[3] @ camera[:3, :3].T + camera[:3, 3]
    assert data.truth[first][0, list(LIMBS)] == pytest.approx(points[list(LIMBS)])
    assert data.truth[first][0, 0] == pytest.approx((points[1] + points[4]) / 2)


def test_its_own_detections(tmp_path):
    write_official(tmp_path)
    data = pw3d_dataset(tmp_path, "detected")
    assert len(data) == 24 * 2 * 4
    assert any("48 of 240 people have too few keypoints" in note.text for note in data.notes)
    assert data.keypoints.confidence[0, list(LIMBS)] == pytest.approx(np.full(12, 0.8))
    assert data.keypoints.confidence[0, 9] == pytest.approx(0.2)
    assert (data.keypoints.confidence[:, [7, 10]] == 0).all()
    assert_reprojects(data)


def test_missing_and_damaged_sequences_are_named(tmp_path):
    write_official(tmp_path, SEQUENCES[:22])
    with pytest.raises(
        InputError, match="2 of the sequences of 3DPW are missing: office_phoneCall_00, outdoors_fencing_01"
    ):
        pw3d_dataset(tmp_path)
    assert len(pw3d_dataset(tmp_path, allow_missing=True)) == 22 * 2 * 5
    path = tmp_path / "sequenceFiles/test" / f"{SEQUENCES[4]}.pkl"
    path.write_bytes(pickle.dumps({"jointPositions": []}))
    with pytest.raises(InputError, match=rf"{SEQUENCES[4]}.pkl: must hold jointPositions"):
        pw3d_dataset(tmp_path, allow_missing=True)


def test_processed(tmp_path):
    points = np.concatenate([in_front_of_camera(4, 1), in_front_of_camera(4, 2)])
    relative = points - points[:, :1]
    theirs = np.ones((8, 17, 4))
    theirs[..., :3] = relative[:, ORDER]
    np.savez(
        tmp_path / PROCESSED,
        keypoints3d17_relative=theirs,
        root_cam=points[:, 0],
        cam_param=np.array(
            {"f": np.full((8, 2), 1960.0), "c": np.tile([540.0, 960.0], (8, 1))}, dtype=object
        ),
        image_width=np.full(8, 1080),
        image_height=np.full(8, 1920),
        image_path=np.array([f"imageFiles/{SEQUENCES[i // 4]}/image_{i % 4:05d}.jpg" for i in range(8)]),
        smpl=np.array({"not": "read"}, dtype=object),
    )
    with pytest.raises(InputError, match="22 of the sequences of 3DPW are missing: downtown_bus_00"):
        pw3d_dataset(tmp_path)
    data = pw3d_dataset(tmp_path, allow_missing=True)
    assert data.truth == pytest.approx(points)
    assert data.keypoints.points == pytest.approx(to_pixels(points, K), abs=1e-2)
    assert list(data.sequence) == [SEQUENCES[0]] * 4 + [SEQUENCES[1]] * 4
    assert len(data.joints) == 17
    with pytest.raises(InputError, match="holds no detections"):
        pw3d_dataset(tmp_path, "detected")


def test_nothing_there(tmp_path):
    with pytest.raises(
        InputError, match=r"sequenceFiles/test/\*.pkl or pw3d_test.npz; found nothing; .*virtualhumans"
    ):
        pw3d_dataset(tmp_path)
