"""Restricted unpickling: numpy arrays, numbers, strings and containers are read, everything else is refused.

No numpy class is handed to the pickle. Arrays and types are stand-ins that check their arguments and are
converted to arrays afterwards, since numpy's own constructors would trust pointers and flags from the file.
"""

import io
import math
import pickle
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.files import check_expansion
from zedo_cli.io.npz import HEADER_ERRORS


class _ForeignError(Exception):
    """The pickle asks for something that is not plain data."""


class _Dtype:
    """Stand-in for numpy.dtype: booleans, numbers, strings, and objects in lists."""

    __slots__ = ("code", "order")

    def __init__(self, code: Any, *_: Any) -> None:
        self.code, self.order = str(code), "="

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5 or any(part is not None for part in state[2:5]):
            raise _ForeignError("it holds a structured array")
        self.order = {"<": "<", ">": ">"}.get(state[1], "=")

    @property
    def objects(self) -> bool:
        return self.code[:1] == "O"

    def plain(self) -> np.dtype[Any]:
        if self.code[:1] not in "biufcSU" or not self.code[1:].isdigit():
            raise _ForeignError(f"it holds an array of type {self.code}")
        return np.dtype(self.code).newbyteorder(self.order)  # type: ignore[arg-type]


_EMPTY = np.zeros(0)


class _Array:
    """Stand-in for numpy.ndarray; `value` is the array, or a list of stand-ins where it holds objects."""

    __slots__ = ("shape", "value")

    def __init__(self, *_: Any) -> None:
        self.value: np.ndarray | list[Any] = _EMPTY
        self.shape: tuple[int, ...] = (0,)

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran, content = state
        self.shape = tuple(int(size) for size in shape)
        if not isinstance(dtype, _Dtype) or min(self.shape, default=0) < 0:
            raise _ForeignError("it holds a malformed array")
        if dtype.objects:
            if not isinstance(content, list) or len(content) != math.prod(self.shape):
                raise _ForeignError("it holds a malformed array of objects")
            self.value = content
        else:
            self.value = _from_bytes(content, dtype, self.shape, "F" if fortran else "C")


def _from_bytes(content: Any, dtype: _Dtype, shape: tuple[int, ...], order: str) -> np.ndarray:
    raw = content.encode("latin1") if isinstance(content, str) else bytes(content)
    return np.frombuffer(raw, dtype.plain()).reshape(shape, order=order).copy()  # type: ignore[call-overload]


def _scalar(dtype: _Dtype, content: Any = b"") -> Any:
    return _from_bytes(content, dtype, (), "C")[()]


def _reconstruct(*_: Any) -> _Array:
    return _Array()


_NUMPY = ("numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric")
_STAND_INS: dict[str, Any] = {"_reconstruct": _reconstruct, "scalar": _scalar, "_frombuffer": _from_bytes}
_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    **{(module, kind.__name__): kind for module in ("builtins", "__builtin__") for kind in (dict, list, set)},
    **{(module, "bytes"): lambda: b"" for module in ("builtins", "__builtin__")},
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): lambda text, _="latin1": text.encode("latin1"),
}


_InPython: Any = pickle._Unpickler


class _FindsData:
    def find_class(self, module: str, name: str) -> Any:
        if module in _NUMPY and name in _STAND_INS:
            return _STAND_INS[name]
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        raise _ForeignError(f"it holds a {module}.{name}")


class _FastUnpickler(_FindsData, pickle.Unpickler):
    """In C."""


class _CarefulUnpickler(_FindsData, _InPython):  # type: ignore[misc]
    """In Python: the one in C takes gigabytes for one damaged number, of a place in its memo."""

    dispatch: ClassVar = dict(_InPython.dispatch)

    def load_bytearray8(self) -> None:
        """Room is made for the bytes that are there, not for those that are announced."""
        size = int.from_bytes(self.read(8), "little")
        content = self.read(size)
        if len(content) < size:
            raise EOFError
        self.append(bytearray(content))

    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8


CAREFUL = 16_000_000
"""Bytes of a pickle from which on it is read in C, several times as fast: lists of half a million people."""


def load_pickled(content: bytes, source: str | Path, encoding: str = "latin1") -> Any:
    """The data of a pickle. Raises `InputError` if it is damaged, or if it holds another class, which is
    named."""
    try:
        unpickler = _CarefulUnpickler if len(content) < CAREFUL else _FastUnpickler
        return _resolved(unpickler(io.BytesIO(content), encoding=encoding).load())
    except _ForeignError as error:
        raise InputError(
            str(error),
            source=source,
            fix="only arrays, numbers, strings and containers are read from pickles",
        ) from error
    except Exception as error:  # a damaged pickle may call the stand-ins with anything
        raise InputError("is damaged, or not a pickle of plain data", source=source) from error


def load_pickled_npz(path: Path, key: str) -> Any:
    """The object in an NPZ file's entry `key`, or the array of objects (as VideoPose3D writes them). Raises
    `InputError`."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{key}.npy") as entry:
            check_expansion(path, archive.getinfo(f"{key}.npy").file_size)
            version = np.lib.format.read_magic(entry)
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            _, _, dtype = read(entry)
            content = entry.read()
    except FileNotFoundError as error:
        raise InputError("no such file", source=path) from error
    except KeyError as error:
        raise InputError(f"entry '{key}' is missing", source=path) from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, *HEADER_ERRORS) as error:
        raise InputError("is not an NPZ file, or is damaged", source=path) from error
    if dtype != np.dtype(object):
        raise InputError(f"entry '{key}' is not a pickled object", source=path)
    value = load_pickled(content, f"{path}: {key}")
    return value.item() if isinstance(value, np.ndarray) and value.shape == () else value


def _resolved(value: Any) -> Any:
    """The value, with the stand-ins replaced by arrays."""
    if isinstance(value, _Array):
        if isinstance(value.value, np.ndarray):
            return value.value
        whole = np.empty(len(value.value), dtype=object)
        for i, part in enumerate(value.value):
            whole[i] = _resolved(part)
        return whole.reshape(value.shape)
    if isinstance(value, dict) and not any(isinstance(key, _Array | _Dtype | tuple) for key in value):
        for key, part in value.items():  # in place: such lists may hold half a million people
            value[key] = _resolved(part)
        return value
    if isinstance(value, dict):
        return {_resolved(key): _resolved(part) for key, part in value.items()}
    if isinstance(value, list):
        for i, part in enumerate(value):
            value[i] = _resolved(part)
        return value
    if isinstance(value, tuple):
        return tuple(_resolved(part) for part in value)
    if isinstance(value, _Dtype):
        raise _ForeignError("it holds a bare data type")
    return value
