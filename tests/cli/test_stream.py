"""`zedo stream` as a process: lines in, lines out, and every way to end."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from zedo_cli.datasets.loading import load_dataset


@pytest.fixture(scope="module")
def lines():
    people = load_dataset("open-video", None, "detected").keypoints
    found = []
    for row in range(4):
        points = np.concatenate([people.points[row], people.confidence[row][:, None]], axis=-1)
        found.append(json.dumps({"time": row / 30, "people": [{"id": 2, "keypoints": points.tolist()}]}))
    return found


@pytest.fixture
def process():
    started = []

    def start(*arguments):
        command = [sys.executable, "-m", "zedo_cli", "stream", "--skeleton", "h36m17", *arguments]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        started.append(subprocess.Popen(command, **pipes, env=os.environ | {"OMP_NUM_THREADS": "1"}))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def test_each_line_gives_a_line_at_once_until_the_end(process, lines):
    stream = process("--image-size", "1000x1000")
    for number, line in enumerate(lines):
        stream.stdin.write(line.encode() + b"\n")
        stream.stdin.flush()
        answer = json.loads(stream.stdout.readline())  # before the next line is written
        assert answer["frame"] == number
        assert answer["people"][0]["id"] == 2
        assert answer["latency_ms"] > 0
    stream.stdin.write(b"broken")  # without a newline, as a process that dies leaves it
    out, err = stream.communicate()
    assert "is not JSON" in json.loads(out)["error"]
    assert stream.returncode == 0
    assert b"5 frames, 4 lifted, 1 could not be used" in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_it_with_one_line(process, lines, number, code):
    stream = process("--image-size", "1000x1000")
    stream.stdin.write(lines[0].encode() + b"\n")
    stream.stdin.flush()
    stream.stdout.readline()
    stream.send_signal(number)
    out, err = stream.communicate(timeout=20)
    assert stream.returncode == code
    assert out == b""
    assert b"Traceback" not in err
    assert err.strip().splitlines()[-1].startswith(b"zedo: ")


def test_a_reader_that_leaves_ends_it_quietly(process, lines):
    stream = process("--image-size", "1000x1000")
    stream.stdout.close()
    stream.stdin.write("\n".join(lines).encode())
    stream.stdin.close()
    stream.stdin = None
    err = stream.stderr.read()
    assert stream.wait(timeout=20) == 0
    assert b"Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no camera is known; give --intrinsics"),
        (["--image-size", "1000x1000", "--preset", "paper"], "--preset: needs a prior"),
        (["--image-size", "big"], "--image-size"),
        (["--camera", "nowhere.mp4"], "--camera nowhere.mp4"),
        (["--intrinsics", "nowhere.json"], "nowhere.json: no such camera file"),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_line(zedo, arguments, message):
    code, _, err = zedo("stream", *arguments)
    assert code == 2
    assert message in err
    assert len(err.strip().splitlines()) == 1
