"""`3dhp`: the test set of MPI-INF-3DHP, from the user's copy in four layouts.

Official `TS1..TS6/annot_data.mat` (MATLAB 7.3): `annot2` px, `annot3` camera mm, which project on each other.
P-STMO's `data_test_3dhp.npz`: `data_3d` is the universal skeleton, which does not project on `data_2d`.
PoseAug's `test_3dhp.npz`: the same truth, without the nose. ZeDO's `mpii3d_test.pkl`. Only valid frames are
scored; the paper takes every third of them. The mean is over the seven activities.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked, place_on_keypoints
from zedo_cli.datasets.hdf5 import values
from zedo_cli.datasets.layouts import array, find, not_found, pickled_people, without_missing
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.errors import InputError, Note
from zedo_cli.io.hdf5 import open_hdf5
from zedo_cli.io.npz import NpzFile
from zedo_cli.io.pickles import load_pickled_npz
from zedo_cli.skeletons import JOINTS

TITLE, SOURCE = "MPI-INF-3DHP", "https://vcai.mpi-inf.mpg.de/3dhp-dataset"
PAPER_STRIDE = 3
FOLDERS = ("", "mpi_inf_3dhp_test_set", "test", "mpi_inf_3dhp_test_set/mpi_inf_3dhp_test_set")
OFFICIAL, PSTMO = "annot_data.mat", "data_test_3dhp.npz"
POSEAUG, LIST = "test_3dhp.npz", "mpii3d_test.pkl"

ORDER = (14, 8, 9, 10, 11, 12, 13, 15, 1, 16, 0, 5, 6, 7, 2, 3, 4)
"""For each of the 17 joints, its index in the data set."""

CAMERAS = {
    "TS1": (1500.003, 1500.654, 1017.377, 1043.062),
    "TS2": (1503.755, 1501.296, 1015.233, 1038.678),
    "TS3": (1499.995, 1500.595, 1017.389, 1043.048),
    "TS4": (1499.890, 1500.759, 1017.363, 1042.989),
    "TS5": (1683.403, 1671.998, 939.937, 560.197),
    "TS6": (1683.905, 1672.674, 939.850, 560.115),
}
"""fx, fy, cx, cy (px) by sequence."""

VALID = {"TS1": 603, "TS2": 540, "TS3": 505, "TS4": 553, "TS5": 276, "TS6": 452}
"""Valid frames by sequence, in the order of PoseAug's rows."""

SIZES = {name: (1920, 1080) if name in ("TS5", "TS6") else (2048, 2048) for name in CAMERAS}
"""Width and height (px), by which PoseAug's keypoints are normalised."""

WITHOUT_NOSE = tuple(joint for joint, name in enumerate(JOINTS) if name != "nose")
"""The 16 joints of PoseAug's file."""

ACTIVITIES = (
    "Standing/Walking",
    "Exercising",
    "Sitting",
    "Reaching/Crouching",
    "On The Floor",
    "Sports",
    "Miscellaneous",
)
"""The activities 1 to 7."""


def load(root: Path, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read whichever layout is in `root`. Raises `InputError` if none is, or if it is damaged or
    incomplete."""
    if any(find(root, f"{name}/{OFFICIAL}", inside=FOLDERS) for name in CAMERAS):
        return checked(_official(root, allow_missing))
    if path := find(root, PSTMO, inside=FOLDERS):
        return checked(_pstmo(root, path, allow_missing))
    if path := find(root, POSEAUG, inside=FOLDERS):
        return checked(_poseaug(path))
    if path := find(root, LIST, inside=FOLDERS):
        return checked(_list(root, path, allow_missing))
    raise not_found(
        root, f"{TITLE} test set", f"TS1/{OFFICIAL} to TS6/{OFFICIAL}, {PSTMO}, {POSEAUG} or {LIST}", SOURCE
    )


def _official(root: Path, allow_missing: bool) -> Dataset:
    found = {name: find(root, f"{name}/{OFFICIAL}", inside=FOLDERS) for name in CAMERAS}
    notes = without_missing(
        root, TITLE, CAMERAS, [name for name, path in found.items() if path], allow_missing
    )
    parts, all_valid = [], []
    for name, path in found.items():
        if path is None:
            continue
        with open_hdf5(path, "eval") as file:
            points = array(values(file, "annot2"), (None, 1, len(JOINTS), 2), f"{path}: annot2")[:, 0, ORDER]
            count = len(points)
            truth = (
                array(values(file, "annot3"), (count, 1, len(JOINTS), 3), f"{path}: annot3")[:, 0, ORDER]
                / 1000
            )
            valid = array(values(file, "valid_frame").reshape(-1), (count,), f"{path}: valid_frame") > 0
            activity = array(
                values(file, "activity_annotation").reshape(-1),
                (count,),
                f"{path}: activity_annotation",
                whole=True,
            )
        parts.append(_part(name, points, truth, _activities(activity.astype(int))))
        all_valid.append(valid)
    return _dataset(parts, all_valid, notes)


def _pstmo(root: Path, path: Path, allow_missing: bool) -> Dataset:
    sequences = load_pickled_npz(path, "data")
    if not isinstance(sequences, dict):
        raise InputError("data must be a dict of sequences", source=path)
    notes = without_missing(root, TITLE, CAMERAS, sequences, allow_missing)
    notes += _UNIVERSAL
    parts, all_valid = [], []
    for name in CAMERAS:
        if name not in sequences:
            continue
        place = f"{path}: {name}"
        try:
            sequence = sequences[name]
            points = array(sequence["data_2d"], (None, len(JOINTS), 2), f"{place}: data_2d")[:, ORDER]
            truth = (
                array(sequence["data_3d"], (len(points), len(JOINTS), 3), f"{place}: data_3d")[:, ORDER]
                / 1000
            )
            valid = array(np.ravel(sequence["valid"]), (len(points),), f"{place}: valid") > 0
        except (KeyError, TypeError, IndexError) as error:
            raise InputError(f"must have data_2d, data_3d and valid ({error})", source=place) from error
        truth = place_on_keypoints(truth - truth[:, :1], points, pinhole(*CAMERAS[name]))
        parts.append(_part(name, points, truth, name))
        all_valid.append(valid)
    return _dataset(parts, all_valid, notes, kind=_UNIVERSAL_KIND, by_group=False)


def _poseaug(path: Path) -> Dataset:
    """Rows of all valid frames, a sequence after the other; keypoints are -1 to 1 over the image's width."""
    file = NpzFile(path, keys=("pose2d", "pose3d"))
    total = sum(VALID.values())
    flat = array(file["pose2d"], (None, len(WITHOUT_NOSE), 2), f"{path}: pose2d")
    if len(flat) != total:
        fix = "give the whole file: its rows do not say their sequence"
        raise InputError(f"pose2d has {len(flat)} rows, the test set {total}", source=path, fix=fix)
    poses = array(file["pose3d"], (total, len(WITHOUT_NOSE), 3), f"{path}: pose3d")
    parts, first = [], 0
    for name, count in VALID.items():
        rows = slice(first, first + count)
        first += count
        points, truth = (np.full((count, len(JOINTS), size), np.nan) for size in (2, 3))
        width, height = SIZES[name]
        points[:, WITHOUT_NOSE] = (flat[rows] + [1, height / width]) * width / 2
        truth[:, WITHOUT_NOSE] = poses[rows]
        truth = place_on_keypoints(truth - truth[:, :1], points, pinhole(*CAMERAS[name]))
        parts.append(_part(name, points, truth, name))
    return _dataset(
        parts,
        [np.ones(count, bool) for count in VALID.values()],
        [*_UNIVERSAL, _NO_FRAMES],
        kind=_UNIVERSAL_KIND,
        by_group=False,
        joints=WITHOUT_NOSE,
        static=False,
    )


_UNIVERSAL = (
    Note(
        "info",
        "the truth is the universal skeleton, which does not project on the keypoints: placed where it fits"
        " best",
        "truth-placed",
    ),
    Note("info", "this layout has no activities: the mean is over frames", "no-groups"),
)
_NO_FRAMES = Note(
    "info", "this layout has no numbers of frames: rows are on their own, also with clips", "no-frames"
)
_UNIVERSAL_KIND = "gt of another skeleton"
"""The keypoints are exact, but the truth is another skeleton."""


def _list(root: Path, path: Path, allow_missing: bool) -> Dataset:
    people = pickled_people(path)
    try:
        truth = array(
            np.stack([p["joint_3d_camera"] for p in people]),
            (None, len(JOINTS), 3),
            f"{path}: joint_3d_camera",
        )
        points = array(
            np.stack([p["joint_2d"] for p in people])[..., :2], (None, len(JOINTS), 2), f"{path}: joint_2d"
        )
        cameras = [p["camera_param"] for p in people]
        lens = [
            np.array([float(np.asarray(c[name]).item()) for c in cameras])
            for name in ("fx", "fy", "cx", "cy")
        ]
        valid = np.array([bool(np.asarray(p["valid_i"]).any()) for p in people])
        activity = np.array([int(np.asarray(p["action"]).item()) for p in people])
        frame = np.array([_number(p["imageid"]) for p in people])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"people must have joint_3d_camera, joint_2d, camera_param, ... ({error})", source=path
        ) from error
    intrinsics = pinhole(*lens)
    # the list does not name its sequences, but each has a camera of its own
    distance = np.abs(np.stack(lens, axis=1)[:, None] - np.array(list(CAMERAS.values()))).max(-1)
    sequence = np.array([list(CAMERAS)[i] for i in distance.argmin(1)])
    notes = without_missing(root, TITLE, CAMERAS, sequence, allow_missing)
    if distance.min(1).max() > 1:
        text = f"{path}: has cameras that are none of {', '.join(CAMERAS)}"
        notes.append(Note("warning", text, "implausible-data"))
    return _dataset(
        [Part(points, truth / 1000, intrinsics, sequence, _activities(activity), frame)], [valid], notes
    )


def _part(name: str, points: np.ndarray, truth: np.ndarray, group: str | np.ndarray) -> Part:
    return Part(points, truth, pinhole(*CAMERAS[name]), name, group, np.arange(len(points)))


def _dataset(
    parts: list[Part], valid: list[np.ndarray], notes: list[Note], kind: str = "gt", **about: Any
) -> Dataset:
    about = {"by_group": True, **about}
    whole = dataset_of(parts, name="3dhp", kind=kind, paper_stride=PAPER_STRIDE, notes=tuple(notes), **about)
    kept = replace(whole.take(np.concatenate(valid)), index=None)
    empty = [str(part.sequence) for part, good in zip(parts, valid, strict=True) if not good.any()]
    if not empty:
        return kept
    note = Note("warning", f"no frame of {', '.join(empty)} is valid: not scored", "not-scored")
    return replace(kept, notes=(*kept.notes, note))


def _activities(numbers: np.ndarray) -> np.ndarray:
    return np.array([ACTIVITIES[i - 1] if 1 <= i <= len(ACTIVITIES) else f"activity {i}" for i in numbers])


def _number(name: object) -> int:
    """The number of a frame, which may be given as a name."""
    digits = "".join(c for c in str(np.asarray(name).item()) if c.isdigit())
    return int(digits or 0)
