"""The records of a folder of outputs: a line of JSON for each clip that was lifted, or that failed.

They lie in `.zedo/` in that folder, a file for each shard, so that shards never write to the same file. A
line is written at once, after the outputs are complete; one that was cut off by a crash does not count.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from zedo_cli.errors import InputError
from zedo_cli.io.remote import files_under, is_folder, is_remote, version_of

FOLDER = ".zedo"


@dataclass(frozen=True)
class Record:
    """What was done with a clip.

    clip: its name. status: `done` or `failed`. fingerprint: of its files. settings: digest of everything
    that decides the outputs. zedo: version. outputs: names of files, relative to the folder. seconds, frames,
    poses: of the work. notes: for the user. reason: why it failed.
    """

    clip: str
    status: str
    fingerprint: str
    settings: str
    zedo: str
    outputs: tuple[str, ...] = ()
    seconds: float = 0.0
    frames: int = 0
    poses: int = 0
    notes: tuple[dict[str, str], ...] = field(default=())
    reason: str = ""

    @property
    def done(self) -> bool:
        """Whether the clip was lifted."""
        return self.status == "done"

    @classmethod
    def parse(cls, line: bytes) -> Self | None:
        """The record of a line; None if the line was cut off."""
        try:
            values = json.loads(line)
            values["outputs"], values["notes"] = tuple(values["outputs"]), tuple(values["notes"])
            return cls(**values)
        except (ValueError, TypeError, KeyError):
            return None


class Records:
    """The records of a folder; this shard's are added to its own file."""

    def __init__(self, folder: Path, shard: str) -> None:
        self._folder = folder / FOLDER
        self._path = self._folder / f"records-{shard}.jsonl"
        self.by_clip: dict[str, Record] = {}
        for path in sorted(self._folder.glob("records-*.jsonl")):
            for line in path.read_bytes().splitlines():
                record = Record.parse(line)
                if record is not None and (record.done or record.clip not in self.by_clip):
                    self.by_clip[record.clip] = record

    def add(self, record: Record) -> None:
        """Write a record. Raises `InputError` if the disk is full; the clip is then lifted again."""
        line = json.dumps(asdict(record)).encode() + b"\n"
        try:
            with self._path.open("ab") as file:
                if file.tell() and not _ends_line(self._path):
                    line = b"\n" + line  # the last run was stopped while it wrote
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(
                f"could not be written ({error.strerror})", source=self._path, fix="free some space"
            ) from error
        self.by_clip[record.clip] = record


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def fingerprint(sources: Iterable[Path]) -> str:
    """Of the names and contents of files, and of the files in folders; of remote ones, the version that
    their file system states."""
    digest = blake2b(digest_size=16)
    for source in sources:
        if is_remote(source):
            for path in files_under(source) if is_folder(source) else [source]:
                digest.update(f"{path.name}\0{version_of(path)}\0".encode())
            continue
        files = sorted(path for path in source.iterdir() if path.is_file()) if source.is_dir() else [source]
        for path in files:
            digest.update(path.name.encode() + b"\0")
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            digest.update(b"\0")
    return digest.hexdigest()


def digest_of(settings: dict[str, Any]) -> str:
    """Of settings that JSON can hold."""
    return blake2b(json.dumps(settings, sort_keys=True).encode(), digest_size=8).hexdigest()
