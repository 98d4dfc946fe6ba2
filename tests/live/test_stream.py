"""Live answers: near those of the whole clip, from the past alone, and independent of what comes later."""

import gc
import tracemalloc

import numpy as np
import pytest

from zedo_cli import Lifter, LiveFrame, SideInformation
from zedo_cli.errors import InputError
from zedo_cli.evaluation.metrics import root_centred
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.live.person import WINDOW
from zedo_cli.pipeline.presets import PRESETS


def pushed(live, frames, **more):
    return [live.push(LiveFrame(frame[None], number / 30, **more)) for number, frame in enumerate(frames)]


def poses_of(answers):
    return np.stack([answer.poses_3d[0] for answer in answers])


def error(poses, truth):
    return np.linalg.norm(root_centred(poses) - root_centred(truth), axis=-1).mean()


@pytest.fixture(scope="module")
def answers(lifter, walk):
    frames, _, camera = walk
    return pushed(lifter.live(camera, "h36m17"), frames)


def test_a_stream_is_nearly_as_good_as_the_clip(lifter, walk, answers):
    frames, truth, camera = walk
    count = len(frames)
    clip = Keypoints.from_arrays(frames, skeleton="h36m17", clip=np.zeros(count), person=np.zeros(count))
    whole = lifter.lift(clip, camera).poses_3d
    live = poses_of(answers)
    assert error(live, truth) < 1.2 * error(whole, truth)
    refined = poses_of(pushed(lifter.live(camera, "h36m17", refine=True), frames))
    assert error(refined, truth) < 1.05 * error(live, truth)
    assert not np.allclose(refined, live, atol=1e-3)
    shaky = np.stack([Lifter(lifter.prior, "fast", clips=False).lift(frames, camera).poses_3d])[0]
    change = [np.linalg.norm(np.diff(p, 2, axis=0), axis=-1).mean() for p in (live, shaky)]
    assert change[0] < 0.6 * change[1]


def test_an_answer_depends_on_the_past_alone(lifter, walk, answers):
    frames, _, camera = walk
    again = pushed(lifter.live(camera, "h36m17"), frames[:40])
    assert np.array_equal(poses_of(again), poses_of(answers[:40]))


def test_metadata_and_units(answers, walk):
    last = answers[-1]
    assert last.meta["inputs"] == ["stream"]
    assert last.meta["prior"]["name"] == "open-base.safetensors"
    assert last.frame.tolist() == [89]
    assert last.time[0] == pytest.approx(89 / 30)
    assert 1 < last.poses_3d[0, 0, 2] < 12
    assert (last.uncertainty[0, 1:] > 0).all()
    assert np.linalg.norm(last.meta["up"]) == pytest.approx(1, abs=1e-4)


def test_people_keep_their_identities(lifter, walk):
    frames, _, camera = walk
    live = lifter.live(camera, "h36m17", fps=30)
    aside = frames + np.array([600.0, 0, 0])
    seen = []
    for number in range(12):
        both = np.stack([frames[number], aside[number]])
        seen.append(live.push(both[::-1] if number % 2 else both))
    first = [poses.person[poses.keypoints_2d[:, 0, 0].argmin()] for poses in seen]
    assert len(set(first)) == 1
    given = lifter.live(camera, "h36m17", fps=30)
    assert given.push(LiveFrame(np.stack([frames[0], aside[0]]), identities=[7, 4])).person.tolist() == [7, 4]


def test_nobody_and_too_little_give_no_poses(lifter, walk):
    frames, _, camera = walk
    live = lifter.live(camera, "h36m17", fps=30)
    few = frames[0].copy()
    few[3:, 2] = 0
    for people in (np.zeros((0, 17, 3)), [], few[None]):
        poses = live.push(people)
        assert len(poses) == 0
        assert poses.hypotheses_3d.shape == (0, 1, 17, 3)
    assert len(live.push(frames[:1])) == 1


def test_the_joint_set_is_found_from_the_first_people_and_kept(lifter, walk):
    frames, _, camera = walk
    live = lifter.live(camera, fps=30)
    first = live.push(frames[:1])
    assert "skeleton-assumed" in [note.code for note in first.notes]
    assert "skeleton-assumed" not in [note.code for note in live.push(frames[1:2]).notes]


@pytest.mark.parametrize("second", [{"seconds": 1.0}, {"seconds": 0.5}, {"seconds": np.nan}, {"number": 0}])
def test_a_frame_from_the_past_is_refused_and_the_stream_goes_on(lifter, walk, second):
    frames, _, camera = walk
    live = lifter.live(camera, "h36m17")
    live.push(LiveFrame(frames[:1], 1.0, number=3))
    with pytest.raises(InputError, match="not after the one before"):
        live.push(LiveFrame(frames[1:2], **{"seconds": 2.0} | second))
    assert len(live.push(LiveFrame(frames[1:2], 1.1))) == 1


def test_frames_without_times_follow_those_that_have_them(lifter, walk):
    frames, _, camera = walk
    live = lifter.live(camera, "h36m17")
    for number in range(3):
        live.push(LiveFrame(frames[:1], 10 + number / 50))
    live.push(frames[:1])
    assert live.seconds == pytest.approx(10 + 3 / 50)


def test_a_known_height_and_vertical_are_used(lifter, walk):
    frames, _, camera = walk
    known = SideInformation(up=np.array([0.0, -1, 0]), height=1.2)
    small = pushed(lifter.live(camera, "h36m17", known=known), frames[:20])
    usual = pushed(lifter.live(camera, "h36m17"), frames[:20])
    assert small[-1].meta["up"] == [0, -1, 0]
    assert small[-1].poses_3d[0, 0, 2] < 0.9 * usual[-1].poses_3d[0, 0, 2]


def test_identities_must_differ(lifter, walk):
    frames, _, camera = walk
    with pytest.raises(InputError, match="2 different numbers"):
        lifter.live(camera, "h36m17").push(LiveFrame(frames[:2], identities=[1, 1]))


def test_what_sees_no_view_cannot_be_live(walk):
    with pytest.raises(InputError, match="see views"):
        Lifter(preset="paper", samples=1).live(walk[2])


def test_memory_does_not_grow(lifter, walk, monkeypatch):
    monkeypatch.setattr("zedo_cli.live.person.SAMPLES", 10)  # full at once
    frames, _, camera = walk
    live = lifter.live(camera, "h36m17", fps=30)

    def run(count):
        for number in range(count):
            live.push(frames[number % 60][None])

    run(3 * WINDOW)
    tracemalloc.start()
    run(WINDOW)
    gc.collect()  # it also frees what Python keeps for new tuples
    before = tracemalloc.get_traced_memory()[0]
    run(3 * WINDOW)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 150_000  # a moment that is not forgotten takes 3 kB: 300,000


def test_what_has_no_track_network_cannot_refine(walk):
    plain = Lifter(preset=PRESETS["fast"].changed(["time=smoother"]))
    with pytest.raises(InputError, match="no track network"):
        plain.live(walk[2], refine=True)
