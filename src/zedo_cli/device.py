"""Where to compute."""

from collections.abc import Iterator
from contextlib import contextmanager

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


def rows_at_once(device: torch.device) -> int:
    """Hypotheses that are lifted at once, unless the user says how many: as many as small operations need, or
    as fill a GPU."""
    return 2048 if device.type == "cpu" else 8192


FEW_ROWS = 32
"""Hypotheses up to which one thread is faster than several: their work does not pay for the waiting."""


@contextmanager
def threads_for(rows: int) -> Iterator[None]:
    """One thread on the CPU for few rows, in a `with` block; the number of threads as it is for others."""
    threads = torch.get_num_threads()
    if rows > FEW_ROWS or threads == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
