"""Which reader reads what: files by name and content, folders file by file."""

import zipfile
from pathlib import Path

from zedo_cli.errors import InputError
from zedo_cli.mocap import h36m
from zedo_cli.mocap.asf_amc import read_amc
from zedo_cli.mocap.bvh import read_bvh
from zedo_cli.mocap.container import Motion
from zedo_cli.mocap.npz import read_npz

SUFFIXES = (".npz", ".bvh", ".amc")


def read_motions(paths: list[Path]) -> tuple[list[Motion], list[str]]:
    """All poses of files and folders, and a line for each file of a folder that could not be used.

    A file that is named itself has to be good: raises `InputError`, as does a folder without a good file.
    """
    motions: list[Motion] = []
    notes: list[str] = []
    for path in paths:
        if not path.is_dir():
            motions += _read(path)
            continue
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
        before = len(motions)
        for file in files:
            try:
                motions += _read(file)
            except InputError as error:
                notes.append(str(error))
        if len(motions) == before:
            why = f"; {notes[-1]}" if files else ""
            raise InputError(f"{path}: none of its {len(files)} files ({', '.join(SUFFIXES)}) could be read{why}")
    return motions, notes


def _read(path: Path) -> list[Motion]:
    suffix = path.suffix.lower()
    if suffix == ".bvh":
        return [read_bvh(path)]
    if suffix == ".amc":
        return [read_amc(path)]
    if suffix not in SUFFIXES and path.exists():
        raise InputError(f"{path}: is of no known format; training poses are {', '.join(SUFFIXES)} or folders of them")
    return h36m.read_h36m(path) if _holds(path, f"{h36m.KEY}.npy") else [read_npz(path)]


def _holds(path: Path, entry: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return entry in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
