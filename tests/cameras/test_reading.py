"""Cameras: files, distortion and its inverse."""

import json

import numpy as np
import pytest

from places import EXAMPLE
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.cameras.reading import read_camera
from zedo_cli.errors import InputError

K = np.array([[1000.0, 0, 640], [0, 1010, 360], [0, 0, 1]])
GRID = np.stack(np.meshgrid(np.linspace(0, 1280, 9), np.linspace(0, 720, 7)), -1).reshape(-1, 2)


@pytest.mark.parametrize(
    ("distortion", "fisheye"),
    [
        ([], False),
        ([-0.2, 0.05, 1e-3, -2e-3], False),
        ([0.1, -0.05, 0, 0, 0.01], False),
        ([0.05, -0.01, 0.002, 0], True),
    ],
)
def test_undistort_inverts_distort(distortion, fisheye):
    camera = Camera("c", K, np.array(distortion), fisheye)
    assert camera.undistort(camera.distort(GRID)) == pytest.approx(GRID, abs=1e-6)
    assert camera.distort(camera.undistort(GRID)) == pytest.approx(GRID, abs=1e-6)


def test_strong_distortion_is_inverted_or_given_up():
    camera = Camera("c", np.array([[800.0, 0, 960], [0, 800, 540], [0, 0, 1]]), np.array([-0.35, 0.12, 0, 0]))
    corners = np.array([[0.0, 0], [1920, 1080], [960, 540], [100, 900]])
    assert camera.distort(camera.undistort(corners)) == pytest.approx(corners, abs=0.1)
    folded = Camera("c", camera.intrinsics, np.array([-0.35]))
    assert np.isnan(folded.undistort(np.array([[-9_000.0, 540]]))).all()


def test_radial_distortion_by_hand():
    """OpenCV's model at x = 0.3, y = 0: x (1 + k1 r2 + k2 r4) + p2 (r2 + 2 x2)."""
    camera = Camera("c", K, np.array([0.1, 0.2, 0.0, 0.01]))
    seen = camera.distort(np.array([[640 + 300.0, 360]]))
    assert seen[0, 0] == pytest.approx(640 + 1000 * (0.3 * (1 + 0.1 * 0.09 + 0.2 * 0.0081) + 0.01 * 3 * 0.09))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("k.json", json.dumps(K.tolist())),
        ("f.json", json.dumps({"fx": 1000, "fy": 1010, "cx": 640, "cy": 360})),
    ],
)
def test_json(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert read_camera(tmp_path / name).intrinsics == pytest.approx(K)


def test_json_with_size_and_distortion(tmp_path):
    values = {
        "fx": 100,
        "fy": 200,
        "cx": 3,
        "cy": 4,
        "width": 640,
        "height": 480,
        "distortion": [0.1, 0, 0, 0],
    }
    (tmp_path / "c.json").write_text(json.dumps(values))
    camera = read_camera(tmp_path / "c.json")
    assert camera.size == (640, 480)
    assert camera.distortion.tolist() == [0.1, 0, 0, 0]


def test_npy(tmp_path):
    np.save(tmp_path / "k.npy", K)
    assert read_camera(tmp_path / "k.npy").intrinsics == pytest.approx(K)


def test_real_calibration():
    camera = read_camera(EXAMPLE / "calibration.toml", "cam_03")
    assert camera.intrinsics[0, 0] == pytest.approx(1681.598388671875)
    assert camera.size == (1088, 1920)
    assert len(camera.distortion) == 4


BAD = {
    "shape.json": ("[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]", "shape [4, 4]"),
    "zero.json": ("[[0, 0, 1], [0, 100, 1], [0, 0, 1]]", "fx = 0, fy = 100 must be positive"),
    "negative.json": ("[[-500, 0, 1], [0, 100, 1], [0, 0, 1]]", "must be positive"),
    "transposed.json": ("[[500, 0, 0], [0, 500, 0], [2, 2, 1]]", "transposed"),
    "normalised.json": ("[[1.2, 0, 0.5], [0, 1.2, 0.5], [0, 0, 1]]", "look normalised"),
    "distortion.json": ('{"fx": 900, "fy": 900, "cx": 1, "cy": 1, "distortion": [NaN]}', "NaN or infinity"),
    "nan.json": ("[[NaN, 0, 0], [0, 5, 0], [0, 0, 1]]", "NaN"),
    "text.json": ('[["a", 0, 0], [0, 5, 0], [0, 0, 1]]', "not a 3x3 matrix"),
    "keys.json": ('{"fx": 1, "fy": 1, "cx": 1}', "cy"),
    "empty.json": ("", "is empty"),
    "truncated.json": ("[[1, 0", "truncated"),
    "broken.toml": ("[cam", "not TOML"),
    "nocamera.toml": ("[metadata]\nerror = 0.0\n", "no camera"),
    "matrix.toml": ("[a]\nmatrix = [[1.0]]\n", "shape [1, 1]"),
    "bad.npy": ("x", "not an NPY"),
    "k.xml": ("<a/>", "not a file of OpenCV"),
    "k.abc": ("<a/>", "unknown kind"),
    "k.yaml": ("a: [1", "not YAML"),
    "k.txt": ("1 2 3", "shape [3]"),
    "count.json": (
        '{"fx": 900, "fy": 900, "cx": 1, "cy": 1, "distortion": [1,2,3,4,5,6,7,8,9,1,1,1,1,1,1]}',
        "15 distortion",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(tmp_path, name):
    content, message = BAD[name]
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=name) as error:
        read_camera(tmp_path / name)
    assert message in str(error.value)


def test_a_calibration_of_several_needs_a_choice():
    with pytest.raises(InputError, match=r"choose one by name with camera: cam_01, cam_02"):
        read_camera(EXAMPLE / "calibration.toml")
    with pytest.raises(InputError, match="no camera 'cam_9'"):
        read_camera(EXAMPLE / "calibration.toml", "cam_9")


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such camera file"):
        read_camera(tmp_path / "k.json")


def test_a_focal_length_in_millimetres_is_refused():
    """28 mm with a principal point in pixels: the angle would be 177 degrees."""
    with pytest.raises(InputError, match="field of view of about 177 degrees, as in millimetres"):
        checked_intrinsics([[28, 0, 960], [0, 28, 540], [0, 0, 1]], "K.json")
    assert checked_intrinsics([[330, 0, 960], [0, 330, 540], [0, 0, 1]], "K.json") is not None
