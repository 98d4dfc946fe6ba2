"""Poses that cannot be right with their camera are noted, and their uncertainty grows."""

from dataclasses import replace

import pytest

from places import EXAMPLE
from zedo_cli import lift
from zedo_cli.cameras.reading import read_camera
from zedo_cli.keypoints.reading import read_keypoints


@pytest.fixture(scope="module")
def example():
    """Ten frames with their camera."""
    files = sorted((EXAMPLE / "openpose/cam01_json").iterdir())[20:30]
    return read_keypoints(files), read_camera(EXAMPLE / "calibration.toml", "cam_01")


def codes(poses):
    return [note.code for note in poses.notes]


def test_a_right_camera_is_not_noted(example):
    poses = lift(*example)
    assert "implausible-poses" not in codes(poses)
    assert poses.meta["summary"].startswith("1 clip; 1 person tracked; joints body_25b; camera cam_01")


def test_a_focal_length_of_a_tenth_is_noted(example):
    keypoints, camera = example
    k = camera.intrinsics.copy()
    k[[0, 1], [0, 1]] /= 10
    poses = lift(keypoints, replace(camera, intrinsics=k))
    assert "implausible-poses" in codes(poses)
    assert poses.uncertainty.mean() > 2 * lift(*example).uncertainty.mean()


def test_joints_of_another_set_are_noted(example):
    keypoints, camera = example
    assert "implausible-poses" in codes(lift(replace(keypoints, skeleton="kinect25"), camera))


def test_a_very_narrow_camera_is_noted(example):
    keypoints, camera = example
    k = camera.intrinsics.copy()
    k[[0, 1], [0, 1]] *= 30
    assert "narrow-camera" in codes(lift(keypoints, replace(camera, intrinsics=k)))


def test_a_camera_name_cannot_write_on_the_terminal(example):
    keypoints, camera = example
    poses = lift(keypoints, replace(camera, name="cam\x1b[2J"))
    assert poses.meta["summary"].isprintable()
