"""One run for each shard of a folder: a lock with its owner and a sign of life.

The owner touches its lock every few seconds. A lock without a sign of life for `STALE` seconds, or whose
process is gone from this machine, is of a run that was killed, and is taken over. Times are those of the file
system, so that machines with different clocks agree.
"""

import json
import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from zedo_cli.clips.records import FOLDER
from zedo_cli.errors import InputError

BEAT, STALE = 5.0, 60.0
"""Seconds between signs of life, and without one until a run counts as killed."""


class Lock:
    """The lock of shard `index` of `count` in a folder, held in a `with` block.

    Raises:
        InputError: another run works at this shard, or at another division of the same clips.
    """

    def __init__(self, folder: Path, index: int, count: int) -> None:
        self._folder = folder / FOLDER
        self._count = count
        self._path = self._folder / f"{index}-of-{count}.lock"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.alone = True
        """Whether no other shard of the folder was at work when this one began."""

    def __enter__(self) -> "Lock":
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.glob("*.lock"):
            overlaps = path == self._path or not path.name.endswith(f"-of-{self._count}.lock")
            if (owner := self._alive(path)) is None:
                continue
            self.alone = False
            if overlaps:
                raise at_work(self._folder.parent, path.name, owner)
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError as error:
            raise just_begun(self._folder.parent) from error
        with os.fdopen(handle, "w") as file:
            json.dump({"host": socket.gethostname(), "pid": os.getpid(), "started": time.time()}, file)
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._path.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._stop.wait(BEAT):
            with suppress(OSError):
                os.utime(self._path)

    def _alive(self, path: Path) -> dict[str, object] | None:
        """The owner of a lock; None after removing one that is stale."""
        try:
            owner: dict[str, object] = json.loads(path.read_text())
            age = self._now() - path.stat().st_mtime
            here = owner["host"] == socket.gethostname()
            gone = here and not process_exists(int(str(owner["pid"])))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError):  # it was being written when its run was killed, or just now
            owner, gone = {"host": "?", "pid": "?"}, False
            if not path.exists():
                return None
            age = self._now() - path.stat().st_mtime
        if gone or age > STALE:
            path.unlink(missing_ok=True)
            return None
        return owner

    def _now(self) -> float:
        """The time of the file system."""
        probe = self._folder / f"time-{os.getpid()}"
        probe.touch()
        now = probe.stat().st_mtime
        probe.unlink(missing_ok=True)
        return now


def at_work(folder: Path | str, name: str, owner: dict[str, object]) -> InputError:
    """The error of a folder whose lock of that name is held."""
    what = name.removesuffix(".lock").replace("-of-", "/")
    return InputError(
        f"a run is at work here: shard {what}, process {owner['pid']} on {owner['host']}",
        source=folder,
        fix="wait for it, or choose another folder",
    )


def just_begun(folder: Path | str) -> InputError:
    """The error of a folder whose lock another run took first."""
    return InputError("another run has just begun here", source=folder, fix="wait for it")


def process_exists(pid: int) -> bool:
    """Whether a process of this machine is alive."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
