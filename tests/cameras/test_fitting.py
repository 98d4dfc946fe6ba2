"""Cameras against OpenCV, in other resolutions, turned, and matched to clips by name."""

import cv2
import numpy as np
import pytest

from camera_files import FILES, K
from places import EXAMPLE
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.fitting import fitted
from zedo_cli.cameras.reading import cameras_of_clips, read_camera, read_cameras
from zedo_cli.errors import InputError
from zedo_cli.keypoints.reading import read_keypoints

GRID = np.stack(np.meshgrid(np.linspace(0, 1280, 9), np.linspace(0, 720, 7)), -1).reshape(-1, 2)


@pytest.mark.parametrize(
    "coefficients",
    [
        [-0.2, 0.05, 1e-3, -2e-3],
        [0.1, -0.05, 0, 0, 0.01],
        [0.3, -0.1, 5e-4, -2e-4, 0.01, 0.32, -0.05, 0.02],
        [0.3, -0.1, 5e-4, -2e-4, 0.01, 0.32, -0.05, 0.02, 1e-3, -1e-3, 2e-3, 1e-3],
        [0.1, -0.1, 5e-4, -2e-4, 0.01, 0.12, -0.05, 0.02, 1e-3, -1e-3, 2e-3, 1e-3, 0.02, -0.03],
    ],
)
def test_lens_models_are_opencvs(coefficients):
    camera = Camera("c", K, np.array(coefficients))
    rays = np.concatenate([GRID @ [[1e-3, 0], [0, 1e-3]] - [0.64, 0.36], np.ones((len(GRID), 1))], axis=1)
    theirs = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), K, np.array(coefficients))[0].reshape(-1, 2)
    pinhole = rays @ K.T
    assert camera.distort(pinhole[:, :2]) == pytest.approx(theirs, abs=1e-6)
    assert camera.undistort(theirs) == pytest.approx(pinhole[:, :2], abs=1e-4)
    back = cv2.undistortPoints(theirs[:, None], K, np.array(coefficients), None, None, K).reshape(-1, 2)
    assert np.median(np.abs(camera.undistort(theirs) - back)) < 0.1  # five fixed-point iterations there


def test_the_fisheye_is_opencvs():
    coefficients = np.array([0.05, -0.01, 0.002, -0.001])
    theirs = cv2.fisheye.undistortPoints(GRID[:, None], K, coefficients, None, K).reshape(-1, 2)
    assert Camera("c", K, coefficients, True).undistort(GRID) == pytest.approx(theirs, abs=0.01)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_camera_sees_the_turned_picture(quarters):
    camera = Camera("c", K, np.array([-0.2, 0.05, 1e-3, -2e-3, 0.01]), size=(1280, 720))
    turned, pixels, ideal, (width, height) = (
        camera.turned(quarters),
        GRID,
        camera.undistort(GRID),
        (1280, 720),
    )
    for _ in range(quarters):
        pixels, ideal = (np.stack([height - 1 - p[:, 1], p[:, 0]], 1) for p in (pixels, ideal))
        width, height = height, width
    assert turned.size == (width, height)
    assert turned.undistort(pixels) == pytest.approx(ideal, abs=1e-4)


def example(scale=1.0, turn=False):
    keypoints = read_keypoints(EXAMPLE / "openpose/cam01_json")
    points = keypoints.points * scale
    object.__setattr__(keypoints, "points", points[..., ::-1] if turn else points)
    return keypoints


def test_a_film_of_another_resolution_scales_the_camera():
    camera = read_camera(EXAMPLE / "calibration.toml", "cam_01")
    fit = fitted(camera, "clip", (2176.0, 3840.0), example(2))
    assert fit.camera.intrinsics[0, 0] == pytest.approx(2 * camera.intrinsics[0, 0])
    assert fit.notes[0].code == "camera-scaled"


def test_keypoints_outside_the_image_are_warned_about_and_refused():
    camera = read_camera(EXAMPLE / "calibration.toml", "cam_01")
    assert not fitted(camera, "clip", None, example()).notes
    fit = fitted(camera, "clip", None, example(1.6))
    assert fit.caution > 1
    assert fit.notes[0].code == "keypoints-outside-image"
    with pytest.raises(InputError, match="of the confident keypoints lie outside"):
        fitted(camera, "clip", None, example(4))


def test_a_film_on_its_side_turns_the_camera():
    camera = read_camera(EXAMPLE / "calibration.toml", "cam_01")
    fit = fitted(camera, "clip", (1920.0, 1088.0), example(turn=True))
    assert fit.camera.size == (1920, 1088)
    assert fit.notes[0].code == "camera-turned"


def test_clips_take_the_cameras_of_their_names():
    cameras = read_cameras(EXAMPLE / "calibration.toml")
    chosen = cameras_of_clips(cameras, ["x/cam02_json", "y/Cam1"], "calibration.toml")
    assert [camera.name for camera in chosen] == ["cam_02", "cam_01"]
    with pytest.raises(InputError, match="no camera has the name of this clip"):
        cameras_of_clips(cameras, ["side"], "calibration.toml")
    with pytest.raises(InputError, match="no camera has the name"):
        cameras_of_clips(cameras[:1], ["cam02_json"], "calibration.toml")


def written_by_opencv(path):
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    storage.write("image_width", 1280)
    storage.write("image_height", 720)
    storage.write("camera_matrix", K)
    storage.write("distortion_coefficients", np.array([[0.1, 0.01, 0, 0, 0.0]]))
    storage.release()


@pytest.mark.parametrize("extension", ["yml", "xml", "json"])
def test_files_that_opencv_writes(tmp_path, extension):
    path = tmp_path / f"calibration.{extension}"
    written_by_opencv(path)
    camera = read_camera(path)
    assert camera.intrinsics == pytest.approx(K)
    assert camera.distortion == pytest.approx([0.1, 0.01, 0, 0, 0])
    assert camera.size == (1280, 720)


@pytest.mark.parametrize("name", FILES)
def test_other_shapes_of_the_same_camera(tmp_path, name):
    (tmp_path / name).write_text(FILES[name])
    assert read_camera(tmp_path / name).intrinsics == pytest.approx(K)


def test_npz_of_opencv_users(tmp_path):
    np.savez(tmp_path / "c.npz", mtx=K, dist=np.array([[0.1, 0, 0, 0, 0]]))
    camera = read_camera(tmp_path / "c.npz")
    assert camera.intrinsics == pytest.approx(K)
    assert camera.distortion[0] == pytest.approx(0.1)
