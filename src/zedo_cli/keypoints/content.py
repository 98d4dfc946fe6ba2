"""A file or folder as readers see it: its suffix, and its content when it is asked for."""

from functools import cached_property
from pathlib import Path
from typing import Any

from zedo_cli.errors import InputError
from zedo_cli.io.files import read_json
from zedo_cli.registry import FOLDER


class Content:
    """What a reader may look at to recognise its format.

    path: the file or folder. suffix: in lower case, `FOLDER` for a folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.is_dir():
            self.suffix = FOLDER
        elif path.is_file():
            self.suffix = path.suffix.lower()
        else:
            raise InputError("no such file or folder", source=path)

    @cached_property
    def files(self) -> list[Path]:
        """The files of a folder, in order of name; of a file, itself."""
        if self.suffix != FOLDER:
            return [self.path]
        return sorted(path for path in self.path.iterdir() if path.is_file())

    @cached_property
    def json(self) -> Any:
        """The document of a JSON file; of a folder, that of its first JSON file, None without one.

        Raises `InputError` if it is empty, truncated or not JSON.
        """
        path = next((path for path in self.files if path.suffix.lower() == ".json"), None)
        return None if path is None else read_json(path)
