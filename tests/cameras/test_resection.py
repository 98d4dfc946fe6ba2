"""Where a camera stood, from points and pixels."""

import numpy as np
import pytest

from scenes import standing_camera, walking
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.resection import reproject, resect_camera, world_to_camera
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
