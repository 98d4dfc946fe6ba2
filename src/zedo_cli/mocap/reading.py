"""Reading motion capture: which reader a file is for; folders file by file."""

from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.mocap.container import Motion
from zedo_cli.mocap.orientation import remarks
from zedo_cli.registry import MOCAP_READERS


def read_motions(paths: list[Path]) -> tuple[list[Motion], list[Note]]:
    """All poses of files and folders, and a note for each file of a folder that could not be used.

    Raises `InputError` for a faulty file that is named itself, and for a folder without any usable file.
    """
    motions: list[Motion] = []
    notes: list[Note] = []
    for path in paths:
        if not path.is_dir():
            found = _read(path)
            notes += _remarks(found, path)
            motions += found
            continue
        files = sorted(file for file in path.rglob("*") if MOCAP_READERS.taking(file.suffix))
        before = len(motions)
        for file in files:
            try:
                found = _read(file)
            except InputError as error:
                notes.append(Note("warning", str(error), "file-left-out"))
                continue
            notes += _remarks(found, file)
            motions += found
        if len(motions) == before:
            why = f"; {notes[-1].text}" if files else ""
            raise InputError(
                f"none of its {len(files)} files could be read{why}",
                source=path,
                fix=f"poses are {MOCAP_READERS.listed()}",
            )
    return motions, notes


def _remarks(motions: list[Motion], path: Path) -> list[Note]:
    """What is doubtful in a file: of all its poses together."""
    return remarks(np.concatenate([motion.poses for motion in motions]), str(path)) if motions else []


def _read(path: Path) -> list[Motion]:
    if not path.is_file():
        raise InputError("no such file", source=path)
    readers = MOCAP_READERS.taking(path.suffix)
    if not readers:
        raise InputError(
            "unknown format", source=path, fix=f"training poses are {MOCAP_READERS.listed()}, or folders"
        )
    return readers[0].read(path)
