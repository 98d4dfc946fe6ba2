"""A stream records before its first frame, and never after."""

import numpy as np
import pytest

from zedo_cli import Lifter
from zedo_cli.cameras.container import Camera
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.live.incoming import LiveFrame
from zedo_cli.pipeline.graphs import FEW_ROWS, Graphed


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


def together(frame, count):
    """People side by side, each a little different."""
    return np.stack(
        [frame * [1, 1, 1 - 0.05 * place] + [30.0 * place, 2 * place, 0] for place in range(count)]
    )


@pytest.mark.parametrize("count", [1, 3])
def test_frames_of_few_people_are_replayed_from_the_first_on(prior, clip, count):
    frames, camera = clip
    frames = [together(frame, count) for frame in frames]
    lifter = Lifter(prior, "fast")
    stream = lifter.live(camera, "h36m17", 30.0)
    calls = counted(lifter)
    replayed = [stream.push(LiveFrame(frame, identities=range(count))) for frame in frames]
    assert not calls
    # the same as without any recording
    plain = Lifter(prior, "fast")
    for graph in (plain.initialise, plain.loop, plain.look, plain.first_pass):
        graph.held = True
    other = plain.live(camera, "h36m17", 30.0)
    for frame, answer in zip(frames, replayed, strict=True):
        poses = other.push(LiveFrame(frame, identities=range(count))).poses_3d
        assert poses.shape == (count, 17, 3)
        assert np.abs(poses - answer.poses_3d).max() < 1e-5


def test_nothing_is_recorded_in_the_middle_of_a_stream(prior, clip):
    frames, camera = clip
    lifter = Lifter(prior, "fast")
    stream = lifter.live(camera, "h36m17", 30.0)
    calls = counted(lifter)
    for frame in frames[:10]:
        people = np.stack([frame + np.array([100.0 * place, 0, 0]) for place in range(FEW_ROWS + 1)])
        stream.push(LiveFrame(people, identities=range(FEW_ROWS + 1)))
    assert len(calls) >= 30  # nine people are lifted by the functions, frame after frame
