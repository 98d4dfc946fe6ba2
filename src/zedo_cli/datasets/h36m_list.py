"""Human3.6M as ZeDO's pickled list of people: poses in the camera frame, one camera for each row."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zedo_cli.cameras.intrinsics import pinhole, project
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.h36m_protocol import ACTIONS, SOURCE, SUBJECTS, TITLE, wanted, whole
from zedo_cli.datasets.layouts import array, find, not_found, pickled_people, without_missing
from zedo_cli.datasets.parts import Part
from zedo_cli.errors import InputError
from zedo_cli.io.files import read_bytes
from zedo_cli.io.pickles import load_pickled
from zedo_cli.skeletons import JOINTS

LIST, LIST_DETECTIONS = "h36m_test.pkl", "h36m_sh_dt_ft.pkl"


def of_list(root: Path, path: Path, keypoints: str, allow_missing: bool) -> Dataset:
    """The data set from the list at `path`, whose poses are in millimetres. Raises `InputError`."""
    people = pickled_people(path)
    try:
        cameras = [person["camera_param"] for person in people]
        numbers = {
            name: np.array([int(np.asarray(person[name]).item()) for person in people], np.int64)
            for name in ("subject", "action", "subaction", "cameraid", "imageid")
        }
        lens = [
            array(np.array([float(np.asarray(c[name]).item()) for c in cameras]), (None,), f"{path}: {name}")
            for name in ("fx", "fy", "cx", "cy")
        ]
        truth = array(
            np.stack([person["joint_3d_camera"] for person in people]),
            (None, len(JOINTS), 3),
            f"{path}: joints",
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"people must have camera_param, subject, joint_3d_camera, ... ({error})", source=path
        ) from error
    truth = truth / 1000
    names = [f"S{subject}" for subject in numbers["subject"]]
    actions = [
        ACTIONS[number - 2] if 2 <= number <= 16 else f"action {number}" for number in numbers["action"]
    ]
    present = {f"{name} {action}" for name, action in zip(names, actions, strict=True)}
    notes = without_missing(root, TITLE, wanted(), present, allow_missing)
    intrinsics = pinhole(*lens)
    confidence = None
    if keypoints == "gt":
        points = project(truth, intrinsics)
    else:
        points, confidence = _list_detections(root, keypoints, len(people))
    sequence = [
        f"{n} {action} {sub}" for n, action, sub in zip(names, actions, numbers["subaction"], strict=True)
    ]
    clip = np.array(
        [f"{name} camera {camera}" for name, camera in zip(sequence, numbers["cameraid"], strict=True)]
    )
    part = Part(
        points,
        truth,
        intrinsics,
        np.array(sequence),
        np.array(actions),
        numbers["imageid"],
        confidence,
        clip=clip,
    )
    data = whole([part], keypoints, notes)
    tested = np.isin(names, SUBJECTS)
    return data if tested.all() else replace(data.take(tested), index=None)


def _list_detections(root: Path, keypoints: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints `[N, 17, 2]` px and confidences `[N, 17]` of the list's people, in its order."""
    name = LIST_DETECTIONS if keypoints == "sh" else keypoints
    path = find(root, name)
    if path is None:
        raise not_found(root, f"2D keypoints '{keypoints}' of {TITLE} for {LIST}", name, SOURCE)
    parts = load_pickled(read_bytes(path), path)
    try:
        test = parts["test"]
        points = array(test["joint3d_image"], (None, len(JOINTS), 3), f"{path}: joint3d_image")[..., :2]
        confidence = array(test["confidence"], (None, len(JOINTS), 1), f"{path}: confidence")[..., 0]
    except (KeyError, TypeError) as error:
        raise InputError(
            f"must be a dict with 'test': joint3d_image and confidence ({error})", source=path
        ) from error
    if len(points) != count or len(confidence) != count:
        raise InputError(
            f"{len(points)} people, but {LIST} has {count}", source=path, fix="they must match row by row"
        )
    return points, confidence
