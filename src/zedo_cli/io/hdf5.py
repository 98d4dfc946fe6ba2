"""HDF5 files by h5py, an optional package."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zedo_cli.errors import InputError
from zedo_cli.io.files import check_expansion
from zedo_cli.registry import missing_extra


@contextmanager
def open_hdf5(path: Path, extra: str = "keypoints") -> Iterator[Any]:
    """The file, open for reading.

    Raises `InputError` if h5py, of that extra, is not installed, and if the file is not HDF5, truncated,
    damaged, far larger than it looks, or links to another one.
    """
    try:
        import h5py
    except ImportError as error:
        raise missing_extra("h5py", extra, source=path) from error
    try:
        with h5py.File(path, "r") as file:
            check_expansion(path, _size(file, path))
            yield file
    except FileNotFoundError as error:
        raise InputError("no such file", source=path) from error
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        short = " ".join(str(error).split())[:80]
        raise InputError(
            f"is not HDF5 (MATLAB 7.3), or is damaged ({short})", source=path, fix="get it again"
        ) from error


def _size(file: Any, path: Path) -> int:
    """Bytes of all arrays in a file. Raises `InputError` for what lies in another file."""
    import h5py

    sizes: list[int] = []

    def look(name: str, item: Any) -> None:
        outside = getattr(item, "external", None) or getattr(item, "is_virtual", False)
        if isinstance(item, h5py.Group):
            outside = any(isinstance(item.get(key, getlink=True), h5py.ExternalLink) for key in item)
        if outside:
            text = "takes data from another file"
            raise InputError(text, source=path, where=name or None, fix="copy it into this one")
        sizes.append(getattr(item, "nbytes", 0))

    look("", file)
    file.visititems(look)
    return sum(sizes)
