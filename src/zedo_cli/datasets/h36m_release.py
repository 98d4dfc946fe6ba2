"""Human3.6M as its owners release it, or as 3d-pose-baseline repacked it: a folder for each subject.

Poses: `S9/MyPoseFeatures/D3_Positions/*.cdf` (variable `Pose`, frames of 96 numbers), or
`S9/MyPoses/3D_positions/*.h5` (`3D_positions [96, F]`), 32 joints in world millimetres. Cameras:
`metadata.xml` of the release, or `cameras.h5`. Detections `sh`: `S9/StackedHourglass/*.h5` (`poses [F, 16,
2]` px).
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import pinhole, project
from zedo_cli.cameras.resection import world_to_camera
from zedo_cli.datasets.h36m_protocol import CAMERAS, DAMAGED, SIZES, SOURCE, SUBJECTS, TITLE, view
from zedo_cli.datasets.hdf5 import values
from zedo_cli.datasets.layouts import array, extra, find, not_found
from zedo_cli.errors import InputError
from zedo_cli.io.files import read_bytes
from zedo_cli.io.hdf5 import open_hdf5
from zedo_cli.mocap.h36m import KEPT

FOLDERS = ("", "h36m")
POSES = {"MyPoses/3D_positions": "*.h5", "MyPoseFeatures/D3_Positions": "*.cdf"}
"""Folders of a subject, and the files in them."""

METADATA, CAMERAS_H5 = "metadata.xml", "cameras.h5"

_SUBJECTS = 11
"""Of the release, with those whose poses are withheld; `metadata.xml` has a camera pose for each."""

_OUTSIDE = 0.5
"""Share of the joints beyond the image, or behind the camera, above which the cameras are not those of the
poses."""

MM = 0.001


def poses_in(root: Path) -> dict[str, Path]:
    """The folder of poses of each test subject that has one."""
    found = {}
    for subject in SUBJECTS:
        for folder in FOLDERS:
            for poses, pattern in POSES.items():
                path = root / folder / subject / poses
                if subject not in found and any(path.glob(pattern)):
                    found[subject] = path
    return found


def read_release(
    root: Path, keypoints: str
) -> tuple[
    dict[tuple[str, str], np.ndarray],
    dict[tuple[str, str], list[np.ndarray]] | None,
    dict[tuple[str, int], Camera],
]:
    """Poses `[F, 17, 3]` (world m) by subject and action, keypoints `[F, 17, 2]` px of the four cameras or
    None for exact ones, and the cameras by subject and number.

    Raises `InputError` for what is missing or damaged, and for cameras that do not see the people.
    """
    folders = poses_in(root)
    recorded = {
        (subject, path.stem): _poses(path)
        for subject, folder in folders.items()
        for path in sorted(folder.iterdir())
        if path.suffix in (".h5", ".cdf") and f"{subject} {path.stem}" != DAMAGED
    }
    cameras = _cameras(root, tuple(folders))
    for (subject, number), camera in cameras.items():
        _check(camera, [joints for (name, _), joints in recorded.items() if name == subject], number)
    if keypoints == "gt":
        return recorded, None, cameras
    if keypoints != "sh":
        raise InputError(
            f"the release has gt and sh, not '{keypoints}'", setting="keypoints", value=keypoints
        )
    return recorded, _hourglass(root, recorded), cameras


def _poses(path: Path) -> np.ndarray:
    """Joints `[F, 17, 3]` m of a recording."""
    if path.suffix == ".h5":
        with open_hdf5(path, "eval") as file:
            flat = array(values(file, "3D_positions"), (96, None), f"{path}: 3D_positions").T
    else:
        flat = array(_cdf(path), (None, 96), f"{path}: Pose")
    if not len(flat):
        raise InputError("holds no frame", source=path)
    return np.asarray(flat.reshape(-1, 32, 3)[:, KEPT] * MM)


def _cdf(path: Path) -> np.ndarray:
    """The variable `Pose` of NASA's Common Data Format, `[F, 96]`."""
    cdflib = extra("cdflib", path)
    try:
        with cdflib.CDF(path) as file:
            poses = np.asarray(file.varget("Pose"))
    except Exception as error:  # cdflib meets damaged files with whatever they provoke
        raise InputError("is not a CDF file with 'Pose', or is damaged", source=path) from error
    return poses.reshape(-1, poses.shape[-1]) if poses.ndim > 2 else poses


def _cameras(root: Path, subjects: tuple[str, ...]) -> dict[tuple[str, int], Camera]:
    if path := find(root, METADATA, inside=FOLDERS):
        numbers = _metadata(path)
        return {
            (subject, i): _of_metadata(numbers, subject, i)
            for subject in subjects
            for i in range(len(CAMERAS))
        }
    if path := find(root, CAMERAS_H5, inside=FOLDERS):
        with open_hdf5(path, "eval") as file:
            return {
                (subject, i): _of_hdf5(file, path, subject, i)
                for subject in subjects
                for i in range(len(CAMERAS))
            }
    raise not_found(root, f"cameras of {TITLE}", f"{METADATA} or {CAMERAS_H5}", SOURCE)


def _metadata(path: Path) -> np.ndarray:
    """The 300 numbers of `<w0>`: poses of 4 cameras for 11 subjects, then 4 lenses."""
    found = re.search(r"<w0>(.*?)</w0>", read_bytes(path).decode("latin1"), re.DOTALL)
    texts = re.findall(r"[-+]?\d[\d.]*(?:[eE][-+]?\d+)?", found[1]) if found else []
    try:
        numbers = array(np.array([float(text) for text in texts]), (None,), f"{path}: <w0>")
    except ValueError as error:
        raise InputError(f"<w0> holds no numbers ({error})", source=path) from error
    if len(numbers) != 300:
        raise InputError(f"<w0> must hold 300 numbers, but holds {len(numbers)}", source=path)
    return numbers


def _of_metadata(numbers: np.ndarray, subject: str, camera: int) -> Camera:
    start = 6 * (camera * _SUBJECTS + int(subject[1:]) - 1)
    turn, place = numbers[start : start + 3], numbers[start + 3 : start + 6]
    lens = numbers[264 + 9 * camera : 273 + 9 * camera]
    x, y, z = ((np.cos(angle), np.sin(angle)) for angle in turn)
    rotation = (
        np.array([[1, 0, 0], [0, x[0], -x[1]], [0, x[1], x[0]]])
        @ np.array([[y[0], 0, y[1]], [0, 1, 0], [-y[1], 0, y[0]]])
        @ np.array([[z[0], -z[1], 0], [z[1], z[0], 0], [0, 0, 1]])
    )
    return _camera(subject, camera, rotation, place, (lens[:2], lens[2:4], lens[4:7], lens[7:9]))


def _of_hdf5(file: Any, path: Path, subject: str, camera: int) -> Camera:
    """A camera of 3d-pose-baseline's file; MATLAB wrote R by columns."""
    group = f"subject{subject[1:]}/camera{camera + 1}"

    def part(key: str, size: int) -> np.ndarray:
        return array(values(file, f"{group}/{key}").ravel(), (size,), f"{path}: {group}/{key}")

    lens = (part("f", 2), part("c", 2), part("k", 3), part("p", 2))
    return _camera(subject, camera, part("R", 9).reshape(3, 3).T, part("T", 3), lens)


def _camera(
    subject: str, number: int, rotation: np.ndarray, place: np.ndarray, lens: tuple[np.ndarray, ...]
) -> Camera:
    """place: of the camera in the world, mm. lens: focal lengths, centre, three radial and two tangential
    coefficients."""
    f, c, k, p = lens
    return Camera(
        f"{TITLE} {subject} {CAMERAS[number]}",
        pinhole(*f, *c),
        np.array([k[0], k[1], p[0], p[1], k[2]]),
        size=SIZES[number],
        rotation=rotation,
        translation=-rotation @ (place * MM),
    )


def _check(camera: Camera, recordings: list[np.ndarray], number: int) -> None:
    """Raises `InputError` if a camera does not see its subject."""
    points = world_to_camera(camera, np.concatenate(recordings))
    pixels = project(points, camera.intrinsics)
    inside = (points[..., 2] > 0) & (pixels > 0).all(-1) & (pixels < SIZES[number]).all(-1)
    if inside.mean() < _OUTSIDE:
        text = f"sees {inside.mean():.0%} of the joints of its subject: is it the camera of these poses?"
        raise InputError(text, source=camera.name)


def _hourglass(
    root: Path, recorded: dict[tuple[str, str], np.ndarray]
) -> dict[tuple[str, str], list[np.ndarray]]:
    """Detections of each recording that all four cameras have."""
    views: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    for subject in dict.fromkeys(name for name, _ in recorded):
        folder = find(root, f"{subject}/StackedHourglass", inside=FOLDERS)
        if folder is None:
            raise not_found(root, f"2D keypoints 'sh' of {TITLE}", f"{subject}/StackedHourglass", SOURCE)
        for path in sorted(folder.glob("*.h5")):
            action, _, camera = path.stem.replace("_", " ").rpartition(".")
            with open_hdf5(path, "eval") as file:
                seen = view(np.asarray(values(file, "poses")), str(path))
            views.setdefault((subject, action), {})[camera] = seen
    return {
        key: [cameras[name] for name in CAMERAS]
        for key, cameras in views.items()
        if key in recorded and all(name in cameras for name in CAMERAS)
    }
