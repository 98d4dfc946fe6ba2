"""A file or folder as readers see it: its suffix, and its content when it is asked for."""

import csv
import math
import zipfile
from functools import cached_property
from pathlib import Path
from typing import Any

from zedo_cli.errors import InputError
from zedo_cli.io.files import read_json
from zedo_cli.registry import FOLDER

_REWRITE = "write the file again"


class Content:
    """What a reader may look at to recognise its format.

    path: the file or folder. suffix: in lower case, `FOLDER` for a folder. frame, time: number and time (s)
    of the frame that a file of a single frame holds, from its name.
    """

    def __init__(self, path: Path, frame: int = 0, time: float = math.nan) -> None:
        self.path, self.frame, self.time = path, frame, time
        if path.is_dir():
            self.suffix = FOLDER
        elif path.is_file():
            self.suffix = path.suffix.lower()
        else:
            raise InputError("no such file or folder", source=path)

    @cached_property
    def files(self) -> list[Path]:
        """The files of a folder in order of name, hidden ones left out; of a file, itself."""
        if self.suffix != FOLDER:
            return [self.path]
        return sorted(
            path for path in self.path.iterdir() if path.is_file() and not path.name.startswith(".")
        )

    @cached_property
    def keys(self) -> frozenset[str]:
        """The names of the arrays in an NPZ file; empty for other files. Nothing is unpickled.

        Raises `InputError` if the file is no archive.
        """
        if self.suffix != ".npz":
            return frozenset()
        try:
            with zipfile.ZipFile(self.path) as archive:
                return frozenset(name.removesuffix(".npy") for name in archive.namelist())
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            problem = "is empty" if self.path.stat().st_size == 0 else "is not an NPZ file, or is truncated"
            raise InputError(problem, source=self.path, fix="write it again with numpy.savez") from error

    @cached_property
    def head(self) -> str:
        """The first lines of a text file; empty for what is not text."""
        with self.path.open("rb") as file:
            start = file.read(65536)
        return "" if b"\0" in start else start.decode("utf-8-sig", errors="ignore")

    def table(self) -> list[list[str]]:
        """The lines of a CSV file, lists of cells. Raises `InputError` if it is no text, or is empty."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                lines = list(csv.reader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise InputError("cannot be read as CSV", source=self.path, fix=_REWRITE) from error
        if not any(cell.strip() for line in lines for cell in line):
            raise InputError("is empty", source=self.path, fix=_REWRITE)
        return lines

    def forget(self) -> None:
        """Free the document that was read."""
        self.__dict__.pop("json", None)

    @cached_property
    def json(self) -> Any:
        """The document of a JSON file; of a folder, that of its first JSON file, None without one.

        Raises `InputError` if it is empty, truncated or not JSON.
        """
        path = next((path for path in self.files if path.suffix.lower() == ".json"), None)
        return None if path is None else read_json(path)
