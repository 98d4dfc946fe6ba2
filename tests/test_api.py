"""The public API, and the examples that document it."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

import zedo_cli as zedo
from places import EXAMPLE, ROOT
from zedo_cli.cameras.reading import read_camera
from zedo_cli.keypoints.container import joined
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise

K = [[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]]
FOLDER, CALIBRATION = EXAMPLE / "openpose" / "cam01_json", EXAMPLE / "calibration.toml"


@pytest.fixture(scope="module")
def camera():
    return read_camera(CALIBRATION, "cam_01")


@pytest.fixture(scope="module")
def detected():
    return read_keypoints(FOLDER).take(np.arange(6))


def test_importing_the_package_does_not_import_torch_and_the_public_names_are_there():
    code = (
        "import sys, zedo_cli\n"
        "assert not {'torch', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "print(*dir(zedo_cli))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == list(zedo.__all__)
    assert all(getattr(zedo, name) is not None for name in zedo.__all__)
    with pytest.raises(AttributeError, match="no attribute 'lyft'"):
        _ = zedo.lyft


def test_lifting_does_not_import_roma_or_readers_of_other_formats(tmp_path):
    np.savez(
        tmp_path / "a.npz", keypoints=np.random.default_rng(0).uniform(300, 700, (1, 17, 2)), intrinsics=K
    )
    code = (
        "import sys, zedo_cli as zedo\n"
        f"zedo.lift({str(tmp_path / 'a.npz')!r}, skeleton='h36m17', preset='fast')\n"
        "unwanted = {'roma', 'torch._dynamo', 'scipy', 'matplotlib', 'zedo_cli.keypoints.readers.openpose'}\n"
        "assert not unwanted & set(sys.modules), unwanted & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["python_api.py", "custom_denoiser.py", "custom_reader.py"])
def test_the_examples_run(name):
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_paths_may_be_text_and_lists(camera):
    as_text = zedo.lift(str(FOLDER), camera, preset="fast")
    as_list = zedo.lift([FOLDER], camera, preset="fast")
    assert np.array_equal(as_text.poses_3d, as_list.poses_3d)
    files = sorted(FOLDER.iterdir())[:3]
    assert len(zedo.lift(files, camera, preset="fast")) == 3


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor, np.ndarray.tolist])
def test_arrays_of_any_skeleton_are_mapped(detected, camera, convert):
    """An array on a detector's joints is the same as the file that it came from."""
    pinhole = camera.undistort(detected.points)
    from_array = zedo.lift(
        convert(pinhole),
        confidence=convert(detected.confidence),
        skeleton="body_25b",
        intrinsics=convert(camera.intrinsics),
        preset="fast",
    )
    from_file = zedo.Lifter(preset="fast", clips=False).lift(detected, camera)
    assert np.abs(from_array.poses_3d - from_file.poses_3d).max() < 0.01
    assert from_array.meta["skeleton"] == "body_25b"


def test_confidence_may_be_the_third_number_and_zeros_are_missing(detected):
    both = np.concatenate([detected.points, detected.confidence[..., None]], axis=-1)
    keypoints = zedo.Keypoints.from_arrays(both, skeleton="body_25b")
    assert np.array_equal(keypoints.confidence, detected.confidence)
    points = np.ones((1, 17, 2))
    points[0, 3], points[0, 4] = 0, np.nan
    assert zedo.Keypoints.from_arrays(points).confidence[0, :6].tolist() == [1, 1, 1, 0, 0, 1]


def test_rows_of_an_array_share_nothing_unless_they_are_a_clip(detected):
    assert zedo.Keypoints.from_arrays(detected.points).static == (False,)
    clip = zedo.Keypoints.from_arrays(detected.points, clip=np.zeros(6, int))
    assert clip.static == clip.tracked == (True,)
    twice = zedo.Keypoints.from_arrays(detected.points, clip=np.zeros(6, int), frame=[0, 0, 1, 1, 2, 2])
    assert twice.tracked == (False,)


BAD = {
    "type": ({"keypoints": "nowhere"}, "nowhere: no such file or folder"),
    "objects": ({"keypoints": {"a": 1}}, "keypoints: must be a NumPy array or a torch tensor of numbers"),
    "shape": ({"keypoints": np.ones((17, 2))}, r"keypoints: have shape \[17, 2\]; they must be \[N, J, 2\]"),
    "joints": ({"skeleton": "body_25"}, "17 joints for each person, but 'body_25' has 25"),
    "skeleton": ({"skeleton": "octopus"}, "skeleton=octopus: unknown; it is one of h36m17, coco17"),
    "camera": ({"intrinsics": None}, "no camera is known; give the camera with intrinsics"),
    "both": ({"camera": CALIBRATION}, "intrinsics: the camera has them already"),
    "K": ({"intrinsics": np.eye(4)}, r"intrinsics: has shape \[4, 4\]; it must be \[3, 3\]"),
    "millimetres": ({"intrinsics": np.diag([4.0, 4.0, 1])}, "look normalised, or in millimetres"),
    "confidence": (
        {"confidence": np.ones((3, 16))},
        r"confidence: has shape \[3, 16\]; it must be \[3, 17\]",
    ),
    "preset": ({"preset": "magic"}, "preset=magic: unknown; it is one of paper, fast, balanced, best"),
    "samples": ({"samples": 0}, "samples=0: must be a whole number of at least 1"),
    "fraction": ({"samples": 1.5}, "samples=1.5: must be a whole number"),
    "nothing": ({"keypoints": []}, "keypoints: no files are given"),
    "image size": ({"image_size": (0, 1000)}, "image_size"),
    "prior of another kind": ({"prior": 3}, "prior: must be a loaded prior, the name"),
    "camera of another kind": ({"camera": "a.xyz", "intrinsics": None}, "unknown kind of camera file '.xyz'"),
    "matrix": ({"camera": np.eye(4), "intrinsics": None}, r"\[4, 4\]"),
    "clusters": ({"preset": "paper", "samples": 7}, "samples=7: preset 'paper' starts from stored clusters"),
    "prior": ({"prior": "nowhere.safetensors"}, "nowhere.safetensors: no such checkpoint"),
    "device": ({"device": "abacus"}, "device=abacus: unknown; it is one of auto, cpu, cuda"),
    "vertical": ({"known": zedo.SideInformation(up=np.zeros((2, 3)))}, "up: has 2 rows for 3 people"),
}


SIDE_INFORMATION = {
    "shape": ({"up": [0, 1]}, r"up: has shape \[2\]; it must be \[3\]"),
    "nan": ({"up": [0, np.nan, 0]}, "up: must be finite"),
    "text": ({"bones": "long"}, "bones: must be an array of numbers"),
    "bones": ({"bones": np.ones(9)}, r"bones: has shape \[9\]"),
    "negative": ({"bones": -np.ones(10)}, "bones: must be lengths"),
    "centimetres": ({"height": 180}, "height=180: must be a person's, in metres"),
    "height": ({"height": "1.8"}, "height='1.8': must be a person's"),
}


@pytest.mark.parametrize("name", SIDE_INFORMATION)
def test_side_information_is_checked(name):
    values, message = SIDE_INFORMATION[name]
    with pytest.raises(zedo.InputError, match=message):
        zedo.SideInformation(**values)


def test_side_information_may_be_lists_of_any_length_and_zeros_are_unknown(detected, camera):
    lifter = zedo.Lifter("open-small", "fast")
    short, long = ([0, -1, 0], [0, -100, 0])
    same = [lifter.lift(detected, camera, zedo.SideInformation(up=up)).poses_3d for up in (short, long)]
    assert np.array_equal(*same)
    unknown = lifter.lift(detected, camera, zedo.SideInformation(up=[0, 0, 0], bones=[0] * 10))
    assert np.array_equal(unknown.poses_3d, lifter.lift(detected, camera).poses_3d)


def test_a_camera_may_be_a_matrix_or_assumed(detected):
    lifter = zedo.Lifter("open-small", "fast")
    assert len(lifter.lift(detected, K)) == len(detected)
    poses = zedo.lift(detected, image_size=(1088, 1920), prior="open-small", preset="fast")
    assert "camera-assumed" in [note.code for note in poses.notes]


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_name_the_parameter(name):
    changes, message = BAD[name]
    points = np.random.default_rng(0).uniform(300, 700, (3, 17, 2))
    arguments = {"keypoints": points, "skeleton": "h36m17", "intrinsics": K} | changes
    with pytest.raises(zedo.InputError, match=message):
        zedo.lift(**arguments)


def test_a_row_depends_on_its_own_track_alone(prior, camera):
    """Not on the batch, the order of the rows, or what else is lifted with it."""
    one, other = (
        standardise(read_keypoints(EXAMPLE / f"openpose/cam0{i}_json"), read_camera(CALIBRATION, f"cam_0{i}"))
        for i in (1, 2)
    )
    lifter = zedo.Lifter(prior, "fast", samples=3)
    alone = lifter.lift(one)
    small = zedo.Lifter(prior, "fast", samples=3, batch_size=7).lift(one)
    together = lifter.lift(joined([other, one]))
    order = np.random.default_rng(0).permutation(len(one))
    shuffled = lifter.lift(one.take(order))
    for name in ("poses_3d", "hypotheses_3d", "uncertainty"):
        expected = getattr(alone, name)
        assert np.abs(getattr(small, name) - expected).max() < 1e-4
        assert np.abs(getattr(together, name)[len(other) :] - expected).max() < 1e-4
        assert np.abs(getattr(shuffled, name) - expected[order]).max() < 1e-4


def test_another_input_does_not_change_a_clip(prior, camera):
    """Two people in a frame without identities are no tracks; the clip beside them is still one."""
    clip = standardise(read_keypoints(EXAMPLE / "openpose/cam01_json"), camera).take(np.arange(12))
    crowd = replace(joined([clip.take(np.arange(2))] * 2), tracked=False)
    lifter = zedo.Lifter(prior, "fast")
    together = lifter.lift(joined([crowd, clip])).poses_3d
    assert np.abs(together[len(crowd) :] - lifter.lift(clip).poses_3d).max() < 1e-4


def test_a_stream_gives_the_clips_in_order(detected, camera):
    lifter = zedo.Lifter("open-small", "fast")
    clips = [detected.take(np.arange(2)), detected.take(np.arange(2, 6))]
    lifted = list(lifter.lift_each(clips, camera))
    assert [len(poses) for poses in lifted] == [2, 4]
    assert np.allclose(lifted[1].poses_3d, lifter.lift(clips[1], camera).poses_3d)


def test_a_lifted_pose_can_be_lifted_again(detected, camera):
    """Standardised keypoints stay as they are."""
    once = standardise(detected, camera)
    again = standardise(once)
    assert np.array_equal(once.points, again.points)
    assert (again.skeleton, again.detected_skeleton, again.notes) == ("h36m17", "body_25b", once.notes)
