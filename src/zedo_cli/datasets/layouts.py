"""What the readers of data sets share: finding files in a root, saying what is missing, checking arrays."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

from zedo_cli.errors import InputError

_SHOWN = 6


def find(root: Path, *names: str, inside: Sequence[str] = ("",)) -> Path | None:
    """The first of the files or folders `names` that is in `root`, or in one of its folders `inside`."""
    return next((root / folder / name for folder in inside for name in names if (root / folder / name).exists()), None)


def not_found(root: Path, title: str, looked_for: str, source: str) -> InputError:
    """The one message for a root without the data set: what was looked for, what is there, where to get it."""
    if not root.is_dir():
        return InputError(f"{root}: no such folder; --data-root is the folder of {title}, which is to be had at {source}")
    names = sorted(path.name + "/" * path.is_dir() for path in root.iterdir() if not path.name.startswith("."))
    found = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return InputError(
        f"{root}: holds no {title}; looked for {looked_for}; found {found or 'nothing'};"
        f" the data set is to be had at {source}"
    )


def without_missing(root: Path, title: str, wanted: Iterable[str], present: Iterable[str], allow_missing: bool) -> list[str]:
    """A note on sequences that are missing, if they may be. Raises `InputError` that names them otherwise."""
    there = set(present)
    missing = [name for name in wanted if name not in there]
    if not missing:
        return []
    told = f"{len(missing)} of the sequences of {title} are missing: {', '.join(missing)}"
    if not allow_missing:
        raise InputError(f"{root}: {told}; extract them, or go on without them with --allow-missing")
    return [f"{told}: not in the figures, which are not those of the data set"]


def extra(module: str, what: str) -> ModuleType:
    """A module of the extra `eval`. Raises `InputError` that says what to install if it is not there."""
    try:
        return import_module(module)
    except ImportError as error:
        raise InputError(f"{what} needs {module.partition('.')[0]}: pip install 'zedo-cli[eval]'") from error


def pinhole(fx: ArrayLike, fy: ArrayLike, cx: ArrayLike, cy: ArrayLike) -> np.ndarray:
    """K `[..., 3, 3]` of numbers or arrays `[...]`."""
    k = np.zeros((*np.shape(fx), 3, 3))
    k[..., 0, 0], k[..., 1, 1], k[..., 0, 2], k[..., 1, 2], k[..., 2, 2] = fx, fy, cx, cy, 1
    return k


def array(value: object, shape: tuple[int | None, ...], place: str, whole: bool = False) -> np.ndarray:
    """A numeric array as float64, checked against `shape` (None: any size), and for being whole numbers if `whole`.

    Raises `InputError` that names the place.
    """
    have = value if isinstance(value, np.ndarray) else np.asarray(value, dtype=object if value is None else None)
    fits = have.ndim == len(shape) and all(want in (None, size) for want, size in zip(shape, have.shape, strict=True))
    if have.dtype.kind not in "fiub" or not fits:
        wanted = ", ".join("N" if size is None else str(size) for size in shape)
        raise InputError(f"{place} must be an array [{wanted}] of numbers, and is {list(have.shape)} of type {have.dtype}")
    if whole and not (np.isfinite(have).all() and (have == np.round(have)).all()):
        raise InputError(f"{place} must be whole numbers")
    return have.astype(np.float64)
