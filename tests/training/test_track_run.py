"""A run of `zedo train-tracks`: which motion it takes, what it keeps beside its output, and its card."""

from pathlib import Path

import pytest

from zedo_cli.errors import InputError
from zedo_cli.io.files import TEMPORARY, bundled
from zedo_cli.mocap.recordings import read_recordings
from zedo_cli.prior.card import TrackTraining
from zedo_cli.training.corpus import HELD_OUT, OPEN_VALIDATION
from zedo_cli.training.track_pool import SHARD_FRAMES
from zedo_cli.training.track_run import (
    UNKNOWN,
    TrackRun,
    fingerprint,
    licence_of,
    licence_with,
    motion_for,
    sources_of,
)


def test_the_bundled_motion_has_nobody_on_whom_anything_is_measured():
    people = {motion.subject for motion in motion_for([], ())}
    assert not people & set(OPEN_VALIDATION)
    assert not people & {person for group in HELD_OUT.values() for person in group}


def test_sources_and_people_can_be_left_out():
    everything = motion_for([], ())
    person = next(motion.subject for motion in everything if motion.source == "hdm05")
    some = motion_for([], ("accad_bvh", person))
    assert {motion.source for motion in everything} - {motion.source for motion in some} == {"accad_bvh"}
    assert person not in {motion.subject for motion in some}
    with pytest.raises(InputError, match="no such source; there are accad_bvh, "):
        motion_for([], ("nobody",))
    path = bundled("data/motion/validation.npz")
    with pytest.raises(InputError, match="no motion of 30 frames is left"):
        motion_for([path], tuple({motion.source for motion in read_recordings(path)}))


def test_the_card_counts_frames_and_names_licences():
    motion = motion_for([], ())
    sources = {source.name: source for source in sources_of(motion)}
    assert sum(source.poses for source in sources.values()) == sum(map(len, motion))
    assert sources["hdm05"].licence == "CC BY-SA 3.0"
    assert UNKNOWN not in {source.licence for source in sources.values()}
    assert "CC BY-SA" in licence_with(motion)
    assert licence_of("accad_of_mine") == UNKNOWN


def test_what_a_run_leaves_beside_its_output(tmp_path):
    run = TrackRun(TrackTraining(frames=2 * SHARD_FRAMES + 1), tmp_path / "p.safetensors", [])
    assert run.shards == 3
    assert run.files() == []
    run.folder.mkdir()
    shard = run.folder / "00000.safetensors"
    shard.write_bytes(b"")
    assert run.files() == [shard]
    killed = run.folder / f"{TEMPORARY}x.safetensors"  # what a killed run was writing
    killed.write_bytes(b"")
    assert run.files() == [killed, shard]
    run.clean()
    assert list(Path(tmp_path).iterdir()) == []


def test_the_files_of_others_are_not_touched(tmp_path):
    run = TrackRun(TrackTraining(), tmp_path / "session.safetensors", [])
    run.folder.mkdir()
    film = run.folder / "cam01.mp4"
    film.write_bytes(b"film")
    for call in (run.files, run.clean):
        with pytest.raises(InputError, match="lies where the clips would"):
            call()
    assert film.read_bytes() == b"film"
    with pytest.raises(InputError, match="is the place of the lifted clips"):
        TrackRun(TrackTraining(), tmp_path / "x.clips", []).files()


def test_other_motion_is_another_run():
    some = motion_for([], ("uiprmd",))
    assert fingerprint(some) == fingerprint(motion_for([], ("uiprmd",)))
    assert fingerprint(some) != fingerprint(some[1:])
