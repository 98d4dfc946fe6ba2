"""`h36m`: Human3.6M, subjects 9 and 11, from the user's own copy in VideoPose3D's NPZ layout or as a list in a pickle.

VideoPose3D's files hold world poses and no cameras: where a camera stood is solved from the file's own pairs of world points
and pixels, for each subject, with the lens's distortion. Ground-truth keypoints are the truth through a pinhole, as the ZeDO
paper has them; detected ones are undistorted. The mean is over the 15 actions.
"""

from pathlib import Path

import numpy as np

from zedo_cli.cameras import Camera, projected, reprojected, resected_camera, to_camera
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.datasets.layouts import array, find, not_found, pinhole, without_missing
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.errors import InputError
from zedo_cli.files import read_bytes
from zedo_cli.mocap.h36m import read_positions
from zedo_cli.pickles import load_pickled, load_pickled_npz
from zedo_cli.skeletons import JOINTS

TITLE, SOURCE = "Human3.6M", "http://vision.imar.ro/human3.6m"
SUBJECTS = ("S9", "S11")
PAPER_STRIDE = 640
DETECTIONS = {"gt": "data_2d_h36m_gt.npz", "cpn": "data_2d_h36m_cpn_ft_h36m_dbb.npz", "sh": "data_2d_h36m_sh_ft_h36m.npz"}
"""VideoPose3D's files of 2D, by the name that `--keypoints` takes."""

POSITIONS, LIST, LIST_DETECTIONS = "data_3d_h36m.npz", "h36m_test.pkl", "h36m_sh_dt_ft.pkl"

CAMERAS = ("54138969", "55011271", "58860488", "60457274")
FOCAL = ((1145.049, 1143.781), (1149.676, 1147.592), (1149.141, 1148.799), (1145.511, 1144.774))
CENTRE = ((512.542, 515.451), (508.849, 508.065), (519.816, 501.403), (514.968, 501.882))
SIZES = ((1000.0, 1002.0), (1000.0, 1000.0), (1000.0, 1000.0), (1000.0, 1002.0))
"""The four cameras in the order of the files: names, focal lengths, principal points and images in pixels."""

ACTIONS = (
    *("Directions", "Discussion", "Eating", "Greeting", "Phoning", "Posing", "Purchases", "Sitting", "SittingDown"),
    *("Smoking", "Photo", "Waiting", "Walking", "WalkDog", "WalkTogether"),
)
"""The actions with the numbers 2 to 16."""

_SAMPLE = 200
"""Frames of a subject from which a camera is solved."""


def h36m_dataset(root: Path, keypoints: str = "gt", allow_missing: bool = False) -> Dataset:
    """Read either layout from `root`; keypoints `gt`, `cpn`, `sh`, or a file in the layout of those.

    Raises `InputError` for a layout that is not found or damaged, and for missing subjects unless `allow_missing`.
    """
    if positions := find(root, POSITIONS):
        return checked(_of_recordings(root, positions, keypoints, allow_missing))
    if listed := find(root, LIST):
        return checked(_of_list(root, listed, keypoints, allow_missing))
    raise not_found(root, TITLE, f"{POSITIONS} (VideoPose3D) or {LIST}", SOURCE)


def _of_recordings(root: Path, path: Path, keypoints: str, allow_missing: bool) -> Dataset:
    """VideoPose3D's layout."""
    recorded = {(subject, action): joints for subject, action, joints in read_positions(path) if subject in SUBJECTS}
    detected = _detections(root, keypoints)
    notes = without_missing(root, TITLE, SUBJECTS, {subject for subject, _ in recorded}, allow_missing)
    notes += without_missing(
        root, f"{TITLE} in 2D", [" ".join(key) for key in recorded], [" ".join(key) for key in detected], allow_missing
    )
    recordings = {key: joints for key, joints in recorded.items() if key in detected}
    parts = []
    for subject in SUBJECTS:
        own = {action: joints for (name, action), joints in recordings.items() if name == subject}
        for number in range(len(CAMERAS) if own else 0):
            camera, off = _solved(subject, number, own, detected)
            if off > 3 * (1 if keypoints == "gt" else 5):
                notes.append(f"warning: {camera.name}: solved from its keypoints it misses them by {off:.1f} px (median)")
            for action, joints in own.items():
                seen = detected[subject, action][number][: len(joints)]
                joints = joints[: len(seen)]
                points = to_camera(camera, joints)
                pixels = projected(points, camera.intrinsics) if keypoints == "gt" else camera.undistort(seen)
                parts.append(
                    Part(
                        pixels,
                        points,
                        camera.intrinsics,
                        sequence=f"{subject} {action} {CAMERAS[number]}",
                        group=_action(action),
                        frame=np.arange(len(points)),
                        up=camera.rotation[:, 2],  # type: ignore[index]
                    )
                )
    if not parts:
        raise InputError(f"{path}: no recording of {' or '.join(SUBJECTS)} has keypoints")
    return _dataset(parts, keypoints, notes)


def _dataset(parts: list[Part], keypoints: str, notes: list[str]) -> Dataset:
    return dataset_of(parts, name="h36m", kind=keypoints, by_group=True, paper_stride=PAPER_STRIDE, notes=tuple(notes))


def _detections(root: Path, keypoints: str) -> dict[tuple[str, str], list[np.ndarray]]:
    """2D `[F, 17, 2]` of the four cameras by subject and action; of ground truth any file will do to solve the cameras."""
    names = list(DETECTIONS.values()) if keypoints == "gt" else [DETECTIONS.get(keypoints, keypoints)]
    path = find(root, *names)
    if path is None:
        raise not_found(
            root, f"2D keypoints of {TITLE}", " or ".join(names), "https://github.com/facebookresearch/VideoPose3D"
        )
    subjects = load_pickled_npz(path, "positions_2d")
    if not isinstance(subjects, dict):
        raise InputError(f"{path}: positions_2d must be a dict of subjects")
    found = {}
    for subject in SUBJECTS:
        actions = subjects.get(subject, {})
        if not isinstance(actions, dict):
            raise InputError(f"{path}: positions_2d['{subject}'] must be a dict of actions")
        for action, views in actions.items():
            if not isinstance(views, list | tuple | np.ndarray) or len(views) != len(CAMERAS):
                raise InputError(f"{path}: {subject}/{action} must hold {len(CAMERAS)} cameras")
            place = f"{path}: {subject}/{action}"
            found[subject, action] = [array(view, (None, len(JOINTS), 2), f"{place}[{i}]") for i, view in enumerate(views)]
    return found


def _solved(
    subject: str, number: int, recordings: dict[str, np.ndarray], detected: dict[tuple[str, str], list[np.ndarray]]
) -> tuple[Camera, float]:
    """Where camera `number` stood, and by how many pixels (median) that misses the keypoints it is solved from."""
    pairs = [(joints, detected[subject, action][number]) for action, joints in recordings.items()]
    points = np.concatenate([joints[: len(seen)] for joints, seen in pairs])
    pixels = np.concatenate([seen[: len(joints)] for joints, seen in pairs])
    chosen = np.unique(np.linspace(0, len(points) - 1, _SAMPLE).round().astype(int))
    points, pixels = points[chosen].reshape(-1, 3), pixels[chosen].reshape(-1, 2)
    intrinsics = pinhole(*FOCAL[number], *CENTRE[number])
    camera = resected_camera(points, pixels, intrinsics, f"{TITLE} {subject} {CAMERAS[number]}", SIZES[number])
    return camera, float(np.nanmedian(np.linalg.norm(reprojected(camera, points) - pixels, axis=-1)))


def _action(name: str) -> str:
    """The action of a recording: `WalkDog 1` is `WalkDog`."""
    return name.rstrip("0123456789").strip().replace("WalkingDog", "WalkDog").replace("TakingPhoto", "Photo")


def _of_list(root: Path, path: Path, keypoints: str, allow_missing: bool) -> Dataset:
    """The pickled list: poses in the camera frame, in millimetres."""
    people = load_pickled(read_bytes(path), str(path))
    if not isinstance(people, list) or not people:
        raise InputError(f"{path} must be a list of people, and is a {type(people).__name__} of none")
    try:
        cameras = [person["camera_param"] for person in people]
        numbers = {
            name: np.array([int(np.asarray(person[name]).item()) for person in people])
            for name in ("subject", "action", "subaction", "cameraid", "imageid")
        }
        lens = [np.array([float(np.asarray(c[name]).item()) for c in cameras]) for name in ("fx", "fy", "cx", "cy")]
        truth = array(np.stack([person["joint_3d_camera"] for person in people]), (None, len(JOINTS), 3), f"{path}: joints")
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: people must have camera_param, subject, joint_3d_camera, ... ({error})") from error
    truth = truth / 1000
    names = [f"S{subject}" for subject in numbers["subject"]]
    notes = without_missing(root, TITLE, SUBJECTS, names, allow_missing)
    intrinsics = pinhole(*lens)
    confidence = None
    if keypoints == "gt":
        points = projected(truth, intrinsics)
    else:
        points, confidence = _list_detections(root, keypoints, len(people))
    actions = [ACTIONS[number - 2] if 2 <= number <= 16 else f"action {number}" for number in numbers["action"]]
    sequence = [
        f"{name} {action} {sub} {CAMERAS[camera] if 0 <= camera < len(CAMERAS) else camera}"
        for name, action, sub, camera in zip(names, actions, numbers["subaction"], numbers["cameraid"], strict=True)
    ]
    part = Part(points, truth, intrinsics, np.array(sequence), np.array(actions), numbers["imageid"], confidence=confidence)
    return _dataset([part], keypoints, notes)


def _list_detections(root: Path, keypoints: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints `[N, 17, 2]` px and confidences `[N, 17]` of the list's people, in its order."""
    name = LIST_DETECTIONS if keypoints == "sh" else keypoints
    path = find(root, name)
    if path is None:
        raise not_found(root, f"2D keypoints '{keypoints}' of {TITLE} for {LIST}", name, SOURCE)
    parts = load_pickled(read_bytes(path), str(path))
    try:
        test = parts["test"]
        points = array(test["joint3d_image"], (None, len(JOINTS), 3), f"{path}: joint3d_image")[..., :2]
        confidence = array(test["confidence"], (None, len(JOINTS), 1), f"{path}: confidence")[..., 0]
    except (KeyError, TypeError) as error:
        raise InputError(f"{path} must be a dict with 'test': joint3d_image and confidence ({error})") from error
    if len(points) != count or len(confidence) != count:
        raise InputError(f"{path}: {len(points)} people, but {LIST} has {count}; they belong together row by row")
    return points, confidence
