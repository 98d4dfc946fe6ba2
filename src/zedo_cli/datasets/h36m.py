"""`h36m`: Human3.6M, subjects 9 and 11, from the user's copy in VideoPose3D's NPZ layout or as a list in a
pickle.

VideoPose3D's files hold world poses and no cameras: the pose of each camera is solved from the pairs of world
points and pixels in the file, for each subject, with the lens distortion. Ground-truth keypoints are the
truth through a pinhole, as in the ZeDO paper; detected ones are undistorted. The mean is over the 15 actions.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import pinhole, project
from zedo_cli.cameras.resection import reproject, resect_camera, world_to_camera
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.datasets.layouts import array, find, not_found, pickled_people, without_missing
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.errors import InputError, Note
from zedo_cli.io.files import read_bytes
from zedo_cli.io.pickles import load_pickled, load_pickled_npz
from zedo_cli.mocap.h36m import read_positions
from zedo_cli.skeletons import JOINTS

TITLE, SOURCE = "Human3.6M", "http://vision.imar.ro/human3.6m"
SUBJECTS = ("S9", "S11")
PAPER_STRIDE = 640
DETECTIONS = {
    "gt": "data_2d_h36m_gt.npz",
    "cpn": "data_2d_h36m_cpn_ft_h36m_dbb.npz",
    "sh": "data_2d_h36m_sh_ft_h36m.npz",
}
"""VideoPose3D's files of 2D keypoints, by their kind."""

POSITIONS, LIST, LIST_DETECTIONS = "data_3d_h36m.npz", "h36m_test.pkl", "h36m_sh_dt_ft.pkl"

CAMERAS = ("54138969", "55011271", "58860488", "60457274")
FOCAL = ((1145.049, 1143.781), (1149.676, 1147.592), (1149.141, 1148.799), (1145.511, 1144.774))
CENTRE = ((512.542, 515.451), (508.849, 508.065), (519.816, 501.403), (514.968, 501.882))
SIZES = ((1000.0, 1002.0), (1000.0, 1000.0), (1000.0, 1000.0), (1000.0, 1002.0))
"""The four cameras in the order of the files: names, focal lengths, principal points and images in pixels."""

ACTIONS = (
    *("Directions", "Discussion", "Eating", "Greeting", "Phoning"),
    *("Posing", "Purchases", "Sitting", "SittingDown", "Smoking"),
    *("Photo", "Waiting", "Walking", "WalkDog", "WalkTogether"),
)
"""The actions with the numbers 2 to 16."""

MPII = (3, 2, 1, 4, 5, 6, 0, 8, 9, 10, 16, 15, 14, 11, 12, 13)
"""For each of MPII's 16 joints, which have no spine, its index among the 17."""

LARGEST_ERROR = 3.0
"""Median distance (px) of exact keypoints from the reprojection above which something is wrong; five
times that for detections."""

_SAMPLE = 200
"""Frames of a subject from which the pose of a camera is solved."""


def load(root: Path, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read either layout from `root`; keypoints `gt`, `cpn`, `sh`, or a file in the layout of those.

    Raises `InputError` if no layout is found or it is damaged, and for missing subjects unless
    `allow_missing`.
    """
    if positions := find(root, POSITIONS):
        return checked(_of_recordings(root, positions, keypoints, allow_missing))
    if listed := find(root, LIST):
        return checked(_of_list(root, listed, keypoints, allow_missing))
    raise not_found(root, TITLE, f"{POSITIONS} (VideoPose3D) or {LIST}", SOURCE)


def _of_recordings(root: Path, path: Path, keypoints: str, allow_missing: bool) -> Dataset:
    """VideoPose3D's layout, without S11's Directions; rows by subject, action, camera and frame, as in the
    list."""
    recorded = {
        (subject, action): joints for subject, action, joints in read_positions(path) if subject in SUBJECTS
    }
    recorded = dict(sorted(recorded.items(), key=lambda item: _order(*item[0])))
    detected = _detections(root, keypoints)
    # the cameras come from exact keypoints if there are any, so that they are the same for all kinds of
    # keypoints
    exact = _detections(root, "gt") if find(root, *DETECTIONS.values()) else {}
    wanted = [f"{subject} {action}" for subject in SUBJECTS for action in ACTIONS]
    wanted.remove("S11 Directions")
    notes = without_missing(
        root, TITLE, wanted, {f"{subject} {_action(action)}" for subject, action in recorded}, allow_missing
    )
    notes += without_missing(
        root,
        f"{TITLE} in 2D",
        [" ".join(key) for key in recorded],
        [" ".join(key) for key in detected],
        allow_missing,
    )
    cameras: dict[tuple[str, int], Camera] = {}
    parts: list[Part] = []
    first = 0
    for (subject, action), joints in recorded.items():
        for number in range(len(CAMERAS)):
            rows = first + np.arange(len(joints))
            first += len(joints)
            if (subject, action) not in detected:
                continue
            if (subject, number) not in cameras:
                source = exact if any(name == subject for name, _ in exact) else detected
                camera, error = _solved(subject, number, recorded, source)
                cameras[subject, number] = camera
                if error > LARGEST_ERROR * (1 if find(root, DETECTIONS["gt"]) else 5):
                    text = (
                        f"{camera.name}: its pose, solved from the keypoints, misses them by"
                        f" {error:.1f} px (median)"
                    )
                    notes.append(Note("warning", text, "implausible-data"))
            camera = cameras[subject, number]
            seen = detected[subject, action][number][: len(joints)]
            points = world_to_camera(camera, joints[: len(seen)])
            parts.append(
                Part(
                    project(points, camera.intrinsics) if keypoints == "gt" else camera.undistort(seen),
                    points,
                    camera.intrinsics,
                    sequence=f"{subject} {action}",
                    group=_action(action),
                    frame=np.arange(len(points)),
                    clip=f"{subject} {action} {CAMERAS[number]}",
                    rows=rows[: len(points)],
                    up=None if camera.rotation is None else camera.rotation[:, 2],
                )
            )
    if not parts:
        raise InputError(f"no recording of {' or '.join(SUBJECTS)} has keypoints", source=path)
    return _dataset(parts, keypoints, notes)


def _order(subject: str, action: str) -> tuple[int, int, str]:
    """Of recordings: by subject, number of the action, and take."""
    name = _action(action)
    return SUBJECTS.index(subject), ACTIONS.index(name) if name in ACTIONS else len(ACTIONS), action


def _dataset(parts: list[Part], keypoints: str, notes: list[Note]) -> Dataset:
    return dataset_of(
        parts, name="h36m", kind=keypoints, by_group=True, paper_stride=PAPER_STRIDE, notes=tuple(notes)
    )


def _detections(root: Path, keypoints: str) -> dict[tuple[str, str], list[np.ndarray]]:
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
            found[subject, action] = [_view(view, f"{place}[{i}]") for i, view in enumerate(views)]
    return found


def _view(points: object, place: str) -> np.ndarray:
    """2D of one camera `[F, 17, 2]`, NaN where unknown; the stacked hourglass has the 16 joints of MPII."""
    if isinstance(points, np.ndarray) and points.shape[1:] == (len(MPII), 2):
        ours = np.full((len(points), len(JOINTS), 2), np.nan)
        ours[:, MPII] = array(points, (None, len(MPII), 2), place)
        return ours
    checked_points = array(points, (None, len(JOINTS), 2), place)
    if not len(checked_points):
        raise InputError("holds no frame", source=place)
    if np.nanmax(np.abs(checked_points), initial=0) < 2:
        raise InputError("coordinates look normalised", source=place, fix="they must be pixels")
    return checked_points


def _solved(
    subject: str,
    number: int,
    recorded: dict[tuple[str, str], np.ndarray],
    detected: dict[tuple[str, str], list[np.ndarray]],
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


def _action(name: str) -> str:
    """The action of a recording: `WalkDog 1` is `WalkDog`."""
    return name.rstrip("0123456789").strip().replace("WalkingDog", "WalkDog").replace("TakingPhoto", "Photo")


def _of_list(root: Path, path: Path, keypoints: str, allow_missing: bool) -> Dataset:
    """The pickled list: poses in the camera frame, millimetres."""
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
    wanted = [f"{subject} {action}" for subject in SUBJECTS for action in ACTIONS]
    present = {f"{name} {action}" for name, action in zip(names, actions, strict=True)}
    notes = without_missing(root, TITLE, wanted, present, allow_missing)
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
    whole = _dataset([part], keypoints, notes)
    tested = np.isin(names, SUBJECTS)
    return whole if tested.all() else replace(whole.take(tested), index=None)


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
