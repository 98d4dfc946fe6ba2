"""When the bodies of people who are followed are sampled."""

import numpy as np
import pytest

from zedo_cli.live.person import SAMPLES, Moment, Person, to_sample


def follow(arrivals, frames, shown=lambda person, frame: True):
    """The people after `frames` frames, and the number of those who were sampled in each frame."""
    people = [Person() for _ in arrivals]
    counts = []
    for frame in range(frames):
        numbers = [p for p, came in enumerate(arrivals) if frame >= came and shown(p, frame)]
        here = [people[number] for number in numbers]
        for person in here:
            person.add(Moment(frame, frame / 30, np.zeros((17, 2)), np.ones(17)))
        rows = to_sample([person.due(len(here)) for person in here])
        for row in rows:
            here[row].sample(np.random.default_rng(frame).normal(size=(17, 3)).astype(np.float32))
        counts.append(len(rows))
    return people, counts


def test_one_person_is_sampled_in_every_third_frame_and_then_seldom():
    (person,), counts = follow([0], 3 * SAMPLES + 30)
    assert [frame for frame, count in enumerate(counts) if count][:3] == [2, 5, 8]
    assert sum(counts) == SAMPLES + 2
    assert len(person.samples) == SAMPLES
    assert person.bones is not None


@pytest.mark.parametrize("arrivals", [[0] * 8, range(8), range(0, 200, 25)])
def test_many_people_take_turns_however_they_arrive(arrivals):
    people, counts = follow(list(arrivals), 600)
    assert max(counts) <= 3
    assert sum(counts[300:]) <= 300 / 3 + 8  # as many as for one person
    assert min(len(person.samples) for person in people) >= 15


def test_people_who_flicker_are_sampled_too():
    people, _ = follow([0, 0, 0], 300, lambda person, frame: (frame + person) % 3 == 0)
    assert min(len(person.samples) for person in people) >= 20


def test_those_who_wait_longest_come_first():
    assert to_sample([]) == []
    assert to_sample([-1, 4, 0, 9, 4]) == [3, 1]
    assert to_sample([-1]) == []
    assert to_sample([0]) == [0]
