"""Files behind URLs (`s3://`, `gs://`, `memory://`, ...), by fsspec, which comes with torch.

A remote file is a `Path` whose first part is a scheme: `Path("s3://bucket/clip.json")`, in which pathlib
keeps one of the two slashes. Readers and writers see local copies (`nearby`), so that all of them work.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zedo_cli.errors import InputError

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):/+")
"""Two characters at least: `C:/` is a drive."""


def url_of(path: Path) -> str | None:
    """The URL that a path stands for; None for a local path."""
    match = _SCHEME.match(path.as_posix())
    if match is None:
        return None
    slashes = ":///" if match[1] in ("file", "local") else "://"  # those begin at the root
    return match[1] + slashes + path.as_posix()[match.end() :]


def is_remote(path: Path) -> bool:
    """Whether a path is behind a URL."""
    return url_of(path) is not None


def shown(path: Path) -> str:
    """A path as the user writes it."""
    return url_of(path) or str(path)


@lru_cache(maxsize=64)
def _system(scheme: str) -> Any:
    import fsspec

    return fsspec.filesystem(scheme)


def _at(path: Path) -> tuple[Any, str]:
    """The file system of a remote path, and its name there."""
    url = str(url_of(path))
    scheme = url.partition(":")[0]
    try:
        system = _system(scheme)
    except (ImportError, ValueError) as error:
        fix = f"install what fsspec needs for {scheme}:// (pip install s3fs, gcsfs or adlfs)"
        raise InputError(f"cannot be opened ({error})", source=url, fix=fix) from error
    return system, str(system._strip_protocol(url))


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Errors of the file system as `InputError`; each has exceptions of its own."""
    try:
        yield
    except (InputError, KeyboardInterrupt, FileExistsError):
        raise
    except FileNotFoundError as error:
        raise InputError("no such file or folder", source=shown(path)) from error
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise InputError(f"cannot be reached ({reason})", source=shown(path)) from error


def exists(path: Path) -> bool:
    """Whether there is a file or a folder, remote or local."""
    if not is_remote(path):
        return path.exists()
    with _reported(path):
        system, name = _at(path)
        system.invalidate_cache()
        return bool(system.exists(name))


def is_folder(path: Path) -> bool:
    """Whether a path, remote or local, is a folder."""
    if not is_remote(path):
        return path.is_dir()
    with _reported(path):
        system, name = _at(path)
        return bool(system.isdir(name))


def files_under(path: Path) -> list[Path]:
    """All files in a remote folder and the folders in it, in order of name; hidden ones too."""
    with _reported(path):
        system, name = _at(path)
        system.invalidate_cache()
        names = system.find(name) if system.exists(name) else []
        root = name.rstrip("/")
        return sorted(path / str(found).removeprefix(root).lstrip("/") for found in names)


def version_of(path: Path) -> str:
    """What changes with the content of a remote file: its tag, or its size and time."""
    with _reported(path):
        system, name = _at(path)
        system.invalidate_cache()
        return str(system.ukey(name))


def read(path: Path) -> bytes:
    """The content of a remote file. Raises `InputError` if it is missing."""
    with _reported(path):
        system, name = _at(path)
        return bytes(system.cat_file(name))


def read_all(paths: Sequence[Path]) -> list[bytes]:
    """The contents of remote files of one file system, read together."""
    if not paths:
        return []
    with _reported(paths[0].parent):
        system, _ = _at(paths[0])
        names = [_at(path)[1] for path in paths]
        found = system.cat(names)
        contents = found if isinstance(found, dict) else {names[0]: found}
        return [bytes(contents[name]) for name in names]


def write(path: Path, content: bytes, new: bool = False) -> None:
    """Write a remote file as a whole. Raises `FileExistsError` if it must be `new` and is there."""
    with _reported(path):
        system, name = _at(path)
        system.makedirs(system._parent(name), exist_ok=True)
        system.pipe_file(name, content, mode="create" if new else "overwrite")


def modified(path: Path) -> float:
    """When a remote file was written, by the clock of its file system (s)."""
    with _reported(path):
        system, name = _at(path)
        system.invalidate_cache()
        return float(system.modified(name).timestamp())


def remove(path: Path) -> None:
    """Remove a remote file, if it is there."""
    with _reported(path):
        system, name = _at(path)
        system.invalidate_cache()
        if system.exists(name):
            system.rm_file(name)


def fetch(path: Path, folder: Path) -> Path:
    """A local copy, in `folder`, of a remote file, or of a remote folder without the folders in it."""
    with _reported(path):
        system, name = _at(path)
        target = folder / path.name
        if system.isdir(name):
            target.mkdir()
            for file in system.ls(name, detail=False):
                if system.isfile(file):
                    system.get_file(file, str(target / Path(file).name))
        else:
            system.get_file(name, str(target))
        return target


def put(local: Path, path: Path) -> None:
    """Copy a local file to a remote one, which appears as a whole."""
    with _reported(path):
        system, name = _at(path)
        system.makedirs(system._parent(name), exist_ok=True)
        if "file" in system.protocol:  # a folder of this machine, where a copy can be cut off
            system.put_file(str(local), f"{name}.part")
            system.mv(f"{name}.part", name)
        else:
            system.put_file(str(local), name)


@dataclass(frozen=True)
class Nearby:
    """Local paths of remote ones. paths: in the order that was asked for. names: local folders and the
    URLs that they stand for."""

    paths: tuple[Path, ...]
    names: dict[str, str]

    def shown(self, text: str) -> str:
        """A text with URLs in place of the names of local copies."""
        for local, url in self.names.items():
            text = text.replace(f"{local}{os.sep}", f"{url}/")
        return text


_kept: dict[Path, tuple[str, Path, "tempfile.TemporaryDirectory[str]"]] = {}
"""The last packed file that was fetched: its clips are asked for one after another."""


def _local(path: Path, folders: dict[Path, Path]) -> Path:
    if not is_remote(path):
        return path
    if path.suffix.lower() != ".parquet":
        return fetch(path, folders[path.parent])
    version = version_of(path)
    if path not in _kept or _kept[path][0] != version:
        _kept.clear()
        place = tempfile.TemporaryDirectory(prefix="zedo-")
        _kept[path] = version, fetch(path, Path(place.name)), place
    return _kept[path][1]


@contextmanager
def nearby(paths: Sequence[Path]) -> Iterator[Nearby]:
    """Local copies of what is remote, until the block ends; local paths as they are. Errors within the block
    name the URLs."""
    if not any(map(is_remote, paths)):
        yield Nearby(tuple(paths), {})
        return
    with tempfile.TemporaryDirectory(prefix="zedo-") as root:
        folders: dict[Path, Path] = {}
        for path in filter(is_remote, paths):
            folders.setdefault(path.parent, Path(root) / str(len(folders)))
        for folder in folders.values():
            folder.mkdir()
        local = [_local(path, folders) for path in paths]
        names = {str(folder): shown(parent) for parent, folder in folders.items()}
        names |= {str(kept.parent): shown(path.parent) for path, (_, kept, _) in _kept.items()}
        found = Nearby(tuple(local), names)
        try:
            yield found
        except InputError as error:
            error.source = None if error.source is None else found.shown(error.source)
            error.message = found.shown(error.message)
            raise
