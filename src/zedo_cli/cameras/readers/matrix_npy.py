"""K as NPY."""

from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.cameras.reading import single_camera
from zedo_cli.errors import InputError


def read(path: Path, name: str | None) -> Camera:
    """Read the file. Raises `InputError` if it is damaged, or not a matrix of numbers."""
    single_camera(path, name)
    try:
        k = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError) as error:
        raise InputError(
            f"is not an NPY file of numbers ({error})", source=path, fix="save K with numpy.save"
        ) from error
    return Camera(path.stem, checked_intrinsics(k, path))
