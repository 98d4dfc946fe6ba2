"""Runs whose inputs and outputs are behind URLs give what local ones give."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zedo_cli.clips import remote_state as module
from zedo_cli.clips.records import FOLDER, fingerprint
from zedo_cli.clips.remote_state import RemoteLock, RemoteRecords
from zedo_cli.clips.run import Running, run
from zedo_cli.clips.work import OutputFolder
from zedo_cli.errors import InputError
from zedo_cli.io import remote
from zedo_cli.keypoints.packing import pack
from zedo_cli.keypoints.reading import read_keypoints

OUT = Path("memory://out/poses")


def uploaded(clips):
    place = Path("memory://data/clips")
    for path in clips.rglob("*.npz"):
        remote.put(path, place / path.relative_to(clips))
    return place


def arrays(content):
    with np.load(content) as file:
        return {name: file[name] for name in file.files if name != "meta"}


def test_outputs_are_those_of_local_files(store, clips, work, tmp_path):
    run([clips], work, Running())
    inputs = uploaded(clips)
    assert not run([inputs], replace(work, place=OutputFolder(OUT)), Running()).failed
    found = [path for path in remote.files_under(OUT) if path.suffix == ".npz"]
    assert len(found) == 4
    for path in found:
        with remote.nearby([path]) as near:
            ours = arrays(near.paths[0])
        theirs = arrays(work.place.folder / path.relative_to(OUT))
        for name in theirs:
            assert np.array_equal(ours[name], theirs[name], equal_nan=theirs[name].dtype.kind == "f"), name
        record = RemoteRecords(OUT, "0-of-1").by_clip[path.relative_to(OUT).with_suffix("").as_posix()]
        assert record.poses == 12
    assert not [path for path in remote.files_under(OUT) if path.suffix == ".lock"]


def test_file_urls_and_a_remote_camera(clips, work, tmp_path):
    for path in clips.rglob("*.npz"):
        values = dict(np.load(path))
        k = values.pop("intrinsics")
        np.savez(path, **values)
    camera = tmp_path / "K.json"
    camera.write_text(json.dumps(k.tolist()))
    out = Path(f"file://{tmp_path}/out/poses")
    said = replace(work.said, intrinsics=(Path(f"file://{camera}"),))
    far = replace(work, said=said, place=OutputFolder(out))
    summary = run([Path(f"file://{clips}")], far, Running())
    assert not summary.failed
    assert len(list((tmp_path / "out/poses").rglob("*.npz"))) == 4
    assert summary.records[0].outputs == ("subject0/walk0.npz",)
    with pytest.raises(InputError, match=r"^file://.*poses: holds 4 of these clips"):
        run([Path(f"file://{clips}")], far, Running())


def test_resume_lifts_what_changed_or_vanished(store, clips, work):
    inputs = uploaded(clips)
    far = replace(work, place=OutputFolder(OUT))
    run([inputs], far, Running())
    remote.remove(OUT / "subject1/walk2.npz")
    remote.put(clips / "subject0/walk0.npz", inputs / "subject0/walk1.npz")
    summary = run([inputs], far, Running(resume=True))
    assert sorted(record.clip for record in summary.records) == ["subject0/walk1", "subject1/walk2"]


def test_a_damaged_clip_names_its_url(store, clips, work):
    inputs = uploaded(clips)
    remote.write(inputs / "subject0/walk1.npz", b"broken")
    (failed,) = run([inputs], replace(work, place=OutputFolder(OUT)), Running()).failed
    assert failed.reason.startswith("memory://data/clips/subject0/walk1.npz: is not an NPZ file")


def test_a_shard_has_one_run(store):
    with RemoteLock(OUT, 0, 2):
        with RemoteLock(OUT, 1, 2):
            pass
        with pytest.raises(
            InputError, match=f"^memory://out/poses: a run is at work here: shard 0/2, .*{os.getpid()}"
        ):
            RemoteLock(OUT, 0, 2).__enter__()
        with pytest.raises(InputError, match="shard 0/2"):
            RemoteLock(OUT, 0, 1).__enter__()
    assert not remote.files_under(OUT)


def test_a_run_that_was_killed_is_taken_over(store, monkeypatch):
    path = OUT / FOLDER / "0-of-1.lock"
    remote.write(path, b"cut o")
    with pytest.raises(InputError, match=r"process \? on \?"):
        RemoteLock(OUT, 0, 1).__enter__()
    monkeypatch.setattr(module, "STALE", -1.0)
    with RemoteLock(OUT, 0, 1):
        assert json.loads(remote.read(path))["pid"] == os.getpid()


def test_two_that_begin_at_once(store, monkeypatch):
    path = OUT / FOLDER / "0-of-1.lock"
    monkeypatch.setattr(remote, "files_under", lambda folder: [])
    remote.write(path, b"{}")
    with pytest.raises(InputError, match="another run has just begun here"):
        RemoteLock(OUT, 0, 1).__enter__()


def test_a_run_shows_that_it_lives(store, monkeypatch):
    monkeypatch.setattr(module, "BEAT", 0.01)
    path = OUT / FOLDER / "0-of-1.lock"
    with RemoteLock(OUT, 0, 1):
        first = remote.modified(path)
        while remote.modified(path) == first:
            assert remote.exists(path)
    assert not remote.exists(path)


def test_a_lock_that_was_taken_over_is_not_taken_back(store, monkeypatch):
    """A run that was suspended for too long finds another at work."""
    monkeypatch.setattr(module, "BEAT", 0.01)
    path = OUT / FOLDER / "0-of-1.lock"
    with RemoteLock(OUT, 0, 1) as lock:
        remote.write(path, b"another")
        lock._thread.join(timeout=10)
        assert not lock._thread.is_alive()
    assert remote.read(path) == b"another"


def test_a_changed_image_of_a_remote_folder_is_noticed(store):
    folder = Path("memory://images/clip")
    remote.write(folder / "0.png", b"one")
    before = fingerprint([folder])
    assert fingerprint([folder]) == before
    remote.write(folder / "0.png", b"another")
    assert fingerprint([folder]) != before


def test_a_packed_file_is_fetched_once(store, clips, work, monkeypatch):
    files = sorted(clips.rglob("*.npz"))
    pack([(path.stem, read_keypoints(path)) for path in files], clips / "p.parquet")
    remote.put(clips / "p.parquet", Path("memory://data/p.parquet"))
    fetched = []
    fetch = remote.fetch
    monkeypatch.setattr(remote, "fetch", lambda path, folder: fetched.append(path) or fetch(path, folder))
    summary = run([Path("memory://data/p.parquet")], replace(work, place=OutputFolder(OUT)), Running())
    assert not summary.failed
    assert len(summary.records) == 4
    assert len(fetched) == 1
