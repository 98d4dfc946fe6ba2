"""A file of each producer, written by the tests as the producer documents it, is read back."""

import json

import pytest

from producers import COCO, FRAMES, PRODUCERS, document, in_pixels, joints_of, points, videopose3d
from zedo_cli.errors import InputError
from zedo_cli.joint_sets import SKELETONS
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise


@pytest.mark.parametrize("producer", PRODUCERS, ids=lambda producer: producer.__name__)
def test_a_file_of_each_producer_is_read_back(tmp_path, producer):
    p = points(joints_of(producer))
    keypoints = read_keypoints(producer(tmp_path, p))
    assert keypoints.frame.tolist() == [0, 1, 2]
    assert in_pixels(producer, keypoints) == pytest.approx(p[..., :2], abs=1e-3)
    if producer is not videopose3d:  # it has no confidences
        assert keypoints.confidence == pytest.approx(p[..., 2], abs=1e-6)
    assert keypoints.frame_count == FRAMES


def test_coco_annotations_name_their_joints_and_their_images(tmp_path):
    p = points()
    p[..., 2] = 2
    p[0, 3, 2] = 1
    people = [{"id": f, "image_id": 10 + f, "keypoints": p[f].ravel().tolist()} for f in range(FRAMES)]
    images = [
        {"id": 10 + f, "file_name": f"v_{f:05d}.jpg", "width": 1000, "height": 900} for f in range(FRAMES)
    ]
    content = {"images": images, "annotations": people, "categories": [{"keypoints": list(COCO)}]}
    keypoints = read_keypoints(document(tmp_path / "annotations.json", content))
    assert keypoints.joint_names == COCO
    assert keypoints.image_size == ((1000.0, 900.0),)
    assert keypoints.confidence[0, 3] == 0.5
    assert keypoints.frame.tolist() == [0, 1, 2]


def test_yolo_labels_with_tracks_are_parts_of_the_image(tmp_path):
    p = points() / [1000, 1000, 1]
    for f in range(FRAMES):
        line = ["0", "0.5", "0.5", "0.2", "0.6", *map(str, p[f].ravel()), "0.9", "4"]
        (tmp_path / f"clip_{f + 1}.txt").write_text(" ".join(line))
    keypoints = read_keypoints(tmp_path)
    assert keypoints.person.tolist() == [4, 4, 4]
    assert keypoints.frame.tolist() == [1, 2, 3]
    assert keypoints.points == pytest.approx(p[..., :2])


def test_predictions_in_3d_are_refused(tmp_path):
    person = {"keypoints": [[1.0, 2.0, 3.0]] * 17, "keypoint_scores": [0.9] * 17}
    path = document(tmp_path / "v.json", [{"frame_id": 0, "instances": [person]}])
    with pytest.raises(InputError, match="keypoints of 3 coordinates"):
        read_keypoints(path)


def test_names_of_ones_own_are_mapped_by_a_file(tmp_path):
    names = [f"p{i}" for i in range(17)]
    own = tmp_path / "names.json"
    own.write_text(json.dumps(dict(zip(names, COCO, strict=True))))
    header = ",".join(f"{name}_{axis}" for name in names for axis in "xy")
    p = points()
    lines = [header, *(",".join(map(str, p[f, :, :2].ravel())) for f in range(FRAMES))]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(lines))
    assert read_keypoints(path, own).skeleton == SKELETONS["coco17"]
    with pytest.raises(InputError, match="p0"):
        standardise(read_keypoints(path))


@pytest.mark.parametrize("producer", PRODUCERS, ids=lambda producer: producer.__name__)
def test_truncated_files_are_refused_in_one_line(tmp_path, producer):
    path = producer(tmp_path, points(joints_of(producer)))
    file = sorted(path.iterdir())[1] if path.is_dir() else path
    file.write_bytes(file.read_bytes()[: len(file.read_bytes()) // 2])
    message = refusal(path)  # half a CSV may still be whole lines
    assert not message or (file.name in message and "\n" not in message)


def refusal(path):
    """The error of reading a file; empty if it is read."""
    try:
        read_keypoints(path)
    except InputError as error:
        return str(error)
    return ""
