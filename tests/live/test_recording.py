"""A stream records before its first frame, and never after."""

import numpy as np
import pytest

from zedo_cli import Lifter
from zedo_cli.cameras.container import Camera
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.pipeline.graphs import Graphed


@pytest.fixture(scope="module")
def clip():
    """Detections `[T, 17, 3]` of one person, and the camera."""
    people = load_dataset("open-video", None, "detected").keypoints
    rows = np.flatnonzero(people.clip == 0)[:40]
    frames = np.concatenate([people.points[rows], people.confidence[rows][..., None]], axis=-1)
    return frames, Camera("cam", np.asarray(people.intrinsics[rows[0]], np.float64))


def counted(lifter):
    """How often the lifter's functions are called, rather than replayed."""
    calls = []
    for graph in (lifter.initialise, lifter.loop, lifter.look, lifter.first_pass):
        assert isinstance(graph, Graphed)
        function = graph._function
        graph._function = lambda value, function=function: calls.append(1) or function(value)
    return calls


def test_frames_of_one_person_are_replayed_from_the_first_on(prior, clip):
    frames, camera = clip
    lifter = Lifter(prior, "fast")
    stream = lifter.live(camera, "h36m17", 30.0)
    calls = counted(lifter)
    replayed = [stream.push(frame[None]) for frame in frames]
    assert not calls
    # the same as without any recording
    plain = Lifter(prior, "fast")
    for graph in (plain.initialise, plain.loop, plain.look, plain.first_pass):
        graph.held = True
    other = plain.live(camera, "h36m17", 30.0)
    for frame, answer in zip(frames, replayed, strict=True):
        assert np.abs(other.push(frame[None]).poses_3d - answer.poses_3d).max() < 1e-5


def test_nothing_is_recorded_in_the_middle_of_a_stream(prior, clip):
    frames, camera = clip
    lifter = Lifter(prior, "fast")
    stream = lifter.live(camera, "h36m17", 30.0)
    calls = counted(lifter)
    for frame in frames[:10]:
        stream.push(np.stack([frame, frame + np.array([300.0, 0, 0])]))
    assert len(calls) >= 30  # two people are lifted by the functions, frame after frame
