"""Files: where the bundled ones are, and how to write one without ever leaving half of it behind."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zedo_cli.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


def bundled(path: str) -> Path:
    """The bundled file `path` (`checkpoints/open.safetensors`): inside an installed package, else in its source tree."""
    installed = _PACKAGE / "bundled" / path
    return installed if installed.exists() else _PACKAGE.parents[1] / path


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on any failure (Ctrl-C too).

    Missing parent folders are created. Raises `InputError` if the folder cannot be made or written to.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give the name of a file to write")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise InputError(f"{path.parent}: cannot be written ({error.strerror}); choose another output folder") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: could not be written ({error.strerror}); nothing was left behind") from error
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
