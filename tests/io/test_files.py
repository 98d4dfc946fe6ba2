"""Atomic writing, and where bundled files are."""

import os
import subprocess
import sys
import time

import pytest

from zedo_cli.errors import InputError
from zedo_cli.io.files import ABANDONED, TEMPORARY, atomic_write, bundled
from zedo_cli.io.npz import NpzFile


def test_writes_the_whole_file_and_nothing_else(tmp_path):
    path = tmp_path / "b.txt"
    with atomic_write(path) as temporary:
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert [file.name for file in path.parent.iterdir()] == ["b.txt"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, failure):
    path = tmp_path / "b.txt"
    path.write_text("old")

    def interrupted():
        with atomic_write(path) as temporary:
            temporary.write_text("half")
            raise failure

    with pytest.raises(failure):
        interrupted()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["b.txt"]


def test_a_full_disk_is_reported_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "b.txt"
    path.write_text("old")

    def full():
        with atomic_write(path) as temporary:
            temporary.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left"):
        full()
    assert path.read_text() == "old"


def test_a_folder_in_the_way(tmp_path):
    with pytest.raises(InputError, match="is a folder"), atomic_write(tmp_path):
        pass


def test_a_folder_that_does_not_exist_is_not_made(tmp_path):
    path = tmp_path / "new" / "out.npz"
    with pytest.raises(InputError, match=r"there is no folder .*new; create it first"), atomic_write(path):
        pass
    assert not list(tmp_path.iterdir())


def test_a_parent_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"), atomic_write(tmp_path / "file" / "out.npz"):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written"), atomic_write(tmp_path / "out.npz"):
        pass


def test_bundled_files_are_there():
    assert bundled("checkpoints/open.safetensors").is_file()
    assert bundled("data/mocap/train_permissive.npz").is_file()


def test_a_damaged_archive(tmp_path):
    good = bundled("data/pose2sim/reference.npz").read_bytes()
    damaged = bytearray(good)
    damaged[2000:4000] = bytes(2000)
    (tmp_path / "d.npz").write_bytes(damaged)
    (tmp_path / "t.npz").write_bytes(good[:-5000])
    for name in ("d.npz", "t.npz"):
        with pytest.raises(InputError, match=name):
            NpzFile(tmp_path / name)


def test_what_a_killed_process_left_is_removed(tmp_path):
    """Only what is old, and what no living process writes."""
    left, young, held = (tmp_path / f"{TEMPORARY}{name}" for name in ("left", "young", "held"))
    for path in (left, young, held):
        path.write_text("half")
    for path in (left, held):
        os.utime(path, (time.time() - 2 * ABANDONED,) * 2)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys, time\nfile = open(sys.argv[1], 'rb')\nfcntl.flock(file, fcntl.LOCK_EX)\n"
            "print('held', flush=True)\ntime.sleep(60)",
            str(held),
        ],
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with atomic_write(tmp_path / "b.txt") as temporary:
            temporary.write_text("whole")
    finally:
        holder.kill()
        holder.communicate()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{TEMPORARY}held",
        f"{TEMPORARY}young",
        "b.txt",
    ]
