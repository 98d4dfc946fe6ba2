"""What the readers of data sets share: finding files, errors for missing ones, checked arrays."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.io.files import read_bytes
from zedo_cli.io.pickles import load_pickled
from zedo_cli.registry import missing_extra

_SHOWN = 6


def find(root: Path, *names: str, inside: Sequence[str] = ("",)) -> Path | None:
    """The first of the files or folders `names` that exists in `root`, or in one of its folders `inside`."""
    return next(
        (root / folder / name for folder in inside for name in names if (root / folder / name).exists()), None
    )


def not_found(root: Path, title: str, looked_for: str, source: str) -> InputError:
    """The error for a root without the data set: what was looked for, what is there, where to get it."""
    if not root.is_dir():
        return InputError(
            "no such folder", source=root, fix=f"`data_root` is the folder of {title}, available at {source}"
        )
    names = sorted(
        path.name + "/" * path.is_dir() for path in root.iterdir() if not path.name.startswith(".")
    )
    found = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return InputError(
        f"holds no {title}; looked for {looked_for}; found {found or 'nothing'}",
        source=root,
        fix=f"the data set is available at {source}",
    )


def without_missing(
    root: Path, title: str, wanted: Iterable[str], present: Iterable[str], allow_missing: bool
) -> list[Note]:
    """A note on missing sequences, if they are allowed. Raises `InputError` that names them otherwise."""
    there = set(present)
    missing = [name for name in wanted if name not in there]
    if not missing:
        return []
    text = f"{len(missing)} of the sequences of {title} are missing: {', '.join(missing)}"
    if not allow_missing:
        raise InputError(text, source=root, fix="extract them, or continue without them with `allow_missing`")
    return [Note("warning", f"{text}: the figures are not those of the whole data set", "sequences-missing")]


def extra(module: str, source: object) -> ModuleType:
    """A module of the extra `eval`. Raises `InputError` with the install command if it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        raise missing_extra(module.partition(".")[0], "eval", source=source) from error


LARGEST = 1e12
"""No pixel, length or number of a frame is larger."""


def array(value: object, shape: tuple[int | None, ...], place: str, whole: bool = False) -> np.ndarray:
    """A numeric array as float64, checked against `shape` (None: any size), and for integers if `whole`;
    infinity is NaN.

    Raises `InputError` that names the place.
    """
    have = (
        value if isinstance(value, np.ndarray) else np.asarray(value, dtype=object if value is None else None)
    )
    fits = have.ndim == len(shape) and all(
        want in (None, size) for want, size in zip(shape, have.shape, strict=True)
    )
    if have.dtype.kind not in "fiub" or not fits:
        wanted = ", ".join("N" if size is None else str(size) for size in shape)
        raise InputError(
            f"must be an array [{wanted}] of numbers, but is {list(have.shape)} of type {have.dtype}",
            source=place,
        )
    if whole and not (np.isfinite(have).all() and (have == np.round(have)).all()):
        raise InputError("must hold integers", source=place)
    if np.isfinite(have).any() and np.abs(have[np.isfinite(have)].astype(np.float64)).max() > LARGEST:
        raise InputError(f"holds numbers beyond {LARGEST:g}", source=place)
    values = have.astype(np.float64)
    return np.where(np.isinf(values), np.nan, values)


def pickled_people(path: Path) -> list[Any]:
    """The people of a pickled list, as ZeDO's files hold them. Raises `InputError` for anything else."""
    people = load_pickled(read_bytes(path), path)
    if not isinstance(people, list) or not people:
        raise InputError(f"must be a list of people, but is a {type(people).__name__}", source=path)
    return people
