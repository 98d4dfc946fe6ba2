"""Two runs never work at the same clips; runs that were killed do not block others."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from zedo_cli.clips import lock as module
from zedo_cli.clips.lock import Lock
from zedo_cli.clips.records import FOLDER
from zedo_cli.errors import InputError


def test_a_shard_has_one_run_and_shards_join(tmp_path):
    with Lock(tmp_path, 0, 2) as first:
        assert first.alone
        with Lock(tmp_path, 1, 2) as second:
            assert not second.alone
        with pytest.raises(InputError, match=f"shard 0/2, process {os.getpid()} on"):
            Lock(tmp_path, 0, 2).__enter__()
    with Lock(tmp_path, 0, 2):
        pass
    assert not list((tmp_path / FOLDER).glob("*"))


def test_another_division_of_the_clips_is_refused(tmp_path):
    with Lock(tmp_path, 1, 4), pytest.raises(InputError, match="shard 1/4"):
        Lock(tmp_path, 0, 1).__enter__()


def stale(tmp_path, host, pid, age):
    path = tmp_path / FOLDER / "0-of-1.lock"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"host": host, "pid": pid, "started": 0}))
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_run_that_was_killed_on_this_machine_is_taken_over(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stale(tmp_path, socket.gethostname(), gone.pid, age=0)
    with Lock(tmp_path, 0, 1) as taken:
        assert taken.alone


def test_a_run_elsewhere_is_judged_by_its_signs_of_life(tmp_path):
    stale(tmp_path, "another", 1, age=module.STALE / 2)
    with pytest.raises(InputError, match="process 1 on another"):
        Lock(tmp_path, 0, 1).__enter__()
    stale(tmp_path, "another", 1, age=2 * module.STALE)
    with Lock(tmp_path, 0, 1):
        pass


def test_a_lock_without_an_owner_is_a_run_that_just_begins_or_is_stale(tmp_path):
    path = stale(tmp_path, "", 0, age=0)
    path.write_text("")
    with pytest.raises(InputError, match="at work"):
        Lock(tmp_path, 0, 1).__enter__()
    os.utime(path, (0, 0))
    with Lock(tmp_path, 0, 1):
        pass


def test_the_owner_gives_signs_of_life(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BEAT", 0.02)
    with Lock(tmp_path, 0, 1):
        path = tmp_path / FOLDER / "0-of-1.lock"
        os.utime(path, (0, 0))
        deadline = time.monotonic() + 5
        while path.stat().st_mtime == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert path.stat().st_mtime > 0
