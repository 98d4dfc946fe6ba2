"""Loading a data set by name, with keypoints of a kind that it has or from a file."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.errors import InputError
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise
from zedo_cli.registry import DATASETS


def load_dataset(
    name: str,
    root: Path | None = None,
    keypoints: str | None = None,
    seed: int = 0,
    allow_missing: bool = False,
) -> Dataset:
    """The data set of that name.

    Args:
        name: one of the registry.
        root: the folder of the user's copy; for `custom` an NPZ.
        keypoints: a kind of 2D keypoints that the data set has (by default the first), or a file with a row
            for each row.
        seed: of the people and cameras of `open` and `validation`.
        allow_missing: continue if sequences are missing.

    Raises:
        InputError: one line with the file, the place in it and the fix.
    """
    entry = DATASETS.find(name)
    entry.check_installed(name)
    if entry.bundled and root is not None:
        raise InputError(
            f"'{name}' is bundled; leave it out, or choose another `dataset`", setting="data_root", value=root
        )
    if not entry.bundled and root is None:
        raise InputError("is not bundled; give your copy with `data_root`", setting="dataset", value=name)
    default = entry.kinds[0] if entry.kinds else ""
    kind = keypoints or default
    if kind in entry.kinds or not keypoints:
        return _with_noise(entry.load(root, kind, allow_missing, seed))
    if entry.own_files and Path(kind).suffix in (".npz", ".pkl") and not _holds_rows(Path(kind)):
        return entry.load(root, str(Path(kind).absolute()), allow_missing, seed)
    return with_keypoints(entry.load(root, default, allow_missing, seed), Path(kind), entry.kinds)


def _with_noise(data: Dataset) -> Dataset:
    """Keypoints that are projections of the truth are known to be exact."""
    if not data.kind.startswith("gt"):
        return data
    return replace(data, keypoints=replace(data.keypoints, noise=0.0))


def with_keypoints(data: Dataset, path: Path, kinds: tuple[str, ...]) -> Dataset:
    """The data set with the keypoints of a file that has a row for each of its rows. Raises `InputError`
    otherwise."""
    if not path.exists():
        known = f"; '{data.name}' has {', '.join(kinds)}" if kinds else ""
        raise InputError(f"no such file{known}", setting="keypoints", value=path)
    found = standardise(read_keypoints(path), keep_all=True)
    if len(found) != len(data):
        raise InputError(
            f"{len(found)} rows of keypoints for {len(data)} of {data.name}",
            source=path,
            fix="give one for each",
        )
    ours, theirs = data.keypoints.intrinsics, found.intrinsics
    if ours is not None and theirs is not None and not np.allclose(ours, theirs, rtol=1e-3, atol=0.5):
        raise InputError(
            f"has other intrinsics than {data.name}",
            source=path,
            fix="its keypoints must be of the same images, undistorted",
        )
    mixed = replace(data.keypoints, points=found.points, confidence=found.confidence, notes=found.notes)
    return checked(replace(data, keypoints=mixed, kind=path.name))


def _holds_rows(path: Path) -> bool:
    """Whether an NPZ is zedo's of keypoints, rather than the layout of the data set itself."""
    if path.suffix != ".npz" or not path.is_file():
        return False
    try:
        with np.load(path, allow_pickle=False) as file:
            return "keypoints" in file.files
    except (OSError, ValueError):
        return False
