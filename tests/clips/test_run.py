"""Runs over many clips: an output for each, failures apart, and resuming to the same files."""

from dataclasses import replace

import numpy as np
import pytest

from zedo_cli.clips.run import Running, run
from zedo_cli.clips.work import OutputFolder
from zedo_cli.errors import InputError
from zedo_cli.poses.reading import read_poses


def outputs(work):
    folder = work.place.folder
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.npz")}


def test_each_clip_has_its_output(clips, work):
    summary = run([clips], work, Running())
    assert not summary.failed
    assert sorted(outputs(work)) == [f"subject{n // 2}/walk{n}.npz" for n in range(4)]
    poses = read_poses(work.place.folder / "subject0" / "walk1.npz")
    assert len(poses) == 12
    assert poses.meta["inputs"] == [str(clips / "subject0" / "walk1.npz")]
    record = summary.records[0]
    assert (record.frames, record.poses, record.outputs) == (12, 12, ("subject0/walk0.npz",))


def test_a_clip_that_fails_does_not_stop_the_others(clips, work):
    (clips / "subject0" / "a.npz").write_text("broken")
    summary = run([clips], work, Running())
    assert [record.clip for record in summary.failed] == ["subject0/a"]
    assert "a.npz" in summary.failed[0].reason
    assert len(outputs(work)) == 4


def test_fail_fast_stops_and_resume_goes_on(clips, work):
    (clips / "subject0" / "a.npz").write_text("broken")
    with pytest.raises(InputError, match="first failure"):
        run([clips], work, Running(fail_fast=True))
    assert not outputs(work)
    np.savez(clips / "subject0" / "a.npz", **np.load(clips / "subject0" / "walk0.npz"))
    summary = run([clips], work, Running(resume=True))
    assert not summary.failed
    assert len(outputs(work)) == 5


def test_a_run_that_was_stopped_is_continued_to_the_same_files(clips, work):
    def stop(record, done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([clips], work, Running(), stop)
    first = outputs(work)
    assert len(first) == 2
    summary = run([clips], work, Running(resume=True))
    assert (summary.kept, len(summary.records)) == (2, 2)
    whole = outputs(work)
    again = replace(work, place=OutputFolder(work.place.folder.with_name("again")))
    run([clips], again, Running())
    assert outputs(again) == whole


def test_what_changed_or_vanished_is_lifted_again(clips, work):
    run([clips], work, Running())
    (work.place.folder / "subject1" / "walk2.npz").unlink()
    changed = dict(np.load(clips / "subject0" / "walk0.npz"))
    changed["fps"] = np.array(25.0)
    np.savez(clips / "subject0" / "walk0.npz", **changed)
    summary = run([clips], work, Running(resume=True))
    assert sorted(record.clip for record in summary.records) == ["subject0/walk0", "subject1/walk2"]


def test_a_folder_of_another_run_is_refused(clips, work):
    run([clips / "subject0"], work, Running())
    with pytest.raises(InputError, match="from an earlier run"):
        run([clips / "subject0"], work, Running())
    other = replace(work, method=work.method | {"preset": "balanced"})
    with pytest.raises(InputError, match="with other settings"):
        run([clips / "subject0"], other, Running(resume=True))
    summary = run([clips / "subject1"], work, Running())  # other clips may join
    assert len(summary.records) == 2


def test_another_version_is_refused(clips, work, monkeypatch):
    run([clips], work, Running())
    monkeypatch.setattr("zedo_cli.clips.run.__version__", "9.9")
    with pytest.raises(InputError, match=r"was lifted with zedo 0\."):
        run([clips], work, Running(resume=True))


def test_shards_divide_the_work(clips, work):
    for index in range(3):
        run([clips], work, Running(shard=f"{index}/3"))
    shards = outputs(work)
    whole = replace(work, place=OutputFolder(work.place.folder.with_name("whole")))
    run([clips], whole, Running())
    assert outputs(whole) == shards


def test_an_output_that_is_there_is_kept(clips, work):
    work.place.folder.mkdir()
    (work.place.folder / "walk0.npz").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        run([clips / "subject0"], work, Running())
    assert (work.place.folder / "walk0.npz").read_text() == "mine"


def test_half_written_files_of_a_killed_run_are_removed(clips, work):
    work.place.folder.mkdir()
    left = work.place.folder / ".zedo-abc.npz"
    left.write_text("half")
    run([clips / "subject0"], work, Running())
    assert not left.exists()


def test_several_formats(clips, work):
    place = replace(work.place, formats=("json", "bvh"))
    run([clips / "subject0"], replace(work, place=place), Running())
    assert (
        sorted(path.suffix for path in place.folder.iterdir() if path.is_file())
        == [".bvh"] * 2 + [".json"] * 2
    )


@pytest.mark.parametrize("shard", ["3/3", "1", "-1/2", "a/b", "0/0"])
def test_shards_are_checked(shard):
    with pytest.raises(InputError, match="0 <= i < n"):
        Running(shard=shard)


def test_an_unknown_format_is_refused_before_any_work(clips, work):
    place = replace(work.place, formats=("fbx",))
    with pytest.raises(InputError, match="fbx"):
        run([clips], replace(work, place=place), Running())
    assert not place.folder.exists()
