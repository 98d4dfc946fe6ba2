"""Files: where the bundled ones are, and how to write one without ever leaving half of it behind."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zedo_cli.errors import InputError

_PACKAGE = Path(__file__).resolve().parents[1]


def bundled(path: str) -> Path:
    """The bundled file `path` (`checkpoints/open.safetensors`): inside an installed package, else in its source tree."""
    installed = _PACKAGE / "bundled" / path
    return installed if installed.exists() else _PACKAGE.parents[1] / path


def writable(path: Path) -> Path:
    """The path, if a file can be written there. Raises `InputError` otherwise. Nothing is left behind."""
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give the name of a file to write")
    folder = path.parent
    if not folder.exists():
        raise InputError(f"{path}: there is no folder {folder}; make it first, or choose another output")
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(f"{path}: cannot be written ({folder} is no folder to write in); choose another output folder")
    return path


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on any failure (Ctrl-C too).

    Raises `InputError` if the file cannot be written.
    """
    writable(path)
    temporary = None
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: could not be written ({error.strerror}); nothing was left behind") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def read_bytes(path: Path) -> bytes:
    """What is in a file. Raises `InputError` if it is missing, unreadable or empty."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if not content:
        raise InputError(f"{path}: is empty")
    return content


def read_json(path: Path) -> Any:
    """The document in a JSON file. Raises `InputError` if it is missing, unreadable, empty or no JSON."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text ({error})") from error
    if not text.strip():
        raise InputError(f"{path}: is empty")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is truncated or no JSON ({error}); write it again") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
