"""The files of a report, in one folder."""

import os
from pathlib import Path

from pydantic import BaseModel

from zedo_cli.errors import InputError
from zedo_cli.io.files import atomic_write
from zedo_cli.report.table import WRITERS, Table

REPORT = "report.json"
_NAMES = (
    *("table", "groups", "joints", "more", "poster", "differences", "published"),
    *("cumulative", "frames", "samples", "calibration", "errors"),
)
"""Names of all files that a report may have."""


def checked_folder(folder: Path) -> Path:
    """The folder, if a report can be written to it. Raises `InputError` otherwise, before any work."""
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file", source=folder, fix="`output` is the folder for the report")
    if not folder.exists() and not folder.absolute().parent.is_dir():
        raise InputError(
            f"there is no folder {folder.parent}",
            source=folder,
            fix="create it first, or choose another `output`",
        )
    place = folder if folder.exists() else folder.absolute().parent
    if not os.access(place, os.W_OK | os.X_OK):
        raise InputError(f"{place} is not writable", source=folder, fix="choose another `output`")
    return folder


def write_report(document: BaseModel, tables: dict[str, Table], folder: Path) -> list[Path]:
    """All figures as JSON, the tables as CSV, Markdown and LaTeX; each file complete or not at all."""
    texts = {REPORT: document.model_dump_json(indent=1) + "\n"}
    texts |= {
        f"{name}{suffix}": write(table) for name, table in tables.items() for suffix, write in WRITERS.items()
    }
    folder.mkdir(exist_ok=True)
    if (folder / REPORT).is_file():  # files of an earlier report must not remain beside this one
        for name in _NAMES:
            for suffix in (*WRITERS, ".png"):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
    for name, text in texts.items():
        with atomic_write(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
