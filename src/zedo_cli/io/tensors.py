"""Files of tensors: safetensors, and those of torch.save, from which nothing but tensors and plain data is
unpickled."""

import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from zedo_cli.errors import InputError
from zedo_cli.io.files import atomic_write


def save_tensors(tensors: dict[str, Tensor], path: Path, header: dict[str, str] | None = None) -> None:
    """Write a safetensors file, atomically. Raises `InputError` if it cannot be written."""
    with atomic_write(path) as temporary:
        try:
            save_file(tensors, temporary, metadata=header)
        except SafetensorError as error:  # a full disk, among others
            raise _unwritten(path, error) from error


def save_state(state: dict[str, Any], path: Path, kept: str = "") -> None:
    """Write tensors and plain data by torch.save, atomically. Raises `InputError` if they cannot be written.

    kept: what remains in that case, for the message.
    """
    try:
        with atomic_write(path) as temporary:
            torch.save(state, temporary)
    except RuntimeError as error:  # torch's writer reports a full disk like this
        raise _unwritten(path, str(error).splitlines()[0], kept) from error


def _unwritten(path: Path, why: object, kept: str = "") -> InputError:
    left = f"; {kept} is kept" if kept else ""
    return InputError(f"could not be written ({why}){left}", source=path, fix="is the disk full?")


def load_tensors(path: Path) -> Any:
    """The content of a file, on the CPU. Raises `InputError` if it is missing, damaged, or holds other
    objects."""
    if not path.is_file():
        raise InputError("no such checkpoint", source=path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            "is damaged, or holds objects other than tensors, which are not unpickled",
            source=path,
            fix="save its state dict alone",
        ) from error
    except Exception as error:  # the reader fails on a damaged file in many ways
        raise InputError("is damaged, or not a PyTorch checkpoint", source=path) from error
