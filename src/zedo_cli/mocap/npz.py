"""zedo's own NPZ of poses."""

from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.npz import NpzFile
from zedo_cli.mocap.container import Motion, checked
from zedo_cli.skeletons import JOINTS


def read_npz(path: Path) -> Motion:
    """Read `pos [N, 17, 3]`, metres (or integers with a `scale` in metres), world frame with Z up.

    Optional: `license`, `cls [N]`, `subject [N]` with the table `subject_names`, `source [N]` with `source_names`.
    Raises `InputError`, one line naming file, key and mend.
    """
    file = NpzFile(path)
    scale = file.floats("scale", ()) if "scale" in file else np.float32(1)
    poses = file.floats("pos", (None, len(JOINTS), 3)) * scale
    classes = file.integers("cls", len(poses)) if "cls" in file else np.zeros(len(poses), np.int64)
    return Motion(
        poses=checked(poses, f"{path}: pos", "key 'scale' (metres a unit) converts"),
        classes=np.unique(classes, return_inverse=True)[1],
        subjects=_names(file, "subject", len(poses), path.stem),
        origins=_names(file, "source", len(poses), path.stem),
        licence=str(file.get("license", "not stated")),
    )


def _names(file: NpzFile, key: str, count: int, default: str) -> np.ndarray:
    """Names per pose: `key` holds indices into the table `{key}_names`."""
    if key not in file or f"{key}_names" not in file:
        return np.full(count, default)
    index, table = file.integers(key, count), file[f"{key}_names"]
    if table.ndim != 1:
        raise InputError(f"{file.path}: '{key}_names' must be a row of names")
    if count and not (index.min() >= 0 and index.max() < len(table)):
        raise InputError(f"{file.path}: '{key}' points outside '{key}_names', which has {len(table)} entries")
    return table[index].astype(str)
