"""K as NPY, and the NPZ in which people keep a calibration of OpenCV (`mtx`, `dist`)."""

from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.readers.matrix_json import DISTORTION_NAMES, MATRIX_NAMES, matrix
from zedo_cli.cameras.reading import lens
from zedo_cli.errors import InputError
from zedo_cli.io.npz import NpzFile, load_npy


def read(path: Path) -> list[Camera]:
    """Read an NPY. Raises `InputError` if it is damaged, or not a matrix of numbers."""
    k = load_npy(path, "save K with numpy.save")
    return [Camera(path.stem, matrix(k, path))]


def read_npz(path: Path) -> list[Camera]:
    """Read an NPZ. Raises `InputError` if it holds no K."""
    file = NpzFile(path)
    names = {name.lower(): name for name in file.names}
    key = next((names[name] for name in MATRIX_NAMES if name in names), None)
    if key is None:
        raise InputError(
            "holds no K",
            source=path,
            fix=f"name it K or mtx; the file has {', '.join(file.names) or 'nothing'}",
        )
    k = matrix(file[key], path, key)
    found = next((names[name] for name in DISTORTION_NAMES if name in names), None)
    coefficients = lens(file[found], path, found) if found else np.zeros(0)
    size = next((file[names[name]] for name in ("image_size", "size", "resolution") if name in names), None)
    if size is not None and (size.shape != (2,) or size.dtype.kind not in "fiu"):
        size = None
    return [
        Camera(path.stem, k, coefficients, size=None if size is None else (float(size[0]), float(size[1])))
    ]
