"""For each reader: what is written is read back exactly, and a damaged file never gives a traceback."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutations import assert_one_line, changed_text, damaged
from producers import (
    FRAMES,
    PRODUCERS,
    array,
    deeplabcut_hdf5,
    detectron2,
    in_pixels,
    joints_of,
    long_csv,
    points,
    rtmlib,
    sleap,
    videopose3d,
    wide_csv,
    zedo_npz,
)
from zedo_cli.errors import InputError
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise

each_producer = pytest.mark.parametrize("producer", PRODUCERS, ids=lambda producer: producer.__name__)
BINARY = (deeplabcut_hdf5, sleap, array, rtmlib, videopose3d, detectron2, zedo_npz)
TEXTS = [producer for producer in PRODUCERS if producer not in BINARY]

examples = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@each_producer
@examples
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([0.001, 1.0, 1e4]))
def test_what_is_written_is_read_back(producer, seed, scale):
    generator = np.random.default_rng(seed)
    p = np.concatenate(
        [
            generator.uniform(1, 999, (FRAMES, joints_of(producer), 2)) * scale,
            generator.uniform(0.01, 0.99, (FRAMES, joints_of(producer), 1)),
        ],
        -1,
    ).round(3)
    with tempfile.TemporaryDirectory() as folder:
        keypoints = read_keypoints(producer(Path(folder), p))
    assert keypoints.frame.tolist() == list(range(FRAMES))
    assert in_pixels(producer, keypoints) == pytest.approx(p[..., :2], rel=1e-6, abs=1e-9)
    if producer is not videopose3d:
        assert keypoints.confidence == pytest.approx(p[..., 2], abs=1e-6)


@each_producer
@examples
@given(data=st.data())
def test_damaged_bytes_give_one_line(producer, data):
    with tempfile.TemporaryDirectory() as folder:
        source, file = written(producer, folder, data)
        file.write_bytes(damaged(file.read_bytes(), data))
        assert_read_or_refused(source)


@pytest.mark.parametrize("producer", TEXTS, ids=lambda producer: producer.__name__)
@examples
@given(data=st.data())
def test_a_wrong_type_in_any_field_gives_one_line(producer, data):
    with tempfile.TemporaryDirectory() as folder:
        source, file = written(producer, folder, data)
        file.write_text(changed_text(file.read_text(), file.suffix, data))
        assert_read_or_refused(source)


def written(producer, folder, data):
    """The source that is read, and one of its files."""
    generator = np.random.default_rng(0)
    p = generator.uniform(0.1, 0.9, (FRAMES, joints_of(producer), 3)) * [1000, 1000, 1]
    source = producer(Path(folder), p)
    return source, data.draw(st.sampled_from(sorted(source.iterdir()))) if source.is_dir() else source


def assert_read_or_refused(source):
    """Keypoints, or one line that names a file of the source."""
    assert_one_line(lambda: standardise(read_keypoints(source)), source)


@pytest.mark.parametrize("content", ["[" * 100_000, '{"people":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_deep_nesting_is_refused(tmp_path, content):
    (tmp_path / "deep.json").write_text(content)
    with pytest.raises(InputError, match=r"deep\.json"):
        read_keypoints(tmp_path / "deep.json")


def test_unsorted_and_repeated_frames_keep_their_numbers():
    """The order in the file does not matter; a person who is there twice in a frame is two people."""
    p = points()
    with tempfile.TemporaryDirectory() as folder:
        file = long_csv(Path(folder), p)
        header, *lines = file.read_text().splitlines()
        file.write_text("\n".join([header, *reversed(lines)]))
        unsorted = standardise(read_keypoints(file, "coco17"))
        wide = wide_csv(Path(folder), p)
        wide.write_text(wide.read_text() + "\n" + wide.read_text().splitlines()[1])
        repeated = read_keypoints(wide)
    assert sorted(unsorted.frame.tolist()) == list(range(FRAMES))
    for row, frame in enumerate(unsorted.frame):
        assert unsorted.points[row, 11] == pytest.approx(p[frame, 5, :2])  # left shoulder
    assert repeated.tracked == (False,)
    assert sorted(zip(repeated.frame.tolist(), repeated.person.tolist(), strict=True))[:2] == [(0, 0), (0, 1)]
