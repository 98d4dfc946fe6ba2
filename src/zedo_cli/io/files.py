"""Files: where the bundled ones are, and how to write one without ever leaving a half-written file behind."""

import json
import os
import re
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from zedo_cli.errors import InputError

_REWRITE = "write the file again"

_DOTTED = re.compile(r"(?:[\w\"'-]{1,64}[ \t]*\.[ \t]*){50}")
"""A key of over 50 parts, which no file of a camera or a data set has."""

TEMPORARY = ".zedo-"
"""How the names of files begin that are being written."""

ABANDONED = 60.0
"""Age (s) from which such a file may be removed if no process holds it."""

_PACKAGE = Path(__file__).resolve().parents[1]


def bundled(path: str) -> Path:
    """The bundled file `path` (`checkpoints/open.safetensors`): in the installed package, else in its source
    tree."""
    installed = _PACKAGE / "bundled" / path
    return installed if installed.exists() else _PACKAGE.parents[1] / path


def bundled_priors() -> list[str]:
    """The names of the bundled priors."""
    return sorted(path.stem for path in bundled("checkpoints").glob("*.safetensors"))


def bundled_prior(name: str = "open") -> Path:
    """The bundled prior of that name."""
    return bundled(f"checkpoints/{name}.safetensors")


def writable(path: Path) -> Path:
    """The path, if a file can be written there. Raises `InputError` otherwise. Nothing is created."""
    if path.is_dir():
        raise InputError("is a folder", source=path, fix="give the name of a file to write")
    folder = path.parent
    if not folder.exists():
        raise InputError(
            f"there is no folder {folder}", source=path, fix="create it first, or choose another output"
        )
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(
            f"cannot be written ({folder} is not a writable folder)",
            source=path,
            fix="choose another output folder",
        )
    return path


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on any failure (Ctrl-C
    too).

    Raises `InputError` if the file cannot be written.
    """
    writable(path)
    _remove_abandoned(path.parent.absolute())
    temporary, handle = None, -1
    try:
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, suffix=path.suffix, dir=path.parent)
        temporary = Path(name)
        if not _locked(handle):  # Windows does not rename what is open
            os.close(handle)
            handle = -1
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise InputError(
            f"could not be written ({error.strerror})",
            source=path,
            fix="free some space or choose another output",
        ) from error
    finally:
        if handle >= 0:
            os.close(handle)
        if temporary:
            temporary.unlink(missing_ok=True)


@lru_cache(maxsize=1024)
def _remove_abandoned(folder: Path) -> None:
    """Remove the temporary files of processes that were killed: nobody holds their lock. Once for each folder
    and process."""
    for path in folder.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime < ABANDONED:
                continue  # its writer may be about to lock it
            with path.open("r+b") as file:
                if _locked(file.fileno()):
                    path.unlink()


def _locked(handle: int) -> bool:
    """Lock a file until it is closed, or its process ends. False if another process holds it, or if this
    system has no such locks."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises `InputError` if it is missing, unreadable or empty."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError("no such file", source=path) from error
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=path) from error
    if not content:
        raise InputError("is empty", source=path, fix="write the file again")
    return content


def read_json(path: Path) -> Any:
    """The document in a JSON file. Raises `InputError` if it is missing, unreadable, empty or not JSON."""
    content = read_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"cannot be read as text ({error})", source=path) from error
    if not text.strip():
        raise InputError("is empty", source=path, fix="write the file again")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass  # NaN, infinity and a byte order mark, which Python's parser reads, or an error, which it names
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"is truncated or not JSON ({error})", source=path, fix="write the file again"
        ) from error


def read_toml(path: Path) -> dict[str, Any]:
    """The document in a TOML file. Raises `InputError` if it is missing, unreadable, empty or not TOML."""
    try:
        text = read_bytes(path).decode("utf-8")
        if _DOTTED.search(text):  # the time that tomllib takes grows with the square of their number
            raise InputError("nests its tables too deeply", source=path, fix=_REWRITE)
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"is truncated or not TOML ({error})", source=path, fix=_REWRITE) from error


SMALL_ENOUGH, MOST_EXPANSION = 1 << 28, 300
"""Bytes that any file may unpack to, and how many times its own size a file may. Compressed keypoints and
poses unpack to 2 to 10 times, tables that are mostly empty to 200 times; a bomb to 1000 times."""


def check_expansion(path: Path, unpacked: int) -> None:
    """Raise `InputError` if a compressed file unpacks to far more (bytes) than data of its size does."""
    size = path.stat().st_size
    if unpacked > max(SMALL_ENOUGH, MOST_EXPANSION * size):
        raise InputError(
            f"would unpack to {unpacked / 1e6:,.0f} MB from {size / 1e6:.2f} MB",
            source=path,
            fix="write it again without compression, if it is meant so",
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
