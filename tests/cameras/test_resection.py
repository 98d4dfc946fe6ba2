"""Where a camera stood, from points and pixels."""

import numpy as np
import pytest

from scenes import standing_camera, walking
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.resection import calibrate_camera, reproject, resect_camera, world_to_camera
from zedo_cli.errors import InputError

ROTATION, TRANSLATION = standing_camera(1.1)
K = np.array([[1145.0, 0, 512], [0, 1143.0, 515], [0, 0, 1]])
TRUE = Camera(
    "true", K, np.array([-0.2, 0.24, -0.001, -0.002, -0.002]), rotation=ROTATION, translation=TRANSLATION
)
POINTS = walking(60).reshape(-1, 3)


def test_exact_pixels_give_the_camera_and_its_lens():
    found = resect_camera(POINTS, reproject(TRUE, POINTS), K, "found")
    assert found.rotation == pytest.approx(ROTATION, abs=1e-6)
    assert found.translation == pytest.approx(TRANSLATION, abs=1e-5)
    assert world_to_camera(found, POINTS) == pytest.approx(world_to_camera(TRUE, POINTS), abs=1e-5)
    assert found.distortion[:2] == pytest.approx(TRUE.distortion[:2], abs=1e-3)


def test_noise_outliers_and_gaps_do_little():
    generator = np.random.default_rng(0)
    pixels = reproject(TRUE, POINTS) + 3 * generator.normal(size=(len(POINTS), 2))
    pixels[::20] += 300
    pixels[5] = np.nan
    found = resect_camera(POINTS, pixels, K, "found")
    assert np.abs(world_to_camera(found, POINTS) - world_to_camera(TRUE, POINTS)).max() < 0.03


def test_too_few_points():
    with pytest.raises(InputError, match="cam: 5 points are too few"):
        resect_camera(POINTS[:5], POINTS[:5, :2], K, "cam")


def test_exact_pixels_give_an_unknown_lens_too():
    found = calibrate_camera(POINTS, reproject(TRUE, POINTS), "found", (1000.0, 1002.0))
    assert found.intrinsics == pytest.approx(K, abs=0.05)
    assert found.rotation == pytest.approx(ROTATION, abs=1e-5)
    assert found.translation == pytest.approx(TRANSLATION, abs=1e-4)
    assert found.size == (1000.0, 1002.0)
    assert reproject(found, POINTS) == pytest.approx(reproject(TRUE, POINTS), abs=0.01)


def test_noise_does_little_to_an_unknown_lens():
    generator = np.random.default_rng(1)
    pixels = reproject(TRUE, POINTS) + generator.normal(size=(len(POINTS), 2))
    found = calibrate_camera(POINTS, pixels, "found")
    assert np.abs(np.diag(found.intrinsics)[:2] / np.diag(K)[:2] - 1).max() < 0.02
    assert np.median(np.linalg.norm(reproject(found, POINTS) - reproject(TRUE, POINTS), axis=-1)) < 0.3


def test_points_that_tell_no_camera_are_refused():
    flat = np.random.default_rng(0).uniform(-1, 1, (60, 2)) @ np.array([[1.0, 0, 1], [0, 1, 1]])
    for points in (flat, np.tile(POINTS[:1], (60, 1))):
        with pytest.raises(InputError, match="cam: the points lie in a plane"):
            calibrate_camera(points, reproject(TRUE, points), "cam")
    mirrored = reproject(TRUE, POINTS) * [-1, 1] + [1000, 0]
    with pytest.raises(InputError, match="cam: the points and their pixels do not tell a camera"):
        calibrate_camera(POINTS, mirrored, "cam")
    with pytest.raises(InputError, match="cam: 5 points are too few"):
        calibrate_camera(POINTS[:5], POINTS[:5, :2], "cam")
