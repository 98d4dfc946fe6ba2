"""Readers: the real files, round trips of our own formats, and what the formats' traps do."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from places import EXAMPLE
from zedo_cli.cameras.reading import read_camera
from zedo_cli.errors import InputError
from zedo_cli.joint_sets import SKELETONS
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise
from zedo_cli.skeletons import JOINTS, LIMBS


def read(paths, skeleton=None):
    """As the lifter takes them: on the 17 joints, checked."""
    return standardise(read_keypoints(paths, skeleton))


def document(**changes):
    people = [{"id": 4, "keypoints": [[100 + 7 * i, 200 + 11 * (i % 5), 0.5] for i in range(17)]}]
    base = {
        "format": "zedo-keypoints",
        "version": 1,
        "skeleton": "coco17",
        "frames": [{"frame": 3, "people": people}],
    }
    return base | changes


def write(path, content):
    path.write_text(json.dumps(content))
    return path


def openpose(joints, count=1, seed=0):
    numbers = np.random.default_rng(seed).uniform(100, 500, (count, joints, 3))
    numbers[..., 2] = 0.9
    return {
        "version": 1.3,
        "people": [{"person_id": [-1], "pose_keypoints_2d": person.ravel().tolist()} for person in numbers],
    }


@pytest.mark.parametrize("camera", [1, 2, 3, 4])
def test_real_openpose_files_agree_with_their_reference(camera):
    keypoints = read([EXAMPLE / f"openpose/cam{camera:02d}_json"])
    assert keypoints.frame_count == 100
    assert keypoints.detected_skeleton == "body_25b"
    assert "body_25b" in " ".join(note.text for note in keypoints.notes)
    undistorted = read_camera(EXAMPLE / "calibration.toml", f"cam_{camera:02d}").undistort(keypoints.points)
    reference = np.load(EXAMPLE / "reference.npz")
    rows = reference["cam"] == np.unique(reference["cam"])[camera - 1]
    theirs = reference["kp2d"][rows][np.searchsorted(reference["frame"][rows], keypoints.frame)]
    seen = (keypoints.confidence > 0) & np.isfinite(theirs).all(-1)
    assert seen[:, LIMBS].mean() > 0.9
    assert np.abs(undistorted - theirs)[:, LIMBS][seen[:, LIMBS]].max() < 0.05


def test_frames_without_a_person_have_no_row():
    keypoints = read([EXAMPLE / "openpose/cam03_json"])
    assert len(keypoints) == 99
    assert 52 not in keypoints.frame
    assert keypoints.frame_count == 100


def test_single_files_are_one_clip_in_order_of_their_numbers():
    folder = EXAMPLE / "openpose/cam01_json"
    keypoints = read([folder / f"cam01.{frame:04d}.json" for frame in (10, 2, 7)])
    assert keypoints.frame.tolist() == [2, 7, 10]
    assert (keypoints.clip == 0).all()


def test_two_folders_are_two_clips():
    keypoints = read([EXAMPLE / "openpose/cam01_json", EXAMPLE / "openpose/cam02_json"])
    assert len(keypoints.clip_names) == 2
    assert np.unique(keypoints.clip).tolist() == [0, 1]


def test_frame_number_of_openposes_own_names(tmp_path):
    for frame in (0, 12):
        write(tmp_path / f"video2_{frame:012d}_keypoints.json", openpose(25, seed=frame))
    assert read([tmp_path], "body_25").frame.tolist() == [0, 12]


def test_several_people(tmp_path):
    write(tmp_path / "a_0_keypoints.json", openpose(25, count=3))
    assert read([tmp_path], "body_25").person.tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", ["body_25", "body_25b"])
def test_the_two_skeletons_of_25_joints_are_distinguished(tmp_path, name):
    """A standing person, written in either order."""
    spots = {"hip": 300, "knee": 400, "ankle": 500, "shoulder": 150, "elbow": 220, "wrist": 290}
    people = np.zeros((25, 3))
    for joint, sources in zip(JOINTS, SKELETONS[name].sources, strict=True):
        side, _, limb = joint.partition("_")
        if limb in spots:
            people[sources[0]] = (330 if side == "left" else 270, spots[limb], 0.9)
    eyes = {"body_25": (15, 16, 17, 18), "body_25b": (2, 1, 4, 3)}[name]
    for joint, x in zip(eyes, (295, 305, 290, 310), strict=True):
        people[joint] = (x, 95, 0.9)
    people[0] = (300, 100, 0.9)
    if name == "body_25":
        people[1], people[8] = (300, 150, 0.9), (300, 300, 0.9)
    else:
        people[17], people[18] = (300, 140, 0.9), (300, 60, 0.9)
    body = {"people": [{"pose_keypoints_2d": people.ravel().tolist()}]}
    assert read([write(tmp_path / "p_1.json", body)]).detected_skeleton == name


def test_our_json(tmp_path):
    content = document(image_size=[640, 480], intrinsics=[[500, 0, 320], [0, 500, 240], [0, 0, 1]])
    content["frames"].append({"frame": 4, "people": []})
    content["frames"][0]["people"][0]["keypoints"][9] = [None, None, None]
    keypoints = read([write(tmp_path / "k.json", content)])
    assert (keypoints.frame.tolist(), keypoints.person.tolist(), keypoints.frame_count) == ([3], [4], 2)
    assert keypoints.intrinsics.shape == (1, 3, 3)
    assert keypoints.confidence[0, JOINTS.index("left_wrist")] == 0
    assert keypoints.points[0, JOINTS.index("right_hip")].tolist() == [100 + 7 * 12, 200 + 11 * 2]
    assert keypoints.confidence[0, JOINTS.index("spine")] == 0


def test_our_npz(tmp_path):
    points = np.random.default_rng(0).uniform(100, 900, (4, 17, 2))
    points[2, 5] = 0
    np.savez(tmp_path / "k.npz", keypoints=points, clip=[7, 7, 9, 9], frame=[1, 2, 1, 2], person=[0, 0, 3, 3])
    keypoints = read([tmp_path / "k.npz"], "h36m17")
    assert keypoints.points == pytest.approx(points, rel=1e-6)
    assert keypoints.clip.tolist() == [0, 0, 1, 1]
    assert keypoints.person.tolist() == [0, 0, 3, 3]
    assert (keypoints.confidence == (points != 0).any(-1)).all()


def test_what_is_repaired_is_noted(tmp_path):
    points = np.random.default_rng(0).uniform(100, 900, (3, 17, 3))
    points[..., 2] = 0.5
    points[0, 3] = np.nan
    points[1, 2, 0] = np.inf
    points[2, 6, 2] = 1.02
    np.savez(tmp_path / "k.npz", keypoints=points)
    keypoints = read([tmp_path / "k.npz"], "h36m17")
    notes = " | ".join(note.text for note in keypoints.notes)
    assert "2 keypoints are NaN, infinite" in notes
    assert "1 confidences lie outside 0..1" in notes
    assert keypoints.confidence[0, 3] == keypoints.confidence[1, 2] == 0
    assert keypoints.confidence[2, 6] == 1
    assert np.isfinite(keypoints.points).all()


def test_people_with_too_little_are_skipped_and_counted(tmp_path):
    points = np.random.default_rng(0).uniform(100, 900, (3, 17, 3))
    points[..., 2] = 0.5
    points[1, 3:, 2] = 0
    points[2, :, :2] = 300
    np.savez(tmp_path / "k.npz", keypoints=points)
    keypoints = read([tmp_path / "k.npz"], "h36m17")
    assert len(keypoints) == 1
    texts = [note.text for note in keypoints.notes]
    assert "1 people with fewer than 4 usable joints: left out" in texts
    assert "1 people smaller than 2 px: left out" in texts


BAD = {
    "missing": (None, "no such file"),
    "empty.json": ("", "is empty"),
    "truncated.json": ('{"people": [{"pose_keyp', "truncated or not JSON"),
    "foreign.json": ('{"hello": 1}', "of no known format"),
    "list.json": ("[1, 2]", "of no known format"),
    "field.json": (
        json.dumps(document(frames=[{"frame": 0, "people": [{"id": 0, "keypoints": [[1, "x"]]}]}])),
        "frames.0.people.0.keypoints.0.1",
    ),
    "unknown_field.json": (json.dumps(document(colour="red")), "colour"),
    "version.json": (json.dumps(document(version=2)), "version"),
    "ragged.json": (
        json.dumps(document(frames=[{"frame": 0, "people": [{"keypoints": [[1, 2]]}, {"keypoints": []}]}])),
        "keypoints of shape [0]",
    ),
    "nobody.json": (json.dumps(document(frames=[{"frame": 0, "people": []}])), "no people in 1 frame"),
    "skeleton.json": (json.dumps(document(skeleton="octopus")), "'octopus' is unknown"),
    "numbers_1.json": ('{"people": [{"pose_keypoints_2d": [1, 2, 3, 4]}]}', "people.0.pose_keypoints_2d"),
    "type_1.json": ('{"people": [{"pose_keypoints_2d": "x"}]}', "people.0.pose_keypoints_2d"),
    "count_1.json": (json.dumps(openpose(19)), "19 joints fit no skeleton"),
    "text.npz": ("no archive", "not an NPZ file"),
    "what.abc": ("1,2", "unknown kind of file"),
    "what.csv": ("1,2", "of no known format"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_named_with_the_place(tmp_path, name):
    content, message = BAD[name]
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=name) as error:
        read([tmp_path / name])
    assert message in str(error.value)


def test_normalised_coordinates_are_refused(tmp_path):
    points = np.random.default_rng(0).uniform(0, 1, (3, 17, 3))
    np.savez(tmp_path / "k.npz", keypoints=points)
    with pytest.raises(InputError, match="multiply x by the width"):
        read([tmp_path / "k.npz"], "h36m17")


def test_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "k.npz", keypoints=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match="pickled"):
        read([tmp_path / "k.npz"])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"points": np.zeros((2, 17, 2))}, "of no known format"),
        ({"keypoints": np.zeros((2, 17))}, "must be [N, N, 2]"),
        (
            {"keypoints": np.ones((2, 17, 2)), "confidence": np.ones((2, 16))},
            "'confidence' has shape [2, 16]",
        ),
        ({"keypoints": np.ones((2, 17, 2)), "frame": np.ones(3, int)}, "'frame' must be 2 integers"),
        ({"keypoints": np.ones((2, 17, 2)), "intrinsics": np.eye(4)}, "'intrinsics' has shape [4, 4]"),
    ],
)
def test_bad_npz_names_the_key(tmp_path, arrays, message):
    np.savez(tmp_path / "k.npz", **arrays)
    with pytest.raises(InputError) as error:
        read([tmp_path / "k.npz"])
    assert message in str(error.value)


def test_an_empty_folder_is_reported(tmp_path):
    with pytest.raises(InputError, match=r"no \.csv .* files in this folder"):
        read([tmp_path])


def test_a_truncated_frame_is_named(tmp_path):
    shutil.copytree(EXAMPLE / "openpose/cam01_json", tmp_path / "clip")
    (tmp_path / "clip" / "cam01.0005.json").write_text('{"people": [')
    with pytest.raises(InputError, match=r"cam01\.0005\.json"):
        read([tmp_path / "clip"])


def test_other_joints_in_another_input_are_refused(tmp_path):
    write(tmp_path / "a.json", document())
    with pytest.raises(InputError, match=r"has 17 joints, skeleton coco17; .* has 25 joints"):
        read([EXAMPLE / "openpose/cam01_json", tmp_path / "a.json"])


def test_the_order_of_the_inputs_is_kept(tmp_path):
    single = sorted((EXAMPLE / "openpose/cam01_json").iterdir())[0]
    folder = EXAMPLE / "openpose/cam02_json"
    assert read_keypoints([single, folder]).clip_names == (str(single), str(folder))


def test_other_files_beside_the_frames_are_left_out_with_a_note(tmp_path):
    (tmp_path / "a_calibration.json").write_text("[1]")
    shutil.copy(sorted((EXAMPLE / "openpose/cam01_json").iterdir())[0], tmp_path)
    (tmp_path / "._hidden.json").write_text("{")
    keypoints = read_keypoints(tmp_path)
    assert keypoints.frame_count == 1
    assert "1 files of other kinds are left out (a_calibration.json)" in keypoints.notes[0].text


def test_a_camera_that_replaces_other_intrinsics_is_noted():
    camera = read_camera(EXAMPLE / "calibration.toml", "cam_01")
    keypoints = read_keypoints(EXAMPLE / "openpose/cam01_json")
    other = replace(keypoints, intrinsics=np.eye(3)[None].repeat(len(keypoints), 0))
    assert "intrinsics-replaced" in [note.code for note in standardise(other, camera).notes]
    assert "intrinsics-replaced" not in [note.code for note in standardise(keypoints, camera).notes]


def test_nobody_inside_the_lens_model_is_refused():
    camera = read_camera(EXAMPLE / "calibration.toml", "cam_01")
    wide = replace(camera, distortion=np.array([0.1, 0.0, 0.0, 0.0]), fisheye=True)
    keypoints = read_keypoints(EXAMPLE / "openpose/cam01_json")
    wide = replace(wide, size=None)
    with pytest.raises(InputError, match="no person with enough joints"):
        standardise(replace(keypoints, points=keypoints.points + 3e4), wide)


def test_several_clips_with_one_camera_are_noted():
    camera = read_camera(EXAMPLE / "calibration.toml", "cam_01")
    both = read_keypoints([EXAMPLE / "openpose/cam01_json", EXAMPLE / "openpose/cam02_json"])
    notes = [note.text for note in standardise(both, camera).notes]
    assert "all 2 clips are lifted with the one camera cam_01" in notes
