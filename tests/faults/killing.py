"""Commands that are killed at any moment, and what is then in their folder.

Each command is run in a fork of this process, in which everything is imported already, so that a kill hits
the work and not the start of Python.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from zedo_cli.cli.app import run as run_command
from zedo_cli.io.files import TEMPORARY


def started(
    arguments: list[str], folder: Path, before: Callable[[], object] = lambda: None, log: int | None = None
) -> int:
    """A fork that runs the command and ends. Its text goes to a log beside the folder, or to a pipe. before:
    is called in the fork."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    if log is None:
        log = os.open(folder.with_suffix(".log"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    os.chdir(folder)
    code = 1
    try:
        torch.set_num_threads(1)
        before()
        code = int(run_command(arguments) or 0)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def finished(arguments: list[str], folder: Path) -> int:
    """The exit code of the command."""
    return os.waitstatus_to_exitcode(os.waitpid(started(arguments, folder), 0)[1])


def run_in_fork(arguments: list[str], folder: Path, before: Callable[[], object]) -> tuple[int, str]:
    """Exit code and text of the command."""
    reading, writing = os.pipe()
    child = started(arguments, folder, before, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


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
