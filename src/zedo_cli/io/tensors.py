"""Files of torch.save, of which nothing but tensors and plain data is unpickled."""

import pickle
from pathlib import Path
from typing import Any

import torch

from zedo_cli.errors import InputError


def load_tensors(path: Path) -> Any:
    """What a file holds, on the CPU. Raises `InputError` if it is missing, damaged, or holds other objects."""
    if not path.is_file():
        raise InputError(f"{path}: no such checkpoint")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{path}: is damaged, or holds other objects than tensors, which are not unpickled; save its state dict alone"
        ) from error
    except Exception as error:  # the reader stumbles over a damaged file in many ways
        raise InputError(f"{path}: is damaged or no PyTorch checkpoint") from error
