"""Identities over frames: order that changes, gaps, halves, doubles, phantoms, cuts."""

from dataclasses import replace

import numpy as np
import pytest

from places import people
from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.tracking import identified, selected
from zedo_cli.skeletons import INDEX, MIRROR, joints_ending

FRAMES = 40


def person(x: float, speed: float = 3.0, seed: int = 0) -> np.ndarray:
    """Someone who moves to the right, about 400 px tall. `[FRAMES, 17, 2]` px."""
    body = people(1, seed)[0][:, [0, 2]] * [220, -220] + [x, 500]
    return body + np.arange(FRAMES)[:, None, None] * [speed, 0]


def clip(rows, **about):
    """Keypoints of `(frame, points, confidence)`."""
    frame, points, confidence = zip(*rows, strict=True)
    return Keypoints(
        points=np.array(points),
        confidence=np.array(confidence),
        frame=np.array(frame),
        person=np.zeros(len(frame), int),
        clip=np.zeros(len(frame), int),
        clip_names=("clip",),
        frame_count=FRAMES,
        skeleton="h36m17",
        **{"tracked": False, "image_size": (1920.0, 1080.0)} | about,
    )


SEEN = np.full(17, 0.9)


def test_an_order_that_changes_in_every_frame():
    both = person(500), person(1300, -3.0, 1)
    order = np.random.default_rng(0).integers(0, 2, FRAMES)
    who = [p for f in range(FRAMES) for p in ((0, 1) if order[f] else (1, 0))]
    keypoints = clip([(row // 2, both[p][row // 2], SEEN) for row, p in enumerate(who)])
    found = identified(keypoints)
    assert found.tracked == (True,)
    assert len({(a, b) for a, b in zip(who, found.person.tolist(), strict=True)}) == 2


def test_one_detection_a_frame_of_two_people_in_turn():
    both = person(500), person(1300, -3.0, 1)
    found = identified(clip([(f, both[f % 2][f], SEEN) for f in range(FRAMES)]))
    assert found.person.tolist() == [f % 2 for f in range(FRAMES)]


def test_an_identity_survives_a_gap_and_ends_after_a_longer_one():
    path = person(500)
    short = identified(clip([(f, path[f], SEEN) for f in range(FRAMES) if not 10 <= f < 20]))
    assert len(np.unique(short.person)) == 1
    long = identified(clip([(f if f < 10 else f + 100, path[f], SEEN) for f in range(FRAMES)]))
    assert len(np.unique(long.person)) == 2


def test_identities_of_the_file_are_kept():
    path = person(500)
    keypoints = clip([(f, path[f], SEEN) for f in range(FRAMES)], tracked=True)
    assert identified(keypoints).person.tolist() == [0] * FRAMES


def test_a_person_in_two_halves_is_joined():
    path = person(500)
    upper, lower = SEEN.copy(), SEEN.copy()
    upper[joints_ending("hip", "knee", "ankle", "pelvis", "spine")] = 0
    lower[joints_ending("shoulder", "elbow", "wrist", "thorax", "nose", "head_top")] = 0
    rows = [(f, path[f], half) for f in range(FRAMES) for half in (upper, lower)]
    found = identified(clip(rows))
    assert len(found) == FRAMES
    assert (found.confidence[:, INDEX["left_ankle"]] > 0).all()
    assert "40 people were detected in two halves: joined" in [note.text for note in found.notes]


def test_doubles_and_phantoms_are_left_out_and_counted():
    path, phantom = person(500), person(-150, 0.0, 2)
    rows = [
        (f, p, c)
        for f in range(FRAMES)
        for p, c in ((path[f], SEEN), (path[f] + 2, 0.8 * SEEN), (phantom[f], SEEN))
    ]
    found = identified(clip(rows))
    assert len(found) == FRAMES
    assert (found.confidence == 0.9).all()
    texts = " | ".join(note.text for note in found.notes)
    assert "40 detections lie largely outside the image" in texts
    assert "40 people were detected twice" in texts


def test_a_cut_separates_segments_and_is_noted():
    path = person(500)
    moved = np.concatenate([path[:20], person(1100, 3.0, 3)[20:]])
    found = identified(clip([(f, moved[f], SEEN) for f in range(FRAMES)], tracked=True))
    assert found.segment.tolist() == [0] * 20 + [1] * 20
    assert [note.code for note in found.notes] == ["cut"]


def test_each_track_has_its_own_cuts():
    """Rows of two people in turn, and somebody who is seen too briefly to be cut."""
    moved = np.concatenate([person(500)[:20], person(1100, 3.0, 3)[20:]])
    rows = [(f, path[f], SEEN) for f in range(FRAMES) for path in (moved, person(1300, -3.0, 1))]
    who = [0, 1] * FRAMES
    rows += [(f, person(100 + 400 * f)[f], SEEN) for f in range(4)]
    keypoints = replace(clip(rows, tracked=True), person=np.array(who + [2] * 4))
    found = identified(keypoints)
    assert found.segment[found.person == 0].tolist() == [0] * 20 + [1] * 20
    assert not found.segment[found.person != 0].any()
    assert [note.text.split(":")[1].strip() for note in found.notes] == ["person 0 jumps at frame 20"]


def test_exchanged_sides_are_no_cut():
    path = person(500)
    path[10:15] = path[10:15][:, list(MIRROR)]
    found = identified(clip([(f, path[f], SEEN) for f in range(FRAMES)], tracked=True))
    assert not found.segment.any()


def test_people_can_be_chosen():
    both = person(500), person(1300, -3.0, 1)
    rows = [(f, both[p][f], SEEN) for f in range(FRAMES) for p in ((0, 1) if f < 10 else (0,))]
    found = identified(clip(rows))
    assert len(selected(found, most=1)) == FRAMES
    assert len(selected(found, person=1)) == 10
    with pytest.raises(InputError, match="nobody has this identity; there are 0, 1"):
        selected(found, person=5)
