"""`custom`: the user's own data, as an NPZ with keypoints, K and 3D, or as a folder with a prediction and its
truth.

The NPZ is that of zedo's keypoints (docs/formats.md) with `poses_3d [N, 17, 3]`, metres, camera frame,
absolute or relative to the pelvis, NaN where unknown; optionally `sequence [N]` and `group [N]`, names. The
folder holds `truth.npz` with `poses_3d` and `prediction.npz`, which is the output of `zedo lift` or any NPZ
with `poses_3d`. They match row by row, or by `clip`, `frame` and `person` if both have them.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.described import Described
from zedo_cli.datasets.geometry import checked, geometry_warnings, place_on_keypoints
from zedo_cli.datasets.layouts import find
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.errors import InputError, Note
from zedo_cli.io.npz import NpzFile
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise
from zedo_cli.mocap.container import implausibility
from zedo_cli.skeletons import JOINTS

TRUTH, PREDICTION = "truth.npz", "prediction.npz"
_AT_ORIGIN = 0.1
"""Distance (m) of all pelvises from the origin below which poses are relative to it."""


def load(root: Path, keypoints_kind: str = "", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read an NPZ with keypoints, K and 3D, or what a TOML file describes. Raises `InputError` if one of
    these is missing."""
    if root.is_dir():
        raise InputError(
            f"the folder does not hold {TRUTH} and {PREDICTION}",
            source=root,
            fix="add them, or give an NPZ with keypoints",
        )
    if root.suffix.lower() == ".toml":
        described = Described(root)
        names = [described.names("group"), described.names("sequence")]
        return _dataset(root, described.keypoints, described.truth, *names)
    keypoints = standardise(read_keypoints(root), keep_all=True)
    file = NpzFile(root)
    truth = _Joints(file).poses
    if len(truth) != len(keypoints):
        raise InputError(
            f"poses_3d has {len(truth)} rows, keypoints {len(keypoints)}",
            source=root,
            fix="give one for each",
        )
    names = [_names(file, key, len(truth)) if key in file else None for key in ("group", "sequence")]
    return _dataset(root, keypoints, truth, *names)


def _dataset(
    root: Path, keypoints: Keypoints, truth: np.ndarray, group: np.ndarray | None, sequence: np.ndarray | None
) -> Dataset:
    """Keypoints and truth as a data set; truth that is relative to the pelvis is put on the keypoints."""
    if keypoints.intrinsics is None:
        raise InputError(
            "key 'intrinsics' is missing", source=root, fix=f"add K as [3, 3] or [{len(keypoints)}, 3, 3]"
        )
    joints = _known_joints(truth, root)
    notes: tuple[Note, ...] = ()
    if float(np.nanmax(np.abs(truth[:, 0]))) < _AT_ORIGIN:
        seen = np.where(keypoints.confidence[..., None] > 0, keypoints.points, np.nan)
        truth = place_on_keypoints(truth, seen, keypoints.intrinsics)
        text = "the truth is relative to the pelvis: placed where it projects best on the keypoints"
        notes = (Note("info", text, "truth-placed"),)
    return checked(
        Dataset(
            name="custom",
            kind="custom",
            keypoints=keypoints,
            truth=truth,
            joints=joints,
            group=np.full(len(truth), "all") if group is None else group,
            sequence=np.array(keypoints.clip_names)[keypoints.clip] if sequence is None else sequence,
            by_group=group is not None,
            notes=notes,
        )
    )


def custom_predictions(folder: Path) -> tuple[Dataset, Predictions] | None:
    """The truth and the prediction of a folder, if it holds both. Raises `InputError` if they do not
    match."""
    truth_file, prediction_file = find(folder, TRUTH), find(folder, PREDICTION)
    if not folder.is_dir() or truth_file is None or prediction_file is None:
        return None
    known, prediction = _Joints(NpzFile(truth_file)), _Joints(NpzFile(prediction_file, _READ))
    for name in ("poses_3d", "hypotheses_3d"):
        if name in prediction.file and not np.isfinite(prediction.array(name)).all():
            raise InputError(
                f"{name} is not finite: a missing pose cannot be scored",
                source=prediction_file,
                fix="give a pose for each row",
            )
    rows = _matching(known.file, prediction.file, len(known.poses), len(prediction.poses))
    hypotheses = (
        prediction.array("hypotheses_3d") if "hypotheses_3d" in prediction.file else prediction.poses[:, None]
    )
    unknown = np.full(prediction.poses.shape[:2], np.nan)
    uncertainty = prediction.array("uncertainty") if "uncertainty" in prediction.file else unknown
    origins = None
    if "translation" in prediction.file:
        origins = prediction.file.floats("translation", (*hypotheses.shape[:2], 3))[rows]
    data = _truth_of_folder(folder, known, prediction, rows)
    predictions = Predictions(prediction.poses[rows], hypotheses[rows], uncertainty[rows], origins)
    scored = np.isfinite(data.truth[:, 0]).all(1)
    notes = []
    if not scored.all():
        text = f"{np.count_nonzero(~scored)} rows whose pelvis is unknown: not scored"
        notes.append(Note("warning", text, "not-scored"))
    problem = implausibility(predictions.poses, "is this the right file?")
    if problem:
        notes.append(Note("warning", f"{prediction_file}: {problem}", "implausible-data"))
    data = data.take(scored)
    data = replace(data, notes=(*notes, *geometry_warnings(data)))
    return data, predictions.take(scored)


def _truth_of_folder(folder: Path, known: "_Joints", prediction: "_Joints", rows: np.ndarray) -> Dataset:
    """The truth, with the keypoints of the prediction's file, or else of the truth's."""
    file, count = known.file, len(known.poses)
    source, picked = (
        (prediction, rows) if all(key in prediction.file for key in _SEEN) else (known, np.arange(count))
    )
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
_READ = (
    "poses_3d",
    "hypotheses_3d",
    "uncertainty",
    "translation",
    "joint_names",
    "pose_joint_names",
    *_ROW,
    *_SEEN,
)


class _Joints:
    """The arrays of a file with a row for each pose and an entry for each joint, in zedo's order.

    The order in the file is that of `pose_joint_names`, or of `joint_names` if it has 17; without either it
    is zedo's.
    """

    def __init__(self, file: NpzFile) -> None:
        self.file = file
        self.count = len(file["poses_3d"]) if file["poses_3d"].ndim else 0
        if not self.count:
            raise InputError("poses_3d has no rows", source=file.path)
        names = list(JOINTS)
        for key in ("joint_names", "pose_joint_names"):
            if key in file and (
                key != "joint_names" or file[key].size == len(JOINTS) or "keypoints" not in file
            ):
                names = np.ravel(file[key]).astype(str).tolist()
        if sorted(names) != sorted(JOINTS):
            raise InputError(
                f"joint_names must be zedo's 17, in any order: {', '.join(JOINTS)}", source=file.path
            )
        self.order = [names.index(joint) for joint in JOINTS]
        self.poses = self.array("poses_3d").astype(np.float64)

    def array(self, key: str) -> np.ndarray:
        """A checked array in zedo's order. Raises `InputError` for another shape."""
        between = (None,) if key == "hypotheses_3d" else ()
        values = self.file.floats(key, (self.count, *between, len(JOINTS), *_SHAPES.get(key, ())))
        if not values.size:
            raise InputError(f"'{key}' has shape {list(values.shape)}, which is empty", source=self.file.path)
        return values[:, :, self.order] if between else values[:, self.order]


def _known_joints(truth: np.ndarray, path: Path) -> tuple[int, ...]:
    """The joints that are known in some row; the pelvis must be one of them."""
    known = np.flatnonzero(np.isfinite(truth).all(-1).any(0))
    if 0 not in known:
        raise InputError(
            "in poses_3d the pelvis (joint 0), about which poses are compared, is always NaN", source=path
        )
    return tuple(map(int, known))


def _names(file: NpzFile, key: str, count: int) -> np.ndarray:
    if key not in file:
        return np.full(count, "all")
    names = np.ravel(file[key]).astype(str)
    if len(names) != count:
        raise InputError(f"'{key}' must be {count} names, one for each row", source=file.path)
    return names


def _matching(truth: NpzFile, prediction: NpzFile, count: int, predicted: int) -> np.ndarray:
    """For each row of the truth, the row of the prediction."""
    keys = [key for key in _ROW if key in truth and key in prediction]
    if "frame" not in keys:
        if count != predicted:
            raise InputError(
                f"{predicted} poses for {count} of {truth.path.name}",
                source=prediction.path,
                fix="match them by a key 'frame'",
            )
        return np.arange(count)
    theirs = {
        row: i
        for i, row in enumerate(
            zip(*(prediction.integers(key, predicted).tolist() for key in keys), strict=True)
        )
    }
    if len(theirs) < predicted:
        others = [key for key in _ROW if key in prediction and key not in truth]
        hint = f" with {others[0]!r} in {truth.path.name}" if others else ""
        raise InputError(
            f"several poses share {', '.join(keys)}", source=prediction.path, fix=f"distinguish them{hint}"
        )
    ours = list(zip(*(truth.integers(key, count).tolist() for key in keys), strict=True))
    missing = [row for row in ours if row not in theirs]
    if missing:
        first = ", ".join(f"{key} {value}" for key, value in zip(keys, missing[0], strict=True))
        raise InputError(
            f"{len(missing)} rows of {truth.path.name} have no prediction, the first {first}",
            source=prediction.path,
        )
    return np.array([theirs[row] for row in ours])
