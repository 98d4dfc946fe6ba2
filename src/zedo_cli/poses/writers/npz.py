"""Poses as NPZ: the arrays of `Poses`, `joint_names` as text, and `meta` as a JSON string. Nothing is
pickled.

Rows are kept in temporary files until the archive is closed, since each array of an NPZ begins with its
length: memory does not grow with the poses.
"""

import io
import json
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from zedo_cli.poses.container import Poses
from zedo_cli.poses.selecting import taken

COMPRESSION = 1
"""Level of deflate: four times as fast as the usual 6, for files that are 2 % larger."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of all members, so that the same poses are the same file."""

_COPIED = 1 << 20


class _NpzSink:
    """Collects rows in temporary files, and writes the archive when it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._columns: dict[str, tuple[IO[bytes], np.dtype[Any], tuple[int, ...]]] = {}
        self._rows = 0
        self._about: list[Poses] = []

    def append(self, poses: Poses) -> None:
        """Add rows."""
        about = taken(poses, np.zeros(0, np.int64))
        offset = 0 if "portions" in poses.meta else sum(len(p.meta.get("inputs", ["?"])) for p in self._about)
        Poses.concatenate([*self._about[-1:], about])  # refuses other numbers of hypotheses
        for name, values in (poses.arrays() | {"clip": poses.clip + offset}).items():
            if name not in self._columns:
                column = tempfile.TemporaryFile(dir=self._path.parent)  # noqa: SIM115 (closed by close)
                self._columns[name] = column, values.dtype, values.shape[1:]
            spool, kind, _ = self._columns[name]
            spool.write(np.ascontiguousarray(values, kind).tobytes())
        self._rows += len(poses)
        self._about = [about] if "portions" in poses.meta else [*self._about, about]

    def close(self) -> None:
        """Write the archive and remove the temporary files."""
        try:
            about = Poses.concatenate(self._about)
            texts = {
                "joint_names": np.array(about.joint_names),
                "meta": np.array(json.dumps(about.meta)),
            }
            with zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
                for name, (spool, kind, shape) in self._columns.items():
                    header = io.BytesIO()
                    layout = {"descr": kind.str, "fortran_order": False, "shape": (self._rows, *shape)}
                    np.lib.format.write_array_header_1_0(header, layout)
                    spool.seek(0)
                    with archive.open(_member(name), "w", force_zip64=True) as member:
                        member.write(header.getvalue())
                        shutil.copyfileobj(spool, member, _COPIED)
                for name, text in texts.items():
                    content = io.BytesIO()
                    np.lib.format.write_array(content, text, allow_pickle=False)
                    with archive.open(_member(name), "w") as member:
                        member.write(content.getvalue())
        finally:
            for spool, _, _ in self._columns.values():
                spool.close()


def open_sink(path: Path) -> _NpzSink:
    """A sink that writes the file when it is closed."""
    return _NpzSink(path)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member
