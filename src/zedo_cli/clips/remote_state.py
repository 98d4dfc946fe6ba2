"""Records and locks in a folder behind a URL: what `records.py` and `lock.py` do, on an object store.

Object stores cannot add to a file, so that each record is a file of its own, which appears as a whole. A
lock is a file that must not be there before, and is written again as a sign of life.
"""

import json
import os
import socket
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

from zedo_cli.clips.lock import BEAT, STALE, at_work, just_begun, process_exists
from zedo_cli.clips.records import FOLDER, Record
from zedo_cli.errors import InputError
from zedo_cli.io import remote


class RemoteRecords:
    """The records of a remote folder, of all shards."""

    def __init__(self, folder: Path, shard: str) -> None:
        self._folder = folder / FOLDER / f"records-{shard}"
        self.by_clip: dict[str, Record] = {}
        paths = [path for path in remote.files_under(folder / FOLDER) if path.suffix == ".json"]
        for content in remote.read_all(paths):
            record = Record.parse(content)
            if record is not None and (record.done or record.clip not in self.by_clip):
                self.by_clip[record.clip] = record

    def add(self, record: Record) -> None:
        """Write a record. Raises `InputError` if the folder cannot be reached; the clip is then lifted
        again."""
        name = blake2b(record.clip.encode(), digest_size=16).hexdigest()
        remote.write(self._folder / f"{name}.json", json.dumps(asdict(record)).encode())
        self.by_clip[record.clip] = record


class RemoteLock:
    """The lock of shard `index` of `count` in a remote folder, held in a `with` block.

    Raises:
        InputError: another run works at this shard, or at another division of the same clips.
    """

    alone = False
    """Nothing is left half-written in a remote folder, so that nobody has to be alone to clean it."""

    def __init__(self, folder: Path, index: int, count: int) -> None:
        self._folder, self._count = folder, count
        self._path = folder / FOLDER / f"{index}-of-{count}.lock"
        owner = {"host": socket.gethostname(), "pid": os.getpid(), "started": time.time()}
        self._sign = json.dumps(owner).encode()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        for path in remote.files_under(self._folder / FOLDER):
            overlaps = path == self._path or not path.name.endswith(f"-of-{self._count}.lock")
            if path.suffix == ".lock" and overlaps and (owner := self._alive(path)) is not None:
                raise at_work(remote.shown(self._folder), path.name, owner)
        try:
            remote.write(self._path, self._sign, new=True)
        except FileExistsError as error:
            raise just_begun(remote.shown(self._folder)) from error
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        with suppress(InputError):  # it then counts as killed after a minute
            if self._ours():
                remote.remove(self._path)

    def _ours(self) -> bool:
        """Whether nobody took the lock over, for want of a sign of life."""
        return remote.read(self._path) == self._sign

    def _beat(self) -> None:
        while not self._stop.wait(BEAT):
            with suppress(InputError):
                if not self._ours():
                    return
                remote.write(self._path, self._sign)

    def _alive(self, path: Path) -> dict[str, object] | None:
        """The owner of a lock; None after removing one that is stale."""
        probe = path.with_name(f"time-{socket.gethostname()}-{os.getpid()}")
        try:
            remote.write(probe, b"")
            age = remote.modified(probe) - remote.modified(path)
            content = remote.read(path)
        except InputError:  # it was removed just now; if the store is out of reach, taking the lock says so
            return None
        finally:
            remote.remove(probe)
        try:
            owner: dict[str, object] = json.loads(content)
            gone = owner["host"] == socket.gethostname() and not process_exists(int(str(owner["pid"])))
        except (ValueError, KeyError, TypeError):
            owner, gone = {"host": "?", "pid": "?"}, False
        if gone or age > STALE:
            remote.remove(path)
            return None
        return owner
