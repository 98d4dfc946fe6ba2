"""Data sets that a TOML file describes: their own units, joint order, frame and files."""

import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from scenes import in_front_of_camera, standing_camera, to_pixels, walking
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.skeletons import JOINTS

K = pinhole(1100.0, 1100.0, 500.0, 500.0)
OTHER = ["left ankle", "Pelvis", "RHip", "RKnee", "RAnkle", "LHip", "LKnee", ""]
THEIRS = [6, 0, 1, 2, 3, 4, 5, 9]
"""Joints in another order by other names, of which one is not used."""


def describe(folder, text, points=None, frames=8, **arrays):
    """A description, the files that it names, and the truth in the camera frame."""
    points = in_front_of_camera(frames) if points is None else points
    np.savez(folder / "data.npz", points=to_pixels(points, K), joints=points, **arrays)
    (folder / "K.json").write_text(json.dumps(K.tolist()))
    (folder / "own.toml").write_text(text)
    return folder / "own.toml", points


BASE = 'keypoints = "data.npz:points"\ntruth = "data.npz:joints"\ncamera = "K.json"\nskeleton = "h36m17"\n'


def test_arrays_with_a_camera(tmp_path):
    path, points = describe(tmp_path, BASE)
    data = load_dataset("custom", path)
    assert data.truth == pytest.approx(points)
    assert data.keypoints.points == pytest.approx(to_pixels(points, K), abs=1e-3)
    assert data.joints == tuple(range(17))


def test_units_names_and_another_order(tmp_path):
    points = in_front_of_camera(8)
    text = BASE.replace("data.npz:joints", "theirs.npy") + f"units = 'mm'\njoints = {json.dumps(OTHER)}\n"
    text += "sequence = 'data.npz:take'\ngroup = 'data.npz:action'\n"
    np.save(tmp_path / "theirs.npy", 1000 * points[:, THEIRS])
    takes = np.array(["a", "b"])[np.arange(8) % 2]
    path, _ = describe(tmp_path, text, take=takes, action=np.full(8, "walk"))
    data = load_dataset("custom", path)
    assert data.truth[:, :7] == pytest.approx(points[:, :7])
    assert data.joints == tuple(range(7))
    assert list(data.sequence) == list(takes)
    assert set(data.group) == {"walk"}
    assert data.by_group


def test_without_a_pelvis_it_is_between_the_hips(tmp_path):
    names = ["", *JOINTS[1:]]
    path, points = describe(tmp_path, BASE + f"joints = {json.dumps(names)}\n")
    assert load_dataset("custom", path).truth[:, 0] == pytest.approx(points[:, [1, 4]].mean(1))


def test_the_world_of_a_calibration(tmp_path):
    rotation, translation = standing_camera(0.3)
    world = walking(8)
    seen = world @ rotation.T + translation
    calibration = f"[cam]\nname = 'cam'\nsize = [1000.0, 1000.0]\nmatrix = {K.tolist()}\n"
    vector = Rotation.from_matrix(rotation).as_rotvec().tolist()
    calibration += (
        f"distortions = [0.0, 0.0, 0.0, 0.0]\nrotation = {vector}\ntranslation = {translation.tolist()}\n"
    )
    (tmp_path / "c.toml").write_text(calibration)
    np.savez(tmp_path / "world.npz", joints=world)
    text = BASE.replace("data.npz:joints", "world.npz:joints").replace("K.json", "c.toml")
    path, _ = describe(tmp_path, text + 'frame = "world"\n', points=seen)
    assert load_dataset("custom", path).truth == pytest.approx(seen, abs=1e-6)
    two = calibration + calibration.replace("cam", "other")
    (tmp_path / "c.toml").write_text(two)
    with pytest.raises(InputError, match="has 2 cameras"):
        load_dataset("custom", path)
    named = path.read_text()
    path.write_text(named + 'camera_name = "cam"\n')
    assert load_dataset("custom", path).truth == pytest.approx(seen, abs=1e-6)
    path.write_text(named.replace("c.toml", "K.json"))
    with pytest.raises(InputError, match="frame: needs the place of the camera; give a calibration"):
        load_dataset("custom", path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("truth =", "thruth ="), "own.toml: truth: Field required"),
        (("data.npz:joints", "data.npz:jonts"), "key 'jonts' is missing; the file has joints, points"),
        (("data.npz:joints", "none.npz:joints"), "own.toml: there is no .*none.npz"),
        (('camera = "K.json"', ""), 'no camera is known; write camera = "K.json"'),
        (
            ('skeleton = "h36m17"', 'skeleton = "h36m17"\nunits = "inch"'),
            "units: Input should be 'm', 'cm' or 'mm'",
        ),
        (
            ('skeleton = "h36m17"', 'skeleton = "h36m17"\njoints = ["wheel"]'),
            "joints: 'wheel' is no known joint",
        ),
        (('skeleton = "h36m17"', 'skeleton = "h36m17"\njoints = ["pelvis"]'), "truth: must be an array"),
        (("truth =", "truth"), "own.toml: is truncated or not TOML"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, change, message):
    path, _ = describe(tmp_path, BASE.replace(*change))
    with pytest.raises(InputError, match=message):
        load_dataset("custom", path)
