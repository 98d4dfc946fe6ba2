"""Files of torch.save, from which nothing but tensors and plain data is unpickled."""

import pickle
from pathlib import Path
from typing import Any

import torch

from zedo_cli.errors import InputError


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
