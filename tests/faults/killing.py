"""Commands that are killed at any moment, and what is then in their folder.

Each command is run in a fork of this process, in which everything is imported already, so that a kill hits
the work and not the start of Python.
"""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch

from zedo_cli.cli.app import run as run_command
from zedo_cli.io.files import TEMPORARY


def started(arguments: list[str], folder: Path) -> int:
    """A fork that runs the command and ends. Its text goes to `log` beside the folder."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    log = os.open(folder.with_suffix(".log"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(folder)
    code = 1
    try:
        torch.set_num_threads(1)
        code = int(run_command(arguments) or 0)
    finally:
        os._exit(code)


def finished(arguments: list[str], folder: Path) -> int:
    """The exit code of the command."""
    return os.waitstatus_to_exitcode(os.waitpid(started(arguments, folder), 0)[1])


def killed(arguments: list[str], folder: Path, seconds: float) -> bool:
    """Whether the command was at work when it was killed after some time."""
    child = started(arguments, folder)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        done, _ = os.waitpid(child, os.WNOHANG)
        if done:
            return False
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def temporary_files(folder: Path) -> list[str]:
    """What a killed run has left half-written."""
    return [path.name for path in folder.rglob(f"{TEMPORARY}*")]


def content(path: Path) -> object:
    """A file as it should be after any run: bytes, or of an NPZ the arrays."""
    if path.suffix != ".npz":
        return path.read_bytes()
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name].tobytes() for name in file.files}
