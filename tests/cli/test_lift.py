"""`zedo lift` as a user sees it: real files, bad input, interruption."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from places import EXAMPLE
from zedo_cli.cameras.reading import read_camera
from zedo_cli.pipeline.body import bone_lengths, standing_height
from zedo_cli.poses.writers import npz
from zedo_cli.skeletons import JOINTS

CALIBRATION = EXAMPLE / "calibration.toml"
CAMERA = ("--intrinsics", CALIBRATION, "--camera", "cam_01")


def test_the_readmes_example(zedo, tmp_path):
    code, out, err = zedo(
        "lift", EXAMPLE / "openpose/cam01_json", *CAMERA, "-o", tmp_path / "o.npz", "-o", tmp_path / "o.json"
    )
    assert code == 0
    assert "100 frames, 100 poses lifted, mean reprojection error" in out
    assert f"3D poses: {tmp_path / 'o.npz'}" in out
    assert "skeleton body_25b (assumed" in err
    with np.load(tmp_path / "o.npz", allow_pickle=False) as file:
        assert file["poses_3d"].shape == (100, 17, 3)
        assert file["hypotheses_3d"].shape == (100, 1, 17, 3)
        assert file["uncertainty"].shape == (100, 17)
        assert tuple(file["joint_names"]) == JOINTS
        depth = file["poses_3d"][:, 0, 2]
        assert 2 < np.median(depth) < 6
        assert file["reprojection_error"].mean() < 25
        meta = json.loads(str(file["meta"]))
    assert meta["preset"]["name"] == "balanced"
    assert len(meta["prior"]["sha256"]) == 64
    assert meta["skeleton"] == "body_25b"
    assert meta["inputs"] == [str(EXAMPLE / "openpose/cam01_json")]
    assert len(json.loads((tmp_path / "o.json").read_text())["poses"]) == 100


def test_a_clip_with_an_empty_frame_gets_no_pose_for_it(zedo, tmp_path):
    camera = ("--intrinsics", CALIBRATION, "--camera", "cam_03")
    code, out, _ = zedo(
        "lift", EXAMPLE / "openpose/cam03_json", *camera, "-o", tmp_path / "o.npz", "--preset", "fast"
    )
    assert code == 0
    assert "100 frames, 99 poses lifted" in out
    assert 52 not in np.load(tmp_path / "o.npz")["frame"]


def test_the_same_seed_gives_the_same_bytes_whatever_the_batch(zedo, keypoints_npz, tmp_path):
    for name, seed, batch in (("a", 3, 2048), ("b", 3, 2048), ("c", 3, 4), ("d", 4, 2048)):
        options = ("--samples", 4, "--seed", seed, "--batch-size", batch, "--preset", "fast")
        assert zedo("lift", keypoints_npz, *options, "-o", tmp_path / f"{name}.npz")[0] == 0
    first, other_batch, other_seed = (np.load(tmp_path / f"{name}.npz")["hypotheses_3d"] for name in "acd")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert np.abs(first - other_batch).max() < 1e-4
    assert first.shape == (5, 4, 17, 3)
    assert np.abs(first - other_seed).max() > 1e-3


def test_preset_paper_with_fifty_hypotheses(zedo, keypoints_npz, small_prior_file, tmp_path):
    options = ("--preset", "paper", "--samples", 50, "--prior", small_prior_file)
    assert zedo("lift", keypoints_npz, *options, "-o", tmp_path / "o.npz")[0] == 0
    with np.load(tmp_path / "o.npz") as file:
        assert file["hypotheses_3d"].shape == (5, 50, 17, 3)
        assert np.isfinite(file["uncertainty"]).all()


def test_several_people_a_frame(zedo, small_prior_file, tmp_path):
    frame = json.loads((EXAMPLE / "openpose/cam01_json/cam01.0000.json").read_text())
    other = json.loads((EXAMPLE / "openpose/cam01_json/cam01.0099.json").read_text())
    frame["people"] += other["people"]
    (tmp_path / "two_0_keypoints.json").write_text(json.dumps(frame))
    arguments = ("lift", tmp_path / "two_0_keypoints.json", *CAMERA, "--prior", small_prior_file)
    code, out, _ = zedo(*arguments, "-o", tmp_path / "o.npz")
    assert code == 0
    assert "1 frames, 2 poses lifted" in out
    assert np.load(tmp_path / "o.npz")["person"].tolist() == [0, 1]


BAD = {
    "missing keypoints": (("nowhere.json",), "nowhere.json: no such file"),
    "missing camera": (("{keypoints}", "-k", "nowhere.json"), "nowhere.json: no such camera file"),
    "no camera": (("{openpose}",), "give the camera with --intrinsics"),
    "unknown skeleton": (("{keypoints}", "--skeleton", "octopus"), "--skeleton octopus: unknown"),
    "wrong skeleton": (
        ("{keypoints}", "--skeleton", "body_25"),
        "17 joints for each person, but 'body_25' has 25",
    ),
    "unknown preset": (("{keypoints}", "--preset", "magic"), "--preset magic: unknown"),
    "unknown device": (("{keypoints}", "--device", "abacus"), "--device abacus: unknown"),
    "foreign prior": (("{keypoints}", "--prior", "{keypoints}"), "not a safetensors file"),
    "clusters": (("{keypoints}", "--preset", "paper", "--samples", "7"), "S = 1, 50"),
    "camera without a calibration": (("{keypoints}", "--camera", "cam_01"), "needs the calibration"),
    "output is a folder": (("{keypoints}", "-o", "{folder}"), "is a folder"),
    "output is the input": (("{keypoints}", "-o", "{keypoints}"), "is also an input"),
    "output format": (("{keypoints}", "-o", "o.fbx"), "o.fbx: unknown output format"),
    "output folder": (("{keypoints}", "-o", "{keypoints}/o.npz"), "cannot be written"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_exit_code_2(
    zedo, keypoints_npz, small_prior_file, tmp_path, monkeypatch, name
):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "folder.npz"
    folder.mkdir()
    before = sorted(path.name for path in tmp_path.iterdir())
    words, message = BAD[name]
    places = {"keypoints": keypoints_npz, "openpose": EXAMPLE / "openpose/cam01_json", "folder": folder}
    if "--prior" not in words:
        words = (*words, "--prior", str(small_prior_file))
    code, out, err = zedo("lift", *(word.format(**places) for word in words))
    assert code == 2
    assert out == ""
    assert err.startswith("zedo: ")
    assert err.count("\n") == 1
    assert message in err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("k", "message"),
    [
        (np.eye(4), "has shape [4, 4]; it must be [3, 3]"),
        (np.diag([-500.0, 500, 1]), "must be positive"),
        (np.diag([0.0, 500, 1]), "must be positive"),
    ],
)
def test_bad_intrinsics_in_the_keypoints(zedo, tmp_path, k, message):
    np.savez(tmp_path / "k.npz", keypoints=np.random.default_rng(0).uniform(9, 900, (2, 17, 2)), intrinsics=k)
    code, _, err = zedo("lift", tmp_path / "k.npz", "--skeleton", "h36m17", "-o", tmp_path / "o.npz")
    assert code == 2
    assert "k.npz" in err
    assert message in err
    assert not (tmp_path / "o.npz").exists()


def test_an_output_folder_that_does_not_exist_is_reported_before_any_work(zedo, keypoints_npz, tmp_path):
    path = tmp_path / "new" / "folder" / "o.npz"
    code, out, err = zedo("lift", keypoints_npz, "--prior", tmp_path / "never_read.safetensors", "-o", path)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert f"there is no folder {path.parent}; create it first" in err
    assert not (tmp_path / "new").exists()


def test_an_interrupted_run_leaves_nothing(zedo, keypoints_npz, small_prior_file, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(npz.shutil, "copyfileobj", interrupted)
    (tmp_path / "out").mkdir()
    options = ("--prior", small_prior_file, "--preset", "fast", "-o", tmp_path / "out" / "o.npz")
    code, _, _ = zedo("lift", keypoints_npz, *options)
    assert code == 130
    assert list((tmp_path / "out").iterdir()) == []


def test_python_dash_m_is_the_same_command():
    ran = subprocess.run(
        [sys.executable, "-m", "zedo_cli", "--version"], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("zedo ")


def test_a_camera_of_which_nothing_is_known_and_a_known_height(zedo, tmp_path):
    """The poses come out as tall as said, in an image of the size said; both are recorded."""
    output = tmp_path / "o.npz"
    folder = EXAMPLE / "openpose/cam01_json"
    assert (
        zedo("lift", folder, "--image-size", "1088x1920", "--height", 1.75, "--preset", "fast", "-o", output)[
            0
        ]
        == 0
    )
    with np.load(output) as file:
        poses, meta = file["poses_3d"], json.loads(str(file["meta"]))
    tall = standing_height(bone_lengths(torch.from_numpy(poses))).median().item()
    assert tall == pytest.approx(1.75, abs=0.01)
    assert (meta["height"], meta["camera"]) == (1.75, "assumed, 60 degrees")


def test_the_vertical_and_clips(zedo, tmp_path):
    """The calibration's z axis and the same vector in the camera's frame are one vertical, which changes the
    answer."""
    folder, answers = EXAMPLE / "openpose/cam01_json", []
    lens = (*CAMERA, "--preset", "fast")
    up = read_camera(CALIBRATION, "cam_01").rotation[:, 2]
    for words in ((), ("--camera-up", "+z"), ("--camera-up", ",".join(map(str, up))), ("--no-clips",)):
        assert zedo("lift", folder, *lens, *words, "-o", tmp_path / "o.npz")[0] == 0
        with np.load(tmp_path / "o.npz") as file:
            answers.append((file["poses_3d"], json.loads(str(file["meta"]))))
    plain, axis, vector, alone = (poses for poses, _ in answers)
    assert np.abs(axis - vector).max() < 1e-4
    assert np.abs(axis - plain).mean() > 1e-3
    assert np.abs(alone - plain).mean() > 1e-3
    assert answers[1][1]["up"] == pytest.approx(up.tolist(), abs=1e-5)
    assert (answers[0][1]["clips"], answers[3][1]["clips"]) == (True, False)


def test_settings_of_the_preset_are_reachable_and_recorded(zedo, tmp_path, keypoints_npz):
    output = tmp_path / "o.npz"
    words = ("--set", "steps=6", "--set", "robust=false", "--set", "pull=hard", "-o", output)
    assert zedo("lift", keypoints_npz, *words)[0] == 0
    with np.load(output) as file:
        preset = json.loads(str(file["meta"]))["preset"]
    assert (preset["name"], preset["steps"], preset["robust"], preset["pull"]) == (
        "balanced",
        6,
        False,
        "hard",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--set", "steps"), "--set steps: write NAME=VALUE; the names are view, mirror"),
        (("--set", "speed=3"), "--set speed=3: write NAME=VALUE"),
        (("--set", "steps=-1"), "--set steps"),
        (("--set", "first_noise=Infinity"), "--set first_noise"),
        (("--set", "first_noise=0.001"), "--set: first_noise must be larger than last_noise (0.01)"),
        (("--height", 180), "--height 180: must be a person's, in metres"),
        (("--camera-up", "up"), "--camera-up up: write X,Y,Z"),
        (("--camera-up", "0,0,0"), "--camera-up 0,0,0: write X,Y,Z"),
        (("--camera-up", "+z"), "--camera-up +z: needs a calibration with a rotation"),
        (("--set", "optimised_joints=[99]"), "--set optimised_joints"),
        (("--set", "pitches=[]"), "--set pitches"),
        (("--set", "steps=" + "[" * 100000), "--set steps"),
        (("--image-size", "big"), "--image-size big: write width x height"),
        (("--image-size", "²x³"), "--image-size ²x³: write width x height"),
        (("--fov", 0, "-k", "K.json"), "--fov: K.json gives the camera"),
        (("--fov", 60), "--fov 60: the camera is given"),
        (("--person", 7), "--person 7: nobody has this identity"),
        (("--camera-turn", 90), "--camera-turn 90: needs the calibration"),
        (("--fps", 0), "--fps 0: must be above 0"),
    ],
)
def test_bad_words_about_the_camera_and_the_method(zedo, tmp_path, keypoints_npz, words, message):
    code, _, err = zedo("lift", keypoints_npz, *words, "-o", tmp_path / "o.npz")
    assert (code, err.count("\n")) == (2, 1), err
    assert message in err
    assert not (tmp_path / "o.npz").exists()
