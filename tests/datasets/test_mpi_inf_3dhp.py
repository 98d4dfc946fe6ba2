"""MPI-INF-3DHP's test set in its four layouts."""

import pickle

import h5py
import numpy as np
import pytest

from scenes import assert_reprojects, in_front_of_camera, to_pixels
from zedo_cli.cameras.intrinsics import pinhole, project
from zedo_cli.datasets.mpi_inf_3dhp import CAMERAS, LIST, ORDER, POSEAUG, PSTMO, SIZES, VALID
from zedo_cli.datasets.mpi_inf_3dhp import load as mpi_inf_3dhp_dataset
from zedo_cli.errors import InputError

FRAMES = 12


def people_of(name):
    """Truth of a sequence in the camera frame (m), its pixels, and which frames are valid."""
    points = in_front_of_camera(FRAMES, int(name[2]))
    return points, to_pixels(points, pinhole(*CAMERAS[name])), np.arange(FRAMES) % 4 != 1


def in_their_order(joints):
    theirs = np.zeros_like(joints)
    theirs[:, ORDER] = joints
    return theirs


def write_official(root, names=tuple(CAMERAS), cells=False):
    for name in names:
        points, pixels, valid = people_of(name)
        (root / name).mkdir(parents=True)
        with h5py.File(root / name / "annot_data.mat", "w") as file:
            arrays = {
                "annot2": in_their_order(pixels)[:, None],
                "annot3": 1000 * in_their_order(points)[:, None],
                "univ_annot3": 900 * in_their_order(points)[:, None],
                "valid_frame": valid[:, None].astype(float),
                "activity_annotation": (np.arange(FRAMES) % 7 + 1)[:, None].astype(float),
                "bb_crop": np.zeros((FRAMES, 1, 4)),
            }
            for key, values in arrays.items():
                if not cells:
                    file[key] = values
                    continue
                # MATLAB's cell arrays: references to arrays elsewhere in the file
                file[f"#refs#/{key}"] = values
                file[key] = np.array([[file[f"#refs#/{key}"].ref]], dtype=h5py.ref_dtype)


@pytest.mark.parametrize("cells", [False, True], ids=["arrays", "cells"])
@pytest.mark.parametrize("folder", ["", "mpi_inf_3dhp_test_set"])
def test_official_files(tmp_path, cells, folder):
    write_official(tmp_path / folder, cells=cells)
    data = mpi_inf_3dhp_dataset(tmp_path)
    assert len(data) == 6 * 9
    assert_reprojects(data)
    assert not [note for note in data.notes if note.code == "implausible-data"]
    points, _, valid = people_of("TS3")
    assert data.truth[data.sequence == "TS3"] == pytest.approx(points[valid])
    assert list(data.group[:3]) == ["Standing/Walking", "Sitting", "Reaching/Crouching"]
    assert data.by_group


def test_every_third_is_of_the_valid_frames(tmp_path):
    write_official(tmp_path)
    data = mpi_inf_3dhp_dataset(tmp_path)
    thinned = data.thinned(data.paper_stride)
    valid = [(name, frame) for name in CAMERAS for frame in range(FRAMES) if frame % 4 != 1]
    assert list(zip(thinned.sequence, thinned.keypoints.frame, strict=True)) == valid[::3]


def test_missing_sequences_are_named(tmp_path):
    write_official(tmp_path, ("TS1", "TS2", "TS4", "TS6"))
    with pytest.raises(
        InputError, match=r"2 of the sequences of MPI-INF-3DHP are missing: TS3, TS5; .*allow_missing"
    ):
        mpi_inf_3dhp_dataset(tmp_path)
    data = mpi_inf_3dhp_dataset(tmp_path, allow_missing=True)
    assert set(data.sequence) == {"TS1", "TS2", "TS4", "TS6"}
    assert "TS3, TS5" in data.notes[0].text


def test_damaged_files_are_one_line(tmp_path):
    write_official(tmp_path)
    path = tmp_path / "TS2" / "annot_data.mat"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"TS2/annot_data.mat: is not HDF5 .* or is damaged"):
        mpi_inf_3dhp_dataset(tmp_path)
    path.write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    with pytest.raises(InputError, match=r"TS2/annot_data.mat: is not HDF5"):
        mpi_inf_3dhp_dataset(tmp_path)
    path.write_bytes(whole)
    with h5py.File(path, "a") as file:
        del file["annot3"]
    with pytest.raises(InputError, match=r"'annot3' is missing; it has activity_annotation, annot2"):
        mpi_inf_3dhp_dataset(tmp_path)
    with h5py.File(path, "a") as file:
        file["annot3"] = np.zeros((FRAMES, 17, 3))
    with pytest.raises(
        InputError, match=r"annot3: must be an array \[12, 1, 17, 3\] of numbers, but is \[12, 17, 3\]"
    ):
        mpi_inf_3dhp_dataset(tmp_path)


def test_another_joint_order_and_another_camera_are_warned_about(tmp_path):
    write_official(tmp_path)
    for name in CAMERAS:
        with h5py.File(tmp_path / name / "annot_data.mat", "a") as file:
            file["annot3"][...] = file["annot3"][()][:, :, ::-1]
    data = mpi_inf_3dhp_dataset(tmp_path)
    warnings = [note for note in data.notes if note.code == "implausible-data"]
    assert any("px (mean) away from the exact keypoints" in note.text for note in warnings)
    assert any(
        "the joints must be in the order" in note.text or "thigh" in note.text.text for note in warnings
    )


def test_pstmo(tmp_path):
    sequences = {}
    for name in CAMERAS:
        points, pixels, valid = people_of(name)
        sequences[name] = {
            "data_2d": in_their_order(pixels),
            "data_3d": 900 * in_their_order(points),
            "valid": valid[:, None].astype(float),
        }
    np.savez(tmp_path / PSTMO, data=np.array(sequences, dtype=object))
    data = mpi_inf_3dhp_dataset(tmp_path)
    assert len(data) == 6 * 9
    points, _, valid = people_of("TS1")
    mine = data.truth[data.sequence == "TS1"]
    assert mine - mine[:, :1] == pytest.approx(0.9 * (points - points[:, :1])[valid])
    assert not data.by_group
    assert any("universal skeleton" in note.text for note in data.notes)
    assert not [note for note in data.notes if note.code == "implausible-data"]
    del sequences["TS5"]["valid"]
    np.savez(tmp_path / PSTMO, data=np.array(sequences, dtype=object))
    with pytest.raises(InputError, match=r"data_test_3dhp.npz: TS5: must have data_2d, data_3d and valid"):
        mpi_inf_3dhp_dataset(tmp_path)


def test_the_list_of_zedo(tmp_path):
    people = []
    for name in CAMERAS:
        points, pixels, valid = people_of(name)
        fx, fy, cx, cy = CAMERAS[name]
        for frame in range(FRAMES):
            people.append(
                {
                    "joint_3d_camera": 1000 * points[frame],
                    "joint_2d": np.concatenate([pixels[frame], np.ones((17, 1))], axis=1),
                    "w": 2048,
                    "h": 2048,
                    "camera_param": {"fx": fx, "fy": fy, "cx": cx, "cy": cy},
                    "imageid": frame,
                    "valid_i": bool(valid[frame]),
                    "action": frame % 7 + 1,
                }
            )
    (tmp_path / LIST).write_bytes(pickle.dumps(people))
    data = mpi_inf_3dhp_dataset(tmp_path)
    assert len(data) == 6 * 9
    assert_reprojects(data)
    assert set(data.sequence) == set(CAMERAS)
    assert list(data.group[:3]) == ["Standing/Walking", "Sitting", "Reaching/Crouching"]

    (tmp_path / LIST).write_bytes(pickle.dumps(people[: 2 * FRAMES]))
    with pytest.raises(
        InputError, match=r"4 of the sequences of MPI-INF-3DHP are missing: TS3, TS4, TS5, TS6"
    ):
        mpi_inf_3dhp_dataset(tmp_path)


def test_nothing_there(tmp_path):
    (tmp_path / "videos").mkdir()
    with pytest.raises(
        InputError, match=r"looked for TS1/annot_data.mat .*; found videos/; .*vcai.mpi-inf.mpg.de"
    ):
        mpi_inf_3dhp_dataset(tmp_path)


def test_one_bad_sequence_among_good_ones_is_warned_about(tmp_path):
    write_official(tmp_path)
    with h5py.File(tmp_path / "TS4" / "annot_data.mat", "a") as file:
        file["annot3"][...] = file["annot3"][()] / 1000
    data = mpi_inf_3dhp_dataset(tmp_path)
    assert any(note.text.startswith("3dhp, TS4") for note in data.notes)


def test_sequences_of_which_nothing_is_left_are_named(tmp_path):
    write_official(tmp_path)
    with h5py.File(tmp_path / "TS2" / "annot_data.mat", "a") as file:
        file["valid_frame"][...] = 0
    assert any(
        "no frame of TS2 is valid: not scored" in note.text for note in mpi_inf_3dhp_dataset(tmp_path).notes
    )
    with h5py.File(tmp_path / "TS3" / "annot_data.mat", "a") as file:
        file["activity_annotation"][0] = np.nan
    with pytest.raises(InputError, match="activity_annotation: must hold integers"):
        mpi_inf_3dhp_dataset(tmp_path)


def write_poseaug(root, rows=None):
    """All valid frames in turn; keypoints by the image's width, truth about the pelvis, no nose."""
    kept = [joint for joint in range(17) if joint != 9]
    flat, poses = [], []
    for name, count in VALID.items():
        points = in_front_of_camera(12, int(name[2]))
        points = points[np.arange(count) % len(points)]
        pixels = project(points, pinhole(*CAMERAS[name]))
        width, height = SIZES[name]
        flat.append((pixels / width * 2 - [1, height / width])[:, kept])
        poses.append((points - points[:, :1])[:, kept])
    np.savez(root / POSEAUG, pose2d=np.concatenate(flat)[:rows], pose3d=np.concatenate(poses)[:rows])


def test_poseaugs_file_has_16_joints_and_its_sequences_in_turn(tmp_path):
    write_poseaug(tmp_path)
    data = mpi_inf_3dhp_dataset(tmp_path)
    assert len(data) == sum(VALID.values()) == 2929
    assert {name: int((data.sequence == name).sum()) for name in CAMERAS} == VALID
    assert len(data.joints) == 16
    assert 9 not in data.joints
    assert (data.keypoints.confidence[:, 9] == 0).all()
    assert_reprojects(data.take(np.arange(0, 2929, 100)))
    # the place is solved: the truth of the file is about the pelvis
    assert data.truth[data.sequence == "TS6"][5, 0] == pytest.approx(
        in_front_of_camera(12, 6)[5, 0], abs=1e-3
    )
    assert data.kind == "gt of another skeleton"
    assert not data.by_group
    assert "no-frames" in {note.code for note in data.notes}
    assert not any(data.keypoints.of_clips("static"))


def test_a_part_of_poseaugs_file_is_refused(tmp_path):
    write_poseaug(tmp_path, rows=2000)
    with pytest.raises(InputError, match="pose2d has 2000 rows, the test set 2929"):
        mpi_inf_3dhp_dataset(tmp_path)
