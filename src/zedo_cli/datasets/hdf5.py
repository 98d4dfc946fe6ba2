"""What data sets read of HDF5 files, including MATLAB's of version 7.3."""

from typing import Any

import numpy as np

from zedo_cli.datasets.layouts import extra
from zedo_cli.errors import InputError


def values(file: Any, key: str) -> np.ndarray:
    """The array of a dataset; for object references (MATLAB's cells) the arrays that they point to, stacked.

    Raises `InputError` if it is missing.
    """
    h5py = extra("h5py", file.filename)
    if key not in file or not isinstance(file[key], h5py.Dataset):
        raise InputError(
            f"{file.filename}: '{key}' is missing; it has {', '.join(sorted(file)) or 'nothing'}"
        )
    data = file[key][()]
    if h5py.check_ref_dtype(file[key].dtype) is None:
        return np.asarray(data)
    cells = [np.asarray(file[reference][()]) for reference in np.ravel(data)]
    return cells[0] if len(cells) == 1 else np.stack(cells)
