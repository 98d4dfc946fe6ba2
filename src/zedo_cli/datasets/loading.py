"""The data sets by the names that `--dataset` takes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.custom import custom_dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.datasets.h36m import h36m_dataset
from zedo_cli.datasets.mpi_inf_3dhp import mpi_inf_3dhp_dataset
from zedo_cli.datasets.open import open_dataset
from zedo_cli.datasets.pose2sim import pose2sim_dataset
from zedo_cli.datasets.pw3d import pw3d_dataset
from zedo_cli.datasets.ski import ski_dataset
from zedo_cli.errors import InputError
from zedo_cli.keypoints.reading import read_keypoints


class Source(NamedTuple):
    """A data set of which users have a copy: its reader, and the 2D that it holds, of which the first is the usual."""

    read: Callable[[Path, str, bool], Dataset]
    kinds: tuple[str, ...]
    takes_file: bool = False


SOURCES = {
    "h36m": Source(h36m_dataset, ("gt", "cpn", "sh"), takes_file=True),
    "3dhp": Source(mpi_inf_3dhp_dataset, ("gt",)),
    "3dpw": Source(pw3d_dataset, ("gt", "detected")),
    "ski": Source(ski_dataset, ("gt",)),
}
BUNDLED = {"open": ("gt", "detected"), "pose2sim": ("detected",)}
DATASETS = (*BUNDLED, *SOURCES, "custom")


def load_dataset(
    name: str, root: Path | None = None, keypoints: str | None = None, seed: int = 0, allow_missing: bool = False
) -> Dataset:
    """The data set of that name, with keypoints of a kind that it has, or of a file with a row for each of its rows.

    root: of the user's copy. seed: of the cameras and people of `open`. Raises `InputError`, one line.
    """
    if name not in DATASETS:
        raise InputError(f"--dataset {name}: unknown; it is one of {', '.join(DATASETS)}")
    if name in BUNDLED:
        if root is not None:
            raise InputError(f"--data-root {root}: '{name}' is bundled; leave it out, or choose another --dataset")
        kind = keypoints or BUNDLED[name][0]
        if kind in BUNDLED[name]:
            return open_dataset("detected" if kind == "detected" else "gt", seed) if name == "open" else pose2sim_dataset()
        whole = open_dataset("gt", seed) if name == "open" else pose2sim_dataset()
        return with_keypoints(whole, Path(kind), BUNDLED[name])
    if root is None:
        raise InputError(f"--dataset {name}: is not bundled; give your copy with --data-root")
    if name == "custom":
        data = custom_dataset(root)
        return data if keypoints is None else with_keypoints(data, Path(keypoints), ())
    source = SOURCES[name]
    kind = keypoints or source.kinds[0]
    if kind in source.kinds:
        return source.read(root, kind, allow_missing)
    if source.takes_file and Path(kind).suffix in (".npz", ".pkl") and not _holds_rows(Path(kind)):
        return source.read(root, str(Path(kind).absolute()), allow_missing)
    return with_keypoints(source.read(root, source.kinds[0], allow_missing), Path(kind), source.kinds)


def kinds_of(name: str) -> tuple[str, ...]:
    """The kinds of 2D that a data set may have, of which not every layout has all."""
    return BUNDLED.get(name) or (SOURCES[name].kinds if name in SOURCES else ())


def with_keypoints(data: Dataset, path: Path, kinds: tuple[str, ...]) -> Dataset:
    """The data set with the keypoints of a file that has a row for each of its rows. Raises `InputError` otherwise."""
    if not path.exists():
        known = f"; '{data.name}' has {', '.join(kinds)}" if kinds else ""
        raise InputError(f"--keypoints {path}: no such file{known}")
    found = read_keypoints([path], keep_all=True)
    if len(found) != len(data):
        raise InputError(f"{path}: {len(found)} rows of keypoints for {len(data)} of {data.name}; give one for each")
    ours, theirs = data.keypoints.intrinsics, found.intrinsics
    if ours is not None and theirs is not None and not np.allclose(ours, theirs, rtol=1e-3, atol=0.5):
        raise InputError(
            f"{path}: has other intrinsics than {data.name}; its keypoints must be of the same images, undistorted"
        )
    mixed = replace(data.keypoints, points=found.points, confidence=found.confidence, notes=found.notes)
    return checked(replace(data, keypoints=mixed, kind=path.name))


def _holds_rows(path: Path) -> bool:
    """Whether an NPZ is zedo's of keypoints, rather than a data set's own layout."""
    if path.suffix != ".npz" or not path.is_file():
        return False
    try:
        with np.load(path, allow_pickle=False) as file:
            return "keypoints" in file.files
    except (OSError, ValueError):
        return False
