"""A line out for each line in."""

import json
import time

import orjson
import pytest

from zedo_cli.live.inbox import Arrived
from zedo_cli.live.lines import LineReader
from zedo_cli.live.service import Service


@pytest.fixture
def service(lifter, walk):
    return lambda **more: Service(lifter.live(walk[2], fps=30), LineReader().frame, **more)


def line(walk, number):
    return json.dumps({"people": [{"keypoints": walk[0][number].tolist()}]}).encode()


def test_right_and_wrong_lines(service, walk):
    answers = service()
    now = time.monotonic()
    first, notes = answers.answer(Arrived(line(walk, 0), now))
    assert len(orjson.loads(first)["people"]) == 1
    assert "skeleton-assumed" in [note.code for note in notes]
    _, notes = answers.answer(Arrived(line(walk, 1), now))
    assert "skeleton-assumed" not in [note.code for note in notes]
    wrong, _ = answers.answer(Arrived(b"?", now))
    assert orjson.loads(wrong)["error"].startswith("line 3: is not JSON")
    assert orjson.loads(answers.answer(Arrived(line(walk, 2), now))[0])["frame"] == 2
    assert answers.summary(2) == "6 frames, 3 lifted, 2 dropped as late, 1 could not be used"


def test_late_frames_are_dropped_and_said(service, walk):
    answers = service(max_latency=50)
    late, _ = answers.answer(Arrived(line(walk, 0), time.monotonic() - 1))
    assert orjson.loads(late)["dropped"] is True
    assert orjson.loads(late)["latency_ms"] >= 1000
    assert orjson.loads(answers.answer(Arrived(line(walk, 1), time.monotonic()))[0])["people"]
    assert (answers.late, answers.lifted) == (1, 1)
