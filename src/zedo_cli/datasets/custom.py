"""`custom`: data of one's own, as an NPZ with keypoints, K and 3D, or as a folder of a prediction and its truth.

The NPZ is zedo's of keypoints (docs/formats.md) with `poses_3d [N, 17, 3]`, metres, camera frame, absolute or relative to
the pelvis, NaN where unknown; optionally `sequence [N]` and `group [N]`, names. The folder holds `truth.npz` with `poses_3d`
and `prediction.npz`, which is what `zedo lift` writes or any NPZ with `poses_3d`; they belong together row by row, or by
`clip`, `frame` and `person` if both have them.
"""

from pathlib import Path

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked, place_on_keypoints
from zedo_cli.datasets.layouts import find, not_found
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.errors import InputError
from zedo_cli.keypoints import Keypoints, read_keypoints
from zedo_cli.npz import NpzFile
from zedo_cli.skeletons import JOINTS

TRUTH, PREDICTION = "truth.npz", "prediction.npz"
_AT_ORIGIN = 0.1
"""Distance (m) of all pelvises from the origin below which poses are relative to it."""


def custom_dataset(root: Path) -> Dataset:
    """Read an NPZ with keypoints, K and 3D. Raises `InputError` for one that lacks any of it."""
    if root.is_dir():
        raise not_found(root, "data of your own", f"{TRUTH} and {PREDICTION}", "no other place; name an NPZ, or write these")
    keypoints = read_keypoints([root], None, keep_all=True)
    if keypoints.intrinsics is None:
        raise InputError(f"{root}: key 'intrinsics' is missing; add K as [3, 3] or [{len(keypoints)}, 3, 3]")
    file = NpzFile(root)
    truth = _poses(file, root)
    if len(truth) != len(keypoints):
        raise InputError(f"{root}: poses_3d has {len(truth)} rows, keypoints {len(keypoints)}; they belong together")
    notes: tuple[str, ...] = ()
    if np.nanmax(np.abs(truth[:, 0]), initial=0) < _AT_ORIGIN:
        seen = np.where(keypoints.confidence[..., None] > 0, keypoints.points, np.nan)
        truth = place_on_keypoints(truth, seen, keypoints.intrinsics)
        notes = ("the truth is relative to the pelvis: put where it projects best on the keypoints",)
    return checked(
        Dataset(
            name="custom",
            kind="custom",
            keypoints=keypoints,
            truth=truth,
            joints=_known_joints(truth, root),
            group=_names(file, "group", len(truth)),
            sequence=_names(file, "sequence", len(truth), np.array(keypoints.clip_names)[keypoints.clip]),
            by_group="group" in file,
            notes=notes,
        )
    )


def custom_predictions(folder: Path) -> tuple[Dataset, Predictions] | None:
    """A folder's truth and prediction, if it holds both. Raises `InputError` if they do not belong together."""
    paths = find(folder, TRUTH), find(folder, PREDICTION)
    if not folder.is_dir() or paths[0] is None or paths[1] is None:
        return None
    file, made = (
        NpzFile(paths[0]),
        NpzFile(paths[1], _READ),
    )
    truth, poses = _poses(file, paths[0]), _poses(made, paths[1])
    if not np.isfinite(poses).all():
        bad = np.flatnonzero(~np.isfinite(poses).all((1, 2)))[0]
        raise InputError(
            f"{paths[1]}: poses_3d[{bad}] is not finite; a pose that was not found cannot be scored: leave no gaps"
        )
    rows = _matching(file, made, len(truth), len(poses))
    count = len(truth)
    hypotheses, uncertainty = poses[:, None], np.full(poses.shape[:2], np.nan)
    if "hypotheses_3d" in made:
        hypotheses = made.floats("hypotheses_3d", (len(poses), None, len(JOINTS), 3))
    if "uncertainty" in made:
        uncertainty = made.floats("uncertainty", (len(poses), len(JOINTS)))
    source = made if all(key in made for key in _SEEN) else file
    seen = all(key in source for key in _SEEN)
    picked = rows if source is made else np.arange(count)
    points = source.floats("keypoints_2d", (None, len(JOINTS), 2))[picked] if seen else np.zeros((count, len(JOINTS), 2))
    keypoints = Keypoints(
        points=points.astype(np.float32),
        confidence=(source.floats("confidence", (None, len(JOINTS)))[picked] if seen else np.zeros(points.shape[:2])),
        frame=file.integers("frame", count) if "frame" in file else np.arange(count),
        person=file.integers("person", count) if "person" in file else np.zeros(count, np.int64),
        clip=np.zeros(count, np.int64),
        clip_names=(str(folder),),
        frame_count=count,
        skeleton="h36m17",
        intrinsics=source.floats("intrinsics", (None, 3, 3))[picked] if seen else None,
    )
    data = Dataset(
        name="custom",
        kind="prediction.npz",
        keypoints=keypoints,
        truth=truth,
        joints=_known_joints(truth, paths[0]),
        group=_names(file, "group", count),
        sequence=_names(file, "sequence", count),
        by_group="group" in file,
    )
    return data, Predictions(poses[rows], hypotheses[rows], uncertainty[rows])


_ROW = ("clip", "frame", "person")
_SEEN = ("keypoints_2d", "confidence", "intrinsics")
_READ = ("poses_3d", "hypotheses_3d", "uncertainty", "joint_names", *_ROW, *_SEEN)


def _poses(file: NpzFile, path: Path) -> np.ndarray:
    poses = file.floats("poses_3d", (None, len(JOINTS), 3)).astype(np.float64)
    if not len(poses):
        raise InputError(f"{path}: poses_3d has no rows")
    if "joint_names" in file:
        names = np.ravel(file["joint_names"]).astype(str).tolist()
        if sorted(names) != sorted(JOINTS):
            raise InputError(f"{path}: joint_names must be zedo's 17, in any order: {', '.join(JOINTS)}")
        poses = poses[:, [names.index(joint) for joint in JOINTS]]
    return poses


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
    ours = list(zip(*(truth.integers(key, count).tolist() for key in keys), strict=True))
    missing = [row for row in ours if row not in theirs]
    if missing:
        told = ", ".join(f"{key} {value}" for key, value in zip(keys, missing[0], strict=True))
        raise InputError(f"{made.path}: {len(missing)} rows of {truth.path.name} have no prediction, the first {told}")
    return np.array([theirs[row] for row in ours])
