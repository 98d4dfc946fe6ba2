"""Numbers from files, none of which is changed without a word."""

from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError


def real_numbers(values: object) -> np.ndarray:
    """Values as float64. Raises `TypeError` for complex numbers, of which NumPy would drop a part."""
    array = np.asarray(values)
    if array.dtype.kind == "c":
        raise TypeError("complex numbers")
    return array.astype(np.float64)


def single_precision(array: np.ndarray, source: str | Path, where: str | None = None) -> np.ndarray:
    """Numbers as float32. Raises `InputError` for one that it cannot hold."""
    try:
        with np.errstate(over="raise"):
            return array.astype(np.float32)
    except FloatingPointError as error:
        raise InputError("holds a number beyond 3e38", source=source, where=where) from error
