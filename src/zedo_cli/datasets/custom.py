"""`custom`: data of one's own, as an NPZ with keypoints, K and 3D, or as a folder of a prediction and its truth.

The NPZ is zedo's of keypoints (docs/formats.md) with `poses_3d [N, 17, 3]`, metres, camera frame, absolute or relative to
the pelvis, NaN where unknown; optionally `sequence [N]` and `group [N]`, names. The folder holds `truth.npz` with `poses_3d`
and `prediction.npz`, which is what `zedo lift` writes or any NPZ with `poses_3d`; they belong together row by row, or by
`clip`, `frame` and `person` if both have them.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import checked_intrinsics
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked, geometry_warnings, place_on_keypoints
from zedo_cli.datasets.layouts import find
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.errors import InputError
from zedo_cli.io.npz import NpzFile
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.mocap.container import oddness
from zedo_cli.skeletons import JOINTS

TRUTH, PREDICTION = "truth.npz", "prediction.npz"
_AT_ORIGIN = 0.1
"""Distance (m) of all pelvises from the origin below which poses are relative to it."""


def custom_dataset(root: Path) -> Dataset:
    """Read an NPZ with keypoints, K and 3D. Raises `InputError` for one that lacks any of it."""
    if root.is_dir():
        raise InputError(f"{root}: a folder of your own holds {TRUTH} and {PREDICTION}; or name an NPZ with keypoints")
    keypoints = read_keypoints([root], None, keep_all=True)
    if keypoints.intrinsics is None:
        raise InputError(f"{root}: key 'intrinsics' is missing; add K as [3, 3] or [{len(keypoints)}, 3, 3]")
    for k in np.unique(keypoints.intrinsics, axis=0):
        checked_intrinsics(k, f"{root}: intrinsics")
    file = NpzFile(root)
    truth = _Joints(file).poses
    if len(truth) != len(keypoints):
        raise InputError(f"{root}: poses_3d has {len(truth)} rows, keypoints {len(keypoints)}; they belong together")
    joints = _known_joints(truth, root)
    notes: tuple[str, ...] = ()
    if np.nanmax(np.abs(truth[:, 0])) < _AT_ORIGIN:
        seen = np.where(keypoints.confidence[..., None] > 0, keypoints.points, np.nan)
        truth = place_on_keypoints(truth, seen, keypoints.intrinsics)
        notes = ("the truth is relative to the pelvis: put where it projects best on the keypoints",)
    return checked(
        Dataset(
            name="custom",
            kind="custom",
            keypoints=keypoints,
            truth=truth,
            joints=joints,
            group=_names(file, "group", len(truth)),
            sequence=_names(file, "sequence", len(truth), np.array(keypoints.clip_names)[keypoints.clip]),
            by_group="group" in file,
            notes=notes,
        )
    )


def custom_predictions(folder: Path) -> tuple[Dataset, Predictions] | None:
    """A folder's truth and prediction, if it holds both. Raises `InputError` if they do not belong together."""
    truth_file, made_file = find(folder, TRUTH), find(folder, PREDICTION)
    if not folder.is_dir() or truth_file is None or made_file is None:
        return None
    known, made = _Joints(NpzFile(truth_file)), _Joints(NpzFile(made_file, _READ))
    for name in ("poses_3d", "hypotheses_3d"):
        if name in made.file and not np.isfinite(made.array(name)).all():
            raise InputError(f"{made_file}: {name} is not finite; a pose that was not found cannot be scored: leave no gaps")
    rows = _matching(known.file, made.file, len(known.poses), len(made.poses))
    hypotheses = made.array("hypotheses_3d") if "hypotheses_3d" in made.file else made.poses[:, None]
    unknown = np.full(made.poses.shape[:2], np.nan)
    uncertainty = made.array("uncertainty") if "uncertainty" in made.file else unknown
    origins = None
    if "translation" in made.file:
        origins = made.file.floats("translation", (*hypotheses.shape[:2], 3))[rows]
    data = _truth_of_folder(folder, known, made, rows)
    predictions = Predictions(made.poses[rows], hypotheses[rows], uncertainty[rows], origins)
    scored = np.isfinite(data.truth[:, 0]).all(1)
    notes = [f"{np.count_nonzero(~scored)} rows whose pelvis is not known: not scored"] if not scored.all() else []
    odd = oddness(predictions.poses, "is it what it should be?")
    notes += [f"warning: {made_file}: {odd}"] if odd else []
    data = data.take(scored)
    data = replace(data, notes=(*notes, *geometry_warnings(data)))
    return data, predictions.take(scored)


def _truth_of_folder(folder: Path, known: "_Joints", made: "_Joints", rows: np.ndarray) -> Dataset:
    """The truth, with what is known of the keypoints, by the truth's file or else by the prediction's."""
    file, count = known.file, len(known.poses)
    source, picked = (made, rows) if all(key in made.file for key in _SEEN) else (known, np.arange(count))
    points, confidence, intrinsics = np.zeros((count, len(JOINTS), 2)), np.zeros((count, len(JOINTS))), None
    if all(key in source.file for key in _SEEN):
        points, confidence = source.array("keypoints_2d")[picked], source.array("confidence")[picked]
        intrinsics = source.file.floats("intrinsics", (len(source.poses), 3, 3))[picked]
    keypoints = Keypoints(
        points=points.astype(np.float32),
        confidence=confidence.astype(np.float32),
        frame=file.integers("frame", count) if "frame" in file else np.arange(count),
        person=file.integers("person", count) if "person" in file else np.zeros(count, np.int64),
        clip=np.zeros(count, np.int64),
        clip_names=(str(folder),),
        frame_count=count,
        skeleton="h36m17",
        intrinsics=intrinsics,
    )
    return Dataset(
        name="custom",
        kind=PREDICTION,
        keypoints=keypoints,
        truth=known.poses,
        joints=_known_joints(known.poses, file.path),
        group=_names(file, "group", count),
        sequence=_names(file, "sequence", count),
        by_group="group" in file,
    )


_ROW = ("clip", "frame", "person")
_SEEN = ("keypoints_2d", "confidence", "intrinsics")
_SHAPES: dict[str, tuple[int | None, ...]] = {"poses_3d": (3,), "hypotheses_3d": (3,), "keypoints_2d": (2,)}
_READ = ("poses_3d", "hypotheses_3d", "uncertainty", "translation", "joint_names", "pose_joint_names", *_ROW, *_SEEN)


class _Joints:
    """The arrays of a file that have a row for each pose and a place for each joint, in zedo's order.

    The order is that of `pose_joint_names`, or of `joint_names` if it is about 17; without either it is zedo's.
    """

    def __init__(self, file: NpzFile) -> None:
        self.file = file
        self.count = len(file["poses_3d"]) if file["poses_3d"].ndim else 0
        if not self.count:
            raise InputError(f"{file.path}: poses_3d has no rows")
        names = list(JOINTS)
        for key in ("joint_names", "pose_joint_names"):
            if key in file and (key != "joint_names" or file[key].size == len(JOINTS) or "keypoints" not in file):
                names = np.ravel(file[key]).astype(str).tolist()
        if sorted(names) != sorted(JOINTS):
            raise InputError(f"{file.path}: joint_names must be zedo's 17, in any order: {', '.join(JOINTS)}")
        self.order = [names.index(joint) for joint in JOINTS]
        self.poses = self.array("poses_3d").astype(np.float64)

    def array(self, key: str) -> np.ndarray:
        """Checked, and in zedo's order. Raises `InputError` for another shape."""
        between = (None,) if key == "hypotheses_3d" else ()
        values = self.file.floats(key, (self.count, *between, len(JOINTS), *_SHAPES.get(key, ())))
        if not values.size:
            raise InputError(f"{self.file.path}: '{key}' has shape {list(values.shape)}, of nothing")
        return values[:, :, self.order] if between else values[:, self.order]


def _known_joints(truth: np.ndarray, path: Path) -> tuple[int, ...]:
    """The joints that some row knows; the pelvis has to be one."""
    known = np.flatnonzero(np.isfinite(truth).all(-1).any(0))
    if 0 not in known:
        raise InputError(f"{path}: poses_3d never knows the pelvis (joint 0), about which poses are compared")
    return tuple(map(int, known))


def _names(file: NpzFile, key: str, count: int, default: np.ndarray | None = None) -> np.ndarray:
    if key not in file:
        return np.full(count, "all") if default is None else default
    names = np.ravel(file[key]).astype(str)
    if len(names) != count:
        raise InputError(f"{file.path}: '{key}' must be {count} names, one for each row")
    return names


def _matching(truth: NpzFile, made: NpzFile, count: int, predicted: int) -> np.ndarray:
    """For each row of the truth, that of the prediction."""
    keys = [key for key in _ROW if key in truth and key in made]
    if "frame" not in keys:
        if count != predicted:
            raise InputError(f"{made.path}: {predicted} poses for {count} of {truth.path.name}; match them by a 'frame'")
        return np.arange(count)
    theirs = {row: i for i, row in enumerate(zip(*(made.integers(key, predicted).tolist() for key in keys), strict=True))}
    if len(theirs) < predicted:
        others = [key for key in _ROW if key in made and key not in truth]
        raise InputError(
            f"{made.path}: several poses share {', '.join(keys)}; tell them apart"
            f"{f' with {others[0]!r} in {truth.path.name}' if others else ''}"
        )
    ours = list(zip(*(truth.integers(key, count).tolist() for key in keys), strict=True))
    missing = [row for row in ours if row not in theirs]
    if missing:
        told = ", ".join(f"{key} {value}" for key, value in zip(keys, missing[0], strict=True))
        raise InputError(f"{made.path}: {len(missing)} rows of {truth.path.name} have no prediction, the first {told}")
    return np.array([theirs[row] for row in ours])
