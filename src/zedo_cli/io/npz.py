"""Reading NPZ files without pickle: every error names the file, the key and the fix."""

import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.files import check_expansion
from zedo_cli.io.numbers import single_precision

_REWRITE = "write it again with numpy.savez"


HEADER_ERRORS = (tokenize.TokenError, SyntaxError, NotImplementedError, RuntimeError)
"""What numpy and zipfile raise, besides their own errors, for headers that are damaged."""


@contextmanager
def _without_advice() -> Iterator[None]:
    """Without numpy's advice to write arrays of Python 2 again: they are read as any other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def load_npy(path: Path, fix: str) -> np.ndarray:
    """The array of an NPY file. Raises `InputError` if it is damaged or holds pickled objects."""
    try:
        with _without_advice():
            array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError, *HEADER_ERRORS) as error:
        problem = "is empty" if path.stat().st_size == 0 else f"is not an NPY file of numbers ({error})"
        raise InputError(problem, source=path, fix=fix) from error
    if not isinstance(array, np.ndarray):
        raise InputError("is not an NPY file", source=path, fix=fix)
    return array


class NpzFile:
    """The arrays of an NPZ file, read at once; only `keys`, if they are given.

    Raises `InputError` if the file is missing, empty, not an NPZ, truncated, or if what is read holds pickled
    objects.
    """

    def __init__(self, path: Path, keys: tuple[str, ...] | None = None) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise InputError("no such file", source=path)
        if self.path.stat().st_size == 0:
            raise InputError("is empty", source=path)
        if not zipfile.is_zipfile(self.path):
            raise InputError("is not an NPZ file, or is truncated", source=path, fix=_REWRITE)
        try:
            with zipfile.ZipFile(self.path) as archive:
                check_expansion(self.path, sum(member.file_size for member in archive.infolist()))
            with _without_advice(), np.load(self.path, allow_pickle=False) as file:
                self._arrays = {key: file[key] for key in file.files if keys is None or key in keys}
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, *HEADER_ERRORS) as error:
            raise InputError(f"is damaged ({error})", source=path, fix=_REWRITE) from error
        except (ValueError, MemoryError) as error:
            raise InputError(
                "is damaged or holds pickled objects", source=path, fix="save plain arrays"
            ) from error
        for key, array in self._arrays.items():
            if not isinstance(array, np.ndarray):
                raise InputError("is not an array", source=path, where=f"key '{key}'", fix=_REWRITE)

    def __contains__(self, key: str) -> bool:
        return key in self._arrays

    @property
    def names(self) -> list[str]:
        """Of the arrays that were read."""
        return list(self._arrays)

    def __getitem__(self, key: str) -> np.ndarray:
        if key not in self._arrays:
            present = ", ".join(sorted(self._arrays)) or "none"
            raise InputError(f"key '{key}' is missing", source=self.path, fix=f"the file has {present}")
        return self._arrays[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The array of `key`, or `default` if there is none."""
        return self._arrays.get(key, default)

    def floats(self, key: str, shape: tuple[int | None, ...]) -> np.ndarray:
        """The array of `key` as float32, checked against `shape` (None: any size). Raises `InputError`."""
        array = self[key]
        if array.dtype.kind not in "fiu":
            raise InputError(f"'{key}' has type {array.dtype}; it must be numeric", source=self.path)
        if array.ndim != len(shape) or any(
            w not in (None, h) for w, h in zip(shape, array.shape, strict=True)
        ):
            wanted = ", ".join("N" if size is None else str(size) for size in shape)
            raise InputError(
                f"'{key}' has shape {list(array.shape)}; it must be [{wanted}]", source=self.path
            )
        return single_precision(array, self.path, key)

    def integers(self, key: str, count: int) -> np.ndarray:
        """The array of `key` as int64, one for each of `count` rows. Raises `InputError`."""
        values = self[key]
        if values.shape != (count,) or values.dtype.kind not in "iu":
            raise InputError(f"'{key}' must be {count} integers, one for each row", source=self.path)
        return values.astype(np.int64)
