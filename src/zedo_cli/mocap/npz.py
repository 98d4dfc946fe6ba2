"""zedo's own NPZ of poses; Human3.6M's NPZ is passed on to its reader."""

import zipfile
from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.npz import NpzFile
from zedo_cli.mocap import h36m
from zedo_cli.mocap.container import Motion, checked, y_to_z_up
from zedo_cli.skeletons import JOINTS


def read(path: Path) -> list[Motion]:
    """Read `pos [N, 17, 3]`, metres (or integers with a `scale` in metres), world frame with Z up.

    Optional: `up` (`y` for a world with Y up), `license`, `cls [N]`, `subject [N]` with the table
    `subject_names`, `source [N]` with `source_names`. Human3.6M's `positions_3d` in VideoPose3D's layout is
    recognised too. Raises `InputError` that names file, key and fix.
    """
    if _holds(path, f"{h36m.KEY}.npy"):
        return h36m.read_h36m(path)
    file = NpzFile(path)
    scale = file.floats("scale", ()) if "scale" in file else np.float32(1)
    poses = file.floats("pos", (None, len(JOINTS), 3)) * scale
    said = "up" in file
    up = str(file.get("up", "z")).lower()
    if up not in ("y", "z"):
        raise InputError(f"'up' is '{up}'; it must be y or z", source=path)
    poses = y_to_z_up(poses) if up == "y" else poses
    classes = file.integers("cls", len(poses)) if "cls" in file else np.zeros(len(poses), np.int64)
    motion = Motion(
        poses=checked(
            poses,
            f"{path}: pos",
            "key 'scale' (metres a unit) converts",
            None if said else "write the key up='y' if Y is up, and up='z' if they do lie",
        ).astype(np.float32),
        classes=np.unique(classes, return_inverse=True)[1],
        subjects=_names(file, "subject", len(poses), path.stem),
        origins=_names(file, "source", len(poses), path.stem),
        licence=str(file.get("license", "not stated")),
    )
    return [motion]


def _holds(path: Path, entry: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return entry in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _names(file: NpzFile, key: str, count: int, default: str) -> np.ndarray:
    """Names per pose: `key` holds indices into the table `{key}_names`."""
    if key not in file or f"{key}_names" not in file:
        return np.full(count, default)
    index, table = file.integers(key, count), file[f"{key}_names"]
    if table.ndim != 1:
        raise InputError(f"'{key}_names' must be a one-dimensional array of names", source=file.path)
    if count and not (index.min() >= 0 and index.max() < len(table)):
        raise InputError(
            f"'{key}' points outside '{key}_names', which has {len(table)} entries", source=file.path
        )
    return table[index].astype(str)
