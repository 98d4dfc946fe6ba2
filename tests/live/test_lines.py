"""Lines of JSON in and out."""

import json

import numpy as np
import orjson
import pytest
from tests.producers import mmpose_video, points

from zedo_cli.errors import InputError
from zedo_cli.live.lines import LineReader, line_of


def read(record, number=1):
    return LineReader().frame(json.dumps(record).encode(), number)


PEOPLE = [{"id": 3, "keypoints": [[1, 2, 0.5]] * 17}, {"id": 5, "keypoints": [4.0, 5, 1] * 17}]


def test_our_own_lines():
    frame = read({"frame": 7, "time": 0.25, "people": PEOPLE})
    assert (frame.number, frame.seconds) == (7, 0.25)
    assert frame.people.shape == (2, 17, 3)
    assert frame.identities.tolist() == [3, 5]
    assert read({"people": []}).people.shape == (0, 17, 3)
    without = read({"people": [{"keypoints": [[1, 2, None]] * 17}]})
    assert without.identities is None
    assert np.isnan(without.people[..., 2]).all()


def test_names_of_the_first_line_hold_for_the_others():
    reader = LineReader()
    line = {"skeleton": "coco17", "people": PEOPLE}
    assert reader.frame(json.dumps(line).encode(), 1).people.skeleton == "coco17"
    later = reader.frame(json.dumps({"people": PEOPLE}).encode(), 2).people
    assert (later.skeleton, later.person.tolist()) == ("coco17", [3, 5])


def test_lines_of_detectors():
    openpose = {"version": 1.3, "people": [{"person_id": [-1], "pose_keypoints_2d": [1.0, 2.0, 0.5] * 25}]}
    frame = read(openpose)
    assert frame.people.points.shape == (1, 25, 2)
    coco = [{"image_id": 1, "category_id": 1, "keypoints": [1.0, 2.0, 0.5] * 17, "score": 1.0}]
    assert read(coco).people.points.shape == (1, 17, 2)


def test_a_line_of_several_frames_is_refused(tmp_path):
    text = mmpose_video(tmp_path, points()).read_text()
    with pytest.raises(InputError, match=r"line 4: holds several frames"):
        read(json.loads(text), 4)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "line 9: is not JSON"),
        (b"\xff\xfe", "line 9: is not JSON"),
        (b"3", "line 9: is not a frame of any known format"),
        (b"null", "line 9"),
        (b'{"people": [{"keypoints": "x"}]}', "line 9: must be people with keypoints"),
        (b'{"people": [{"keypoints": [1, 2]}]}', "line 9: must be people with keypoints"),
        (b'{"people": [{"keypoints": [[1, 2, 1]]}, {"keypoints": [[1, 2, 1], [1, 2, 1]]}]}', "line 9"),
        (b'{"people": [], "time": "now"}', "line 9: time: must be a number"),
        (b'{"people": [], "frame": 1.5}', "line 9: frame: must be a whole number"),
        (b'{"people": [{"keypoints": [[1, 2, 1]], "id": "a"}]}', "line 9"),
        (b'{"people": [{"pose_keypoints_2d": [1, 2]}]}', "line 9: people.0"),
        (b"[" * 100_000, "line 9: is not JSON"),
        (b" " * 16_000_001, "line 9: is too long"),
    ],
)
def test_damaged_lines_are_named(line, message):
    with pytest.raises(InputError) as error:
        LineReader().frame(line, 9)
    assert message in str(error.value)


def test_the_line_of_a_frame(lifter, walk):
    frames, _, camera = walk
    poses = lifter.live(camera, "h36m17", fps=30).push(frames[:1])
    line = line_of(poses, 12, 0.4, {"latency_ms": 3.0})
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    record = orjson.loads(line)
    assert (record["frame"], record["time"], record["latency_ms"]) == (12, 0.4, 3.0)
    assert np.allclose(record["people"][0]["pose_3d"], poses.poses_3d[0], atol=1e-5)
