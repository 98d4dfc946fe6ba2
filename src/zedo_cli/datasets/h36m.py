"""`h36m`: Human3.6M, subjects 9 and 11, from the user's copy: VideoPose3D's NPZ, a list in a pickle, or the
folders of the release.

VideoPose3D's files hold world poses and no cameras: the pose of each camera is solved from the pairs of world
points and pixels in the file, for each subject, with the lens distortion. Ground-truth keypoints are the
truth through a pinhole, as in the ZeDO paper; detected ones are undistorted. The mean is over the 15 actions.
"""

from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import pinhole, project
from zedo_cli.cameras.resection import reproject, resect_camera, world_to_camera
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.datasets.h36m_list import LIST, of_list
from zedo_cli.datasets.h36m_protocol import (
    CAMERAS,
    CENTRE,
    DAMAGED,
    FOCAL,
    SIZES,
    SOURCE,
    SUBJECTS,
    TITLE,
    action_of,
    order,
    view,
    wanted,
    whole,
)
from zedo_cli.datasets.h36m_release import poses_in, read_release
from zedo_cli.datasets.layouts import find, not_found, without_missing
from zedo_cli.datasets.parts import Part
from zedo_cli.errors import InputError, Note
from zedo_cli.io.pickles import load_pickled_npz
from zedo_cli.mocap.h36m import read_positions

DETECTIONS = {
    "gt": "data_2d_h36m_gt.npz",
    "cpn": "data_2d_h36m_cpn_ft_h36m_dbb.npz",
    "sh": "data_2d_h36m_sh_ft_h36m.npz",
}
"""VideoPose3D's files of 2D keypoints, by their kind."""

POSITIONS = "data_3d_h36m.npz"

LARGEST_ERROR = 3.0
"""Median distance (px) of exact keypoints from the reprojection above which something is wrong; five
times that for detections."""

_SAMPLE = 200
"""Frames of a subject from which the pose of a camera is solved."""

Recorded = dict[tuple[str, str], np.ndarray]
"""Joints `[F, 17, 3]` (world m) by subject and action."""

Views = dict[tuple[str, str], list[np.ndarray]]
"""Keypoints `[F, 17, 2]` (px) of the four cameras, by subject and action."""


def load(root: Path, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read any layout from `root`; keypoints `gt`, `cpn`, `sh`, or a file in the layout of those.

    Raises `InputError` if no layout is found or it is damaged, and for missing subjects unless
    `allow_missing`.
    """
    if positions := find(root, POSITIONS):
        return checked(_of_videopose3d(root, positions, keypoints, allow_missing))
    if listed := find(root, LIST):
        return checked(of_list(root, listed, keypoints, allow_missing))
    if poses_in(root):
        recorded, views, cameras = read_release(root, keypoints)
        notes = _missing(root, recorded, recorded if views is None else views, allow_missing)
        return checked(whole(_parts(recorded, views, cameras), keypoints, notes))
    looked_for = f"{POSITIONS} (VideoPose3D), {LIST}, or S9/MyPoses or S9/MyPoseFeatures (the release)"
    raise not_found(root, TITLE, looked_for, SOURCE)


def _of_videopose3d(root: Path, path: Path, keypoints: str, allow_missing: bool) -> Dataset:
    """VideoPose3D's layout."""
    recorded = {
        (subject, action): joints for subject, action, joints in read_positions(path) if subject in SUBJECTS
    }
    detected = _detections(root, keypoints)
    # the cameras come from exact keypoints if there are any, so that they are the same for all kinds of
    # keypoints
    exact = _detections(root, "gt") if find(root, *DETECTIONS.values()) else {}
    notes = _missing(root, recorded, detected, allow_missing)
    cameras: dict[tuple[str, int], Camera] = {}
    for subject in dict.fromkeys(name for name, action in recorded if (name, action) in detected):
        source = exact if any(name == subject for name, _ in exact) else detected
        for number in range(len(CAMERAS)):
            cameras[subject, number], error = _solved(subject, number, recorded, source)
            if error > LARGEST_ERROR * (1 if find(root, DETECTIONS["gt"]) else 5):
                text = (
                    f"{cameras[subject, number].name}: its pose, solved from the keypoints, misses them by"
                    f" {error:.1f} px (median)"
                )
                notes.append(Note("warning", text, "implausible-data"))
    parts = _parts(recorded, detected, cameras, exact=keypoints == "gt")
    if not parts:
        raise InputError(f"no recording of {' or '.join(SUBJECTS)} has keypoints", source=path)
    return whole(parts, keypoints, notes)


def _missing(root: Path, recorded: Recorded, seen: Recorded | Views, allow_missing: bool) -> list[Note]:
    """Notes on recordings and keypoints that are not there."""
    present = {f"{subject} {action_of(action)}" for subject, action in recorded}
    there = [name for name in wanted() if name != DAMAGED]
    notes = without_missing(root, TITLE, there, present, allow_missing)
    keys = [" ".join(key) for key in recorded], [" ".join(key) for key in seen]
    return notes + without_missing(root, f"{TITLE} in 2D", *keys, allow_missing)


def _parts(
    recorded: Recorded, views: Views | None, cameras: dict[tuple[str, int], Camera], exact: bool = False
) -> list[Part]:
    """Rows by subject, action, camera and frame, as in the list; without views, or for `exact` keypoints, the
    truth through a pinhole."""
    parts: list[Part] = []
    first = 0
    for (subject, action), joints in sorted(recorded.items(), key=lambda item: order(*item[0])):
        for number, name in enumerate(CAMERAS):
            rows = first + np.arange(len(joints))
            first += len(joints)
            if views is not None and (subject, action) not in views:
                continue
            seen = None if views is None else views[subject, action][number][: len(joints)]
            camera = cameras[subject, number]
            points = world_to_camera(camera, joints if seen is None else joints[: len(seen)])
            parts.append(
                Part(
                    project(points, camera.intrinsics) if seen is None or exact else camera.undistort(seen),
                    points,
                    camera.intrinsics,
                    sequence=f"{subject} {action}",
                    group=action_of(action),
                    frame=np.arange(len(points)),
                    clip=f"{subject} {action} {name}",
                    rows=rows[: len(points)],
                    up=None if camera.rotation is None else camera.rotation[:, 2],
                )
            )
    return parts


def _detections(root: Path, keypoints: str) -> Views:
    """2D `[F, 17, 2]` of the four cameras by subject and action; for `gt` from any file, to solve the
    cameras."""
    names = list(DETECTIONS.values()) if keypoints == "gt" else [DETECTIONS.get(keypoints, keypoints)]
    path = find(root, *names)
    if path is None:
        raise not_found(
            root,
            f"2D keypoints of {TITLE}",
            " or ".join(names),
            "https://github.com/facebookresearch/VideoPose3D",
        )
    subjects = load_pickled_npz(path, "positions_2d")
    if not isinstance(subjects, dict):
        raise InputError("positions_2d must be a dict of subjects", source=path)
    found = {}
    for subject in SUBJECTS:
        actions = subjects.get(subject, {})
        if not isinstance(actions, dict):
            raise InputError(f"positions_2d['{subject}'] must be a dict of actions", source=path)
        for action, views in actions.items():
            if not isinstance(views, list | tuple | np.ndarray) or len(views) != len(CAMERAS):
                raise InputError(f"{subject}/{action} must hold {len(CAMERAS)} cameras", source=path)
            place = f"{path}: {subject}/{action}"
            found[subject, action] = [view(seen, f"{place}[{i}]") for i, seen in enumerate(views)]
    return found


def _solved(
    subject: str,
    number: int,
    recorded: Recorded,
    detected: Views,
) -> tuple[Camera, float]:
    """The pose of camera `number`, and its reprojection error (px, median) on the keypoints it is solved
    from."""
    pairs = [
        (joints, detected[key][number])
        for key, joints in recorded.items()
        if key[0] == subject and key in detected
    ]
    points = np.concatenate([joints[: len(seen)] for joints, seen in pairs])
    pixels = np.concatenate([seen[: len(joints)] for joints, seen in pairs])
    chosen = np.unique(np.linspace(0, len(points) - 1, _SAMPLE).round().astype(int))
    points, pixels = points[chosen].reshape(-1, 3), pixels[chosen].reshape(-1, 2)
    intrinsics = pinhole(*FOCAL[number], *CENTRE[number])
    camera = resect_camera(points, pixels, intrinsics, f"{TITLE} {subject} {CAMERAS[number]}", SIZES[number])
    return camera, float(np.nanmedian(np.linalg.norm(reproject(camera, points) - pixels, axis=-1)))
