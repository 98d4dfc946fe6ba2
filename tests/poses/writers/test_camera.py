"""Cameras beside the poses."""

import json

import numpy as np

from motions import WORLD, filmed, walker
from zedo_cli.cameras.reading import read_camera
from zedo_cli.poses.writing import write_poses


def test_the_world_seen_by_the_camera(tmp_path):
    poses = filmed(walker(), image_size=[1920, 1080], distortion=[0.1, 0.0, 0.0, 0.0])
    write_poses(poses, tmp_path / "o.camera.json")
    (camera,) = json.loads((tmp_path / "o.camera.json").read_text())["cameras"]
    points = walker() @ np.array(camera["rotation"]).T + camera["translation"]
    np.testing.assert_allclose(points, WORLD.to_camera(walker()), atol=1e-4)
    again = read_camera(tmp_path / "o.camera.json")
    np.testing.assert_allclose(again.intrinsics, poses.intrinsics[0])
    assert (again.size, again.distortion.tolist()) == ((1920.0, 1080.0), [0.1, 0.0, 0.0, 0.0])
