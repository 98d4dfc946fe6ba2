"""Keypoints as zedo's JSON."""

import numpy as np
import pytest

from places import EXAMPLE
from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import joined
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.writing import write_keypoints


def test_there_and_back(tmp_path):
    people = read_keypoints(EXAMPLE / "openpose/cam03_json", "body_25b")
    write_keypoints(people, tmp_path / "o.json")
    again = read_keypoints(tmp_path / "o.json")
    seen = people.confidence > 0
    np.testing.assert_allclose(again.points[seen], people.points[seen], atol=1e-3)
    np.testing.assert_allclose(np.nan_to_num(again.confidence), people.confidence, atol=1e-4)
    np.testing.assert_array_equal(again.frame, people.frame)
    assert (again.frame_count, again.skeleton) == (people.frame_count, "body_25b")


def test_one_clip_as_json(tmp_path):
    people = read_keypoints(EXAMPLE / "openpose/cam03_json", "body_25b")
    with pytest.raises(InputError, match="a file holds one clip"):
        write_keypoints(joined([people, people]), tmp_path / "o.json")
    with pytest.raises(InputError, match="is written as"):
        write_keypoints(people, tmp_path / "o.npz")
