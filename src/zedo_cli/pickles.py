"""Pickled data without pickle's dangers: numpy arrays, numbers, strings and containers are read, everything else refused."""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError

_ALLOWED = {
    *(
        (module, name)
        for module in ("numpy.core.multiarray", "numpy._core.multiarray")
        for name in ("_reconstruct", "scalar")
    ),
    *((module, "_frombuffer") for module in ("numpy.core.numeric", "numpy._core.numeric")),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("builtins", "dict"),
    ("builtins", "list"),
    ("builtins", "set"),
    ("builtins", "slice"),
    ("collections", "OrderedDict"),
    ("_codecs", "encode"),
}


class _ForeignError(Exception):
    """The pickle wants a class or function that is no plain data."""


class _DataUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        raise _ForeignError(f"it holds a {module}.{name}")


def load_pickled(content: bytes, place: str, encoding: str = "ASCII") -> Any:
    """The data of a pickle. Raises `InputError` if it is damaged, or names the foreign class that it holds."""
    try:
        return _DataUnpickler(io.BytesIO(content), encoding=encoding).load()
    except _ForeignError as error:
        raise InputError(f"{place}: {error}; only arrays, numbers, strings and containers are read from pickles") from error
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        KeyError,
        ImportError,
        MemoryError,
    ) as error:
        raise InputError(f"{place}: is damaged or no pickle of plain data") from error


def load_pickled_npz(path: Path, key: str) -> Any:
    """The object in an NPZ file's entry `key`, an array of one pickled object (VideoPose3D's way). Raises `InputError`."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{key}.npy") as entry:
            version = np.lib.format.read_magic(entry)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(entry)
            content = entry.read()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except KeyError as error:
        raise InputError(f"{path}: entry '{key}' is missing") from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: is no NPZ file, or is damaged") from error
    if dtype != np.dtype(object) or shape != ():
        raise InputError(f"{path}: entry '{key}' is no pickled object")
    value = load_pickled(content, f"{path}: {key}")
    return value.item() if isinstance(value, np.ndarray) and value.shape == () else value
