"""Files: where the bundled ones are, and how to write one without ever leaving a half-written file behind."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from zedo_cli.errors import InputError

TEMPORARY = ".zedo-"
"""How the names of files begin that are being written."""

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
    temporary = None
    try:
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
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
        if temporary:
            temporary.unlink(missing_ok=True)


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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
