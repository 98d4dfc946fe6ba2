"""Where to compute."""

import torch

from zedo_cli.errors import InputError, choose


def find_device(name: str) -> torch.device:
    """`auto` (CUDA if there is one), `cpu` or `cuda`. Raises `InputError` for another name or a missing
    device."""
    available = torch.cuda.is_available()
    choose(name, dict.fromkeys(("auto", "cpu", "cuda")), "device")
    if name == "cuda" and not available:
        raise InputError("no CUDA device is available; use cpu", setting="device", value=name)
    return torch.device("cuda" if name == "cuda" or (name == "auto" and available) else "cpu")
