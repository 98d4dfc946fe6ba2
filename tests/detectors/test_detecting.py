"""Detection in chunks: what is kept of an interrupted run, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from films import pictures, write_video
from zedo_cli import registry
from zedo_cli.detectors import detecting
from zedo_cli.detectors.detecting import Detection, detect
from zedo_cli.entries import Detector
from zedo_cli.errors import InputError
from zedo_cli.skeletons import JOINTS


class Counter:
    """Stands in for a detector: a person whose joints lie at the number of frames seen since `reset`."""

    skeleton = "h36m17"
    fails_at: int | None = None
    frames = 0

    def reset(self):
        self.seen = 0

    def detect(self, image, seconds):
        self.seen += 1
        Counter.frames += 1
        if Counter.frames == Counter.fails_at:
            raise KeyboardInterrupt
        if self.seen % 4 == 0:
            return np.zeros((0, len(JOINTS), 3))
        people = np.ones((2, len(JOINTS), 3))
        people[..., 0], people[..., 1] = self.seen, image[-1, -1, 0]
        return people

    def close(self):
        Counter.closed = True


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.setitem(
        registry.DETECTORS.entries, "counter", Detector(title="", open=lambda model, people: Counter())
    )
    monkeypatch.setattr(detecting, "CHUNK", 8)
    monkeypatch.setattr(Counter, "frames", 0)
    monkeypatch.setattr(Counter, "fails_at", None)
    return write_video(tmp_path / "film.mp4", pictures(21))


def test_people_and_frames(film):
    seen = []
    keypoints = detect(film, Detection("counter", progress=lambda *done: seen.append(done)))
    assert keypoints.frame_count == 21
    assert keypoints.frame[:6].tolist() == [0, 0, 1, 1, 2, 2]
    assert 3 not in keypoints.frame
    assert keypoints.of_clips("fps") == (30.0,)
    np.testing.assert_allclose(keypoints.time, keypoints.frame / 30, atol=1e-3)
    assert keypoints.points[keypoints.frame == 8][0, 0, 0] == 1  # a new chunk
    assert seen[-1] == (21, 21)
    assert Counter.closed


def test_an_interrupted_run_goes_on_to_the_same_keypoints(film, tmp_path):
    whole = detect(film, Detection("counter"))
    how = Detection("counter", folder=tmp_path)
    Counter.frames, Counter.fails_at = 0, 19
    with pytest.raises(KeyboardInterrupt):
        detect(film, how)
    Counter.frames, Counter.fails_at = 0, None
    with how.partial(film).open("a") as file:
        file.write('{"frames": [[0.1, [[')  # a line that was being written
    again = detect(film, replace(how, resume=True))
    assert Counter.frames == 21 - 16
    np.testing.assert_array_equal(again.points, whole.points)
    np.testing.assert_array_equal(again.time, whole.time)
    assert Counter.frames == 5
    third = detect(film, replace(how, resume=True))  # all of it is there
    assert Counter.frames == 5
    np.testing.assert_array_equal(third.points, whole.points)


def test_chunks_of_another_run_are_refused(film, tmp_path):
    how = Detection("counter", folder=tmp_path)
    detect(film, how)
    with pytest.raises(InputError, match="is of another film or detector; remove it"):
        detect(film, replace(how, people=1, resume=True))
    how.partial(film).write_text("what?")
    with pytest.raises(InputError, match="is damaged; remove it"):
        detect(film, replace(how, resume=True))


def test_nobody_is_refused(film, monkeypatch):
    monkeypatch.setattr(Counter, "detect", lambda self, image, seconds: np.zeros((0, 17, 3)))
    with pytest.raises(InputError, match="no person in 21 frames"):
        detect(film, Detection("counter"))


def test_an_unknown_detector_is_refused(film):
    with pytest.raises(InputError, match="detector=openpose: unknown; it is one of mediapipe, rtmlib"):
        detect(film, Detection("openpose"))
