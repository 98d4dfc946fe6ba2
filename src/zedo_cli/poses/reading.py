"""Reading poses that zedo wrote: NPZ and JSON."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.files import read_json
from zedo_cli.io.npz import NpzFile
from zedo_cli.poses.container import ROW_FIELDS, Poses
from zedo_cli.skeletons import JOINTS

_INTEGERS = ("frame", "person", "clip")
_SHAPES: dict[str, tuple[int | None, ...]] = {
    "poses_3d": (17, 3),
    "hypotheses_3d": (None, 17, 3),
    "translation": (None, 3),
    "hypothesis_score": (None,),
    "uncertainty": (17,),
    "reprojection_error": (),
    "time": (),
    "keypoints_2d": (17, 2),
    "confidence": (17,),
    "intrinsics": (3, 3),
    "swapped": (3,),
}
"""Shapes of the fields without the rows; None is the number of hypotheses."""

_LIFT_AGAIN = "give the .npz or .json of zedo lift"


def read_poses(path: str | Path) -> Poses:
    """Read the poses of an NPZ or a JSON file that zedo wrote.

    Args:
        path: `.npz` or `.json`.

    Raises:
        InputError: the file is damaged or holds something else; it names the field.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".npz":
        fields, names, meta = _from_npz(path)
    elif suffix == ".json":
        fields, names, meta = _from_json(path)
    else:
        raise InputError(f"poses cannot be read from '{path.suffix}'", source=path, fix=_LIFT_AGAIN)
    if tuple(names) != JOINTS:
        raise InputError("holds other joints than the 17 of Human3.6M", source=path, fix=_LIFT_AGAIN)
    rows = len(np.atleast_1d(fields["poses_3d"]))
    if rows == 0:
        raise InputError("holds no poses", source=path)
    if "time" not in fields:  # written before zedo stored it
        fields["time"] = np.full(rows, np.nan)
    for name in ROW_FIELDS:
        _check(name, fields, rows, path)
    if fields["clip"].min() < 0 or fields["clip"].max() >= len(meta.get("inputs", ["?"])):
        raise InputError("'clip' is not an index into the inputs of its metadata", source=path)
    return Poses(**fields, joint_names=JOINTS, meta=meta)


def _from_npz(path: Path) -> tuple[dict[str, np.ndarray], list[str], dict[str, Any]]:
    file = NpzFile(path)
    if "poses_3d" not in file or "meta" not in file:
        raise InputError("is not a file of lifted poses", source=path, fix=_LIFT_AGAIN)
    try:
        meta = json.loads(str(file["meta"]))
    except (ValueError, RecursionError) as error:
        raise InputError(f"its metadata is not JSON ({error})", source=path, fix=_LIFT_AGAIN) from error
    names = [str(name) for name in np.atleast_1d(file["joint_names"])]
    return {name: file[name] for name in ROW_FIELDS if name in file}, names, _dictionary(meta, path)


def _from_json(path: Path) -> tuple[dict[str, np.ndarray], list[str], dict[str, Any]]:
    document = read_json(path)
    if not isinstance(document, dict) or document.get("format") != "zedo-poses":
        raise InputError("is not a file of lifted poses", source=path, fix=_LIFT_AGAIN)
    people = document.get("poses")
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise InputError("'poses' must be a list of records", source=path, fix=_LIFT_AGAIN)
    fields = {}
    for name in ROW_FIELDS:
        key = "pose_3d" if name == "poses_3d" else name
        if name == "time" and people and key not in people[0]:
            continue
        try:
            column = [person[key] for person in people]
            kind = np.int64 if name in _INTEGERS else bool if name == "swapped" else np.float32
            with np.errstate(over="raise"):
                fields[name] = np.array(column, np.float64 if name == "time" else kind)
        except (KeyError, TypeError, ValueError, OverflowError, FloatingPointError) as error:
            raise InputError(f"a pose has no usable '{key}'", source=path, fix=_LIFT_AGAIN) from error
    names = document.get("joint_names")
    return fields, names if isinstance(names, list) else [], _dictionary(document.get("meta"), path)


def _dictionary(meta: Any, path: Path) -> dict[str, Any]:
    good = isinstance(meta, dict) and isinstance(meta.get("inputs", []), list)
    if not good:
        raise InputError("its metadata is not an object with 'inputs'", source=path, fix=_LIFT_AGAIN)
    found: dict[str, Any] = meta
    return found


def _check(name: str, fields: dict[str, np.ndarray], rows: int, path: Path) -> None:
    if name not in fields:
        raise InputError(f"'{name}' is missing", source=path, fix=_LIFT_AGAIN)
    array, shape = fields[name], (rows, *_SHAPES.get(name, ()))
    kinds = "iu" if name in _INTEGERS else "b" if name == "swapped" else "f"
    fits = array.ndim == len(shape) and all(w in (None, h) for w, h in zip(shape, array.shape, strict=True))
    if not fits or array.dtype.kind not in kinds:
        wanted = ", ".join("S" if size is None else str(size) for size in shape)
        raise InputError(
            f"'{name}' is {array.dtype} {list(array.shape)}; it must be [{wanted}]",
            source=path,
            fix=_LIFT_AGAIN,
        )
