"""Some of the poses of a file."""

import numpy as np
import pytest

from motions import filmed, walker
from zedo_cli.errors import InputError
from zedo_cli.poses.selecting import selected, with_rate


@pytest.mark.parametrize(
    ("frames", "kept"), [("3:5", [3, 4, 5]), (":1", [0, 1]), ("58:", [58, 59]), ("59:999", [59])]
)
def test_frames(frames, kept):
    assert selected(filmed(walker()), None, frames).frame.tolist() == kept


def test_a_person():
    assert set(selected(filmed(walker(0), walker(1)), 1, None).person) == {1}


@pytest.mark.parametrize(
    ("person", "frames", "problem"),
    [
        (7, None, "person=7: there is no such identity; there are 0"),
        (None, "5:3", "frames=5:3: there are no poses; they are of frames 0 to 59"),
        (None, "5", "frames=5: write the first and the last frame"),
        (None, ":", "write the first and the last frame"),
        (None, "a:b", "write the first and the last frame"),
    ],
)
def test_what_is_not_there_is_refused(person, frames, problem):
    with pytest.raises(InputError, match=problem):
        selected(filmed(walker()), person, frames)


def test_a_rate_where_there_is_none():
    unknown = filmed(walker(), fps=None)
    unknown.time[:] = np.nan
    known = with_rate(unknown, 50)
    assert known.time[10] == 0.2
    assert known.of_clips("fps") == [50]
    assert with_rate(filmed(walker()), 50).of_clips("fps") == [30.0]
    with pytest.raises(InputError, match="fps=0: must be above 0"):
        with_rate(unknown, 0)
