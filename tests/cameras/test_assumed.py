"""Cameras that are assumed or read from a photograph."""

import math

import pytest
from PIL import Image

from zedo_cli.cameras.assumed import assumed_camera
from zedo_cli.cameras.reading import read_camera
from zedo_cli.errors import InputError


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_the_longer_side_spans_the_angle(size):
    camera = assumed_camera(size, 90)
    assert camera.intrinsics[0, 0] == pytest.approx(960)
    assert camera.intrinsics[:2, 2].tolist() == [size[0] / 2, size[1] / 2]
    assert 2 * math.degrees(math.atan(960 / assumed_camera(size).intrinsics[1, 1])) == pytest.approx(60)


@pytest.mark.parametrize(("size", "fov", "word"), [((0, 100), None, "image_size"), ((100, 100), 200, "fov")])
def test_impossible_cameras(size, fov, word):
    with pytest.raises(InputError, match=word):
        assumed_camera(size, fov)


def test_a_photograph_tells_its_focal_length(tmp_path):
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif.get_ifd(0x8769)[41989] = 27
    Image.new("RGB", (400, 300)).save(path, exif=exif)
    camera = read_camera(path)
    assert camera.intrinsics.tolist() == [[300, 0, 200], [0, 300, 150], [0, 0, 1]]
    assert camera.size == (400, 300)


def test_photographs_that_tell_nothing(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (400, 300)).save(path)
    with pytest.raises(
        InputError, match="no 35 mm focal length; give K, or leave the camera out and give image_size 400x300"
    ):
        read_camera(path)
    path.write_bytes(b"no image")
    with pytest.raises(InputError, match="is not an image"):
        read_camera(path)


def test_a_photograph_stored_on_its_side_is_turned(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[41989] = 27
    exif[274] = 6
    Image.new("RGB", (400, 300)).save(tmp_path / "photo.jpg", exif=exif)
    camera = read_camera(tmp_path / "photo.jpg")
    assert camera.size == (300, 400)
    assert camera.intrinsics.tolist() == [[300, 0, 150], [0, 300, 200], [0, 0, 1]]
