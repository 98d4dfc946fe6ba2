"""Tracks, windows, batches and shards: everything is there once, and back in order."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.tracks import Tracks


class Parts(NamedTuple):
    """What a batch gives: a number for each row, and a flag."""

    values: torch.Tensor
    flags: torch.Tensor


def keypoints(clip, person, frame, **changes):
    count = len(clip)
    made = Keypoints(
        points=np.zeros((count, 17, 2)),
        confidence=np.ones((count, 17)),
        frame=np.array(frame),
        person=np.array(person),
        clip=np.array(clip),
        clip_names=tuple(f"clip{i}" for i in range(max(clip) + 1)),
        frame_count=count,
    )
    return replace(made, **changes)


@st.composite
def scenes(draw):
    """Rows of a few people in a few clips, in any order."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 12)),
            min_size=1,
            max_size=40,
            unique=True,
        )
    )
    clip, person, frame = zip(*draw(st.permutations(rows)), strict=True)
    return keypoints(clip, person, frame)


def test_rows_of_a_track_are_in_order_of_time():
    tracks = Tracks.of(keypoints([0, 0, 0, 0, 1], [0, 1, 0, 1, 0], [5, 1, 2, 0, 9]))
    assert [tracks[i].tolist() for i in range(len(tracks))] == [[2, 0], [3, 1], [4]]
    assert tracks.names == ("clip0/0", "clip0/1", "clip1/0")


@pytest.mark.parametrize("changes", [{"static": False}, {"tracked": False}])
def test_rows_that_are_not_known_to_belong_together_are_tracks_of_their_own(changes):
    people = keypoints([0, 0, 0], [0, 0, 0], [0, 1, 2], **changes)
    assert len(Tracks.of(people)) == 3
    assert len(Tracks.of(replace(people, static=True, tracked=True), together=False)) == 3


def test_a_person_twice_in_a_frame_is_no_track():
    tracks = Tracks.of(keypoints([0, 0, 0, 0, 0], [0, 0, 0, 1, 1], [0, 1, 1, 0, 1]))
    assert sorted(len(tracks[i]) for i in range(len(tracks))) == [1, 1, 1, 2]


@given(scenes(), st.integers(1, 9), st.data())
def test_windows_and_batches_hold_every_row_and_come_back_in_order(people, length, data):
    overlap = data.draw(st.integers(0, length - 1))
    windows = Tracks.of(people).windows(length, overlap)
    batches = windows.batches(data.draw(st.integers(1, 50)))
    assert set(torch.cat(batches).tolist()) == set(range(len(people)))
    values = torch.arange(len(people), dtype=torch.float32)
    merged = windows.merge([Parts(values[rows], values[rows] > 3) for rows in batches])
    assert torch.allclose(merged.values, values)
    assert torch.equal(merged.flags, values > 3)


@given(scenes(), st.integers(2, 6))
def test_windows_stay_within_their_track(people, length):
    windows = Tracks.of(people).windows(length, 1)
    for start, stop in zip(windows.bounds, windows.bounds[1:], strict=False):
        rows = windows.rows[start:stop]
        assert len(rows) <= length
        assert len({(people.clip[row], people.person[row]) for row in rows}) == 1
        assert (np.diff(people.frame[rows]) > 0).all()


def test_overlapping_windows_are_blended_by_their_distance_from_the_ends():
    windows = Tracks.of(keypoints([0] * 4, [0] * 4, range(4))).windows(3, 2)
    assert windows.rows.tolist() == [0, 1, 2, 1, 2, 3]
    merged = windows.merge([Parts(torch.tensor([0.0, 0, 0, 3, 3, 3]), torch.zeros(6, dtype=torch.bool))])
    assert merged.values.tolist() == pytest.approx([0, 1, 2, 3])


def test_an_impossible_overlap_is_refused():
    with pytest.raises(ValueError, match="less than 3"):
        Tracks.of(keypoints([0], [0], [0])).windows(3, 3)


@given(scenes(), st.integers(1, 5))
def test_shards_divide_the_tracks_whatever_the_order_of_the_rows(people, count):
    tracks = Tracks.of(people)
    shards = [tracks.shard(i, count) for i in range(count)]
    assert sorted(np.concatenate(shards)) == list(range(len(people)))
    order = np.random.default_rng(0).permutation(len(people))
    shuffled = people.take(order)
    for index, rows in enumerate(shards):
        names = {(people.clip[r], people.person[r], people.frame[r]) for r in rows}
        others = Tracks.of(shuffled).shard(index, count)
        assert names == {(shuffled.clip[r], shuffled.person[r], shuffled.frame[r]) for r in others}


def test_a_shard_out_of_range_is_refused():
    with pytest.raises(InputError, match="shard=3/3: must be i/n"):
        Tracks.of(keypoints([0], [0], [0])).shard(3, 3)


@given(scenes(), st.integers(1, 20))
def test_chunks_are_whole_tracks(people, size):
    chunks = Tracks.of(people).chunks(size)
    assert sorted(np.concatenate(chunks)) == list(range(len(people)))
    owners = [{(people.clip[r], people.person[r]) for r in rows} for rows in chunks]
    assert all(not (one & other) for i, one in enumerate(owners) for other in owners[i + 1 :])
    assert all(len(rows) <= size or len(own) == 1 for rows, own in zip(chunks, owners, strict=True))


def test_the_name_of_a_single_row_does_not_depend_on_the_rows_before():
    people = replace(keypoints([0, 0, 0], [0, 0, 0], [3, 4, 5]), static=False)
    assert Tracks.of(people).names[1:] == Tracks.of(people.take(np.array([1, 2]))).names
