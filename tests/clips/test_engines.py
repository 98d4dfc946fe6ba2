"""Engines do the same work; a worker that dies costs nothing but its clip."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from zedo_cli.clips.engines import engine_of, in_processes, in_this_process
from zedo_cli.clips.finding import Clip, find_clips
from zedo_cli.clips.records import Record
from zedo_cli.clips.work import Work
from zedo_cli.errors import InputError


@dataclass(frozen=True)
class Mortal(Work):
    """A stand-in for work: dies at some clips, always or the first time."""

    settings = "s"

    def __call__(self, clip: Clip) -> Record:
        first = self.place.folder / f"{clip.name}.tried"
        if clip.name.startswith("killer") or (clip.name.startswith("unlucky") and not first.exists()):
            first.touch()
            os._exit(9)
        return Record(clip.name, "done", "", "s", "0")


def test_processes_write_what_one_process_writes(clips, work):
    found = find_clips([clips])
    alone = {record.clip: record for record in in_this_process(work, found, 1, None)}
    files = sorted(work.place.folder.rglob("*.npz"))
    assert len(files) == 4
    content = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    together = {record.clip: record for record in in_processes(work, found, 2, None)}
    assert [path.read_bytes() for path in files] == content
    assert {name: r.notes for name, r in alone.items()} == {name: r.notes for name, r in together.items()}


def test_a_worker_that_dies_costs_its_own_clip_only(work, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))  # where workers find `Mortal`
    work.place.folder.mkdir()
    names = ["a", "killer", "b", "unlucky", "c", "d"]
    mortal = Mortal(work.said, work.method, work.detection, work.place)
    clips = [Clip(name, (Path(name),)) for name in names]
    records = {record.clip: record for record in in_processes(mortal, clips, 2, None)}
    assert sorted(records) == sorted(names)
    assert [name for name in names if not records[name].done] == ["killer"]
    assert "died" in records["killer"].reason


def test_engines_are_named(work):
    assert engine_of("local", 1) is in_this_process
    assert engine_of("local", 2) is in_processes
    with pytest.raises(InputError, match="local, ray"):
        engine_of("spark", 1)
    with pytest.raises(InputError, match="at least 1"):
        engine_of("local", 0)
