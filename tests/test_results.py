"""What the output says of the people besides their poses."""

import numpy as np
import pytest

from zedo_cli import Lifter, SideInformation
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.pipeline.motion import BONE_ERRORS
from zedo_cli.skeletons import BONES


@pytest.fixture(scope="module")
def video():
    data = load_dataset("validation-video")
    return data.take(np.isin(data.keypoints.clip, [1, 13]))


@pytest.fixture(scope="module")
def lifter():
    return Lifter(preset="fast")


def bodies(poses):
    return [people for people in poses.meta["bodies"] if people]


def test_heights_are_stated_with_their_uncertainty(video, lifter):
    found = bodies(lifter.lift(video.keypoints))
    assert len(found) == 2
    for (person,) in found:
        assert 1.4 < person["height_metres"] < 2.1
        assert person["uncertainty_metres"] == pytest.approx(0.08 * person["height_metres"], abs=1e-3)
        assert list(person["bones_metres"]) == list(BONES) == list(BONE_ERRORS)
        assert 0.35 < person["bones_metres"]["thigh"] < 0.55
        assert 0.02 < person["bones_uncertainty_metres"]["thigh"] < 0.06


def test_a_known_height_is_stated_as_it_is(video, lifter):
    poses = lifter.lift(video.keypoints, known=SideInformation(height=1.75))
    for (person,) in bodies(poses):
        assert person["height_metres"] == pytest.approx(1.75, abs=0.01)
        assert person["uncertainty_metres"] == 0
    assert not [note for note in poses.meta["notes"] if note["code"] == "height-implausible"]


def test_a_height_that_cannot_be_right_is_noted(video, lifter):
    usual, wrong = (
        lifter.lift(video.keypoints, known=SideInformation(height=height)) for height in (1.75, 2.7)
    )
    notes = [note for note in wrong.meta["notes"] if note["code"] == "height-implausible"]
    assert len(notes) == 2
    assert "2.7 m is 1." in notes[0]["text"]
    assert np.nanmean(wrong.uncertainty) > 2 * np.nanmean(usual.uncertainty)
