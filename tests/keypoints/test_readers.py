"""A file of each producer, written here as the producer documents it, is read back."""

import json

import h5py
import numpy as np
import pytest

from zedo_cli.errors import InputError
from zedo_cli.joint_sets import SKELETONS
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise

FRAMES = 3
COCO = SKELETONS["coco17"].names


def points(joints=17):
    """`[FRAMES, J, 3]`: x, y in pixels and a confidence."""
    generator = np.random.default_rng(0)
    return np.concatenate(
        [generator.uniform(100, 900, (FRAMES, joints, 2)), generator.uniform(0.2, 0.9, (FRAMES, joints, 1))],
        -1,
    ).round(3)


def document(path, content):
    path.write_text(json.dumps(content))
    return path


def alphapose(tmp_path, p):
    entries = [
        {
            "image_id": f"{f}.jpg",
            "category_id": 1,
            "keypoints": p[f].ravel().tolist(),
            "score": 2.0,
            "idx": [7.0],
        }
        for f in range(FRAMES)
    ]
    return document(tmp_path / "alphapose-results.json", entries)


def coco_results(tmp_path, p):
    entries = [
        {"image_id": f, "category_id": 1, "keypoints": p[f].ravel().tolist(), "score": 1.0}
        for f in range(FRAMES)
    ]
    return document(tmp_path / "results.json", entries)


def mmpose_video(tmp_path, p):
    frames = [
        {
            "frame_id": f,
            "instances": [
                {
                    "keypoints": p[f, :, :2].tolist(),
                    "keypoint_scores": p[f, :, 2].tolist(),
                    "bbox": [[1, 2, 3, 4]],
                }
            ],
        }
        for f in range(FRAMES)
    ]
    return document(tmp_path / "video.json", frames)


def mmpose_document(tmp_path, p):
    mmpose_video(tmp_path, p)
    frames = json.loads((tmp_path / "video.json").read_text())
    names = {str(i): name for i, name in enumerate(COCO)}
    return document(
        tmp_path / "named.json", {"meta_info": {"keypoint_id2name": names}, "instance_info": frames}
    )


def mmpose_images(tmp_path, p):
    folder = tmp_path / "predictions"
    folder.mkdir()
    for f in range(FRAMES):
        person = {"keypoints": p[f, :, :2].tolist(), "keypoint_scores": p[f, :, 2].tolist()}
        document(folder / f"{f:06d}.json", [person])
    return folder


def ultralytics_video(tmp_path, p):
    frames = [
        [
            {
                "name": "person",
                "class": 0,
                "confidence": 0.9,
                "track_id": 2,
                "keypoints": {axis: p[f, :, i].tolist() for i, axis in enumerate(("x", "y", "visible"))},
            }
        ]
        for f in range(FRAMES)
    ]
    return document(tmp_path / "yolo.json", frames)


def ultralytics_frames(tmp_path, p):
    ultralytics_video(tmp_path, p)
    folder = tmp_path / "frames"
    folder.mkdir()
    for f, people in enumerate(json.loads((tmp_path / "yolo.json").read_text())):
        document(folder / f"clip_{f}.json", people)
    return folder


def vitpose(tmp_path, p):
    frames = [{"1": p[f][:, [1, 0, 2]].tolist()} for f in range(FRAMES)]
    names = {str(i): name for i, name in enumerate(COCO)}
    return document(tmp_path / "vitpose.json", {"keypoints": frames, "skeleton": names})


def deeplabcut(tmp_path, p):
    lines = [
        ["scorer", *["net"] * 51],
        ["bodyparts", *(name for name in COCO for _ in range(3))],
        ["coords", *["x", "y", "likelihood"] * 17],
        *([str(f), *map(str, p[f].ravel())] for f in range(FRAMES)),
    ]
    path = tmp_path / "dlc.csv"
    path.write_text("\n".join(",".join(line) for line in lines))
    return path


def sleap(tmp_path, p):
    path = tmp_path / "analysis.h5"
    with h5py.File(path, "w") as file:
        file["tracks"] = p[None, :, :, :2].transpose(0, 3, 2, 1)
        file["point_scores"] = p[None, :, :, 2].transpose(0, 2, 1)
        file["node_names"] = [name.encode() for name in COCO]
    return path


def sleap_csv(tmp_path, p):
    header = [
        "track",
        "frame_idx",
        "instance.score",
        *(f"{n}.{v}" for n in COCO for v in ("x", "y", "score")),
    ]
    lines = [header, *(["track_0", str(f), "1.0", *map(str, p[f].ravel())] for f in range(FRAMES))]
    path = tmp_path / "sleap.csv"
    path.write_text("\n".join(",".join(line) for line in lines))
    return path


def long_csv(tmp_path, p):
    lines = ["frame,person,joint,x,y,confidence"]
    lines += [
        f"{f},a,{n},{x},{y},{c}" for f in range(FRAMES) for n, (x, y, c) in zip(COCO, p[f], strict=True)
    ]
    path = tmp_path / "long.csv"
    path.write_text("\n".join(lines))
    return path


def numbers_csv(tmp_path, p):
    path = tmp_path / "numbers.csv"
    np.savetxt(path, p.reshape(FRAMES, -1), delimiter=",", fmt="%.3f")
    return path


def array(tmp_path, p):
    np.save(tmp_path / "array.npy", p)
    return tmp_path / "array.npy"


def rtmlib(tmp_path, p):
    np.savez(tmp_path / "rtmlib.npz", keypoints=p[..., :2], scores=p[..., 2])
    return tmp_path / "rtmlib.npz"


PRODUCERS = [
    *(alphapose, coco_results, mmpose_video, mmpose_document, mmpose_images, ultralytics_video),
    *(ultralytics_frames, vitpose, deeplabcut, sleap, sleap_csv, long_csv, numbers_csv, array, rtmlib),
]


@pytest.mark.parametrize("producer", PRODUCERS, ids=lambda producer: producer.__name__)
def test_a_file_of_each_producer_is_read_back(tmp_path, producer):
    p = points()
    keypoints = read_keypoints(producer(tmp_path, p))
    assert keypoints.frame.tolist() == [0, 1, 2]
    assert keypoints.points == pytest.approx(p[..., :2], abs=1e-4)
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
    path = producer(tmp_path, points())
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
