"""Files as each producer documents them, written from `points`: what the tests of the readers read back."""

import json
import pickle

import h5py
import numpy as np

from zedo_cli.joint_sets import SKELETONS

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


def openpose(tmp_path, p):
    folder = tmp_path / "openpose"
    folder.mkdir()
    for f in range(FRAMES):
        person = {"person_id": [-1], "pose_keypoints_2d": p[f].ravel().tolist(), "face_keypoints_2d": []}
        document(folder / f"clip_{f:012d}_keypoints.json", {"version": 1.3, "people": [person]})
    return folder


def alphapose_open(tmp_path, p):
    frames = {
        f"{f}.jpg": {"version": 0.1, "people": [{"pose_keypoints_2d": p[f].ravel().tolist()}]}
        for f in range(FRAMES)
    }
    return document(tmp_path / "open.json", frames)


def alphapose_cmu(tmp_path, p):
    frames = {
        f"{f}.jpg": {"version": 0.1, "bodies": [{"joints": p[f].ravel().tolist()}]} for f in range(FRAMES)
    }
    return document(tmp_path / "cmu.json", frames)


def poseflow(tmp_path, p):
    frames = {
        f"{f}.jpg": [
            {"keypoints": p[f, :, :2].ravel().tolist(), "scores": p[f, :, 2].tolist(), "idx": 3, "box": []}
        ]
        for f in range(FRAMES)
    }
    return document(tmp_path / "tracked.json", frames)


def posetrack(tmp_path, p):
    images = [
        {
            "id": 100 + f,
            "file_name": f"images/v/{f:06d}.jpg",
            "vid_id": "5",
            "frame_id": 100 + f,
            "is_labeled": True,
        }
        for f in range(FRAMES)
    ]
    people = [
        {
            "id": f,
            "image_id": 100 + f,
            "track_id": 4,
            "keypoints": p[f].ravel().tolist(),
            "scores": p[f, :, 2].tolist(),
        }
        for f in range(FRAMES)
    ]
    categories = [{"id": 1, "name": "person", "keypoints": list(COCO)}]
    content = {"images": images, "annotations": people, "categories": categories}
    return document(tmp_path / "posetrack.json", content)


def zedo_json(tmp_path, p):
    frames = [{"frame": f, "people": [{"id": 0, "keypoints": p[f].tolist()}]} for f in range(FRAMES)]
    content = {"format": "zedo-keypoints", "version": 1, "skeleton": "coco17", "frames": frames}
    return document(tmp_path / "zedo.json", content)


def zedo_npz(tmp_path, p):
    np.savez(tmp_path / "zedo.npz", keypoints=p[..., :2], confidence=p[..., 2], skeleton="coco17")
    return tmp_path / "zedo.npz"


def deeplabcut_hdf5(tmp_path, p):
    """As pandas writes a table: the names of the columns are a pickled list of tuples."""
    columns = [("net", name, axis) for name in COCO for axis in ("x", "y", "likelihood")]
    rows = np.zeros(FRAMES, [("index", "i8"), ("values_block_0", "f8", (51,))])
    rows["index"] = range(FRAMES)
    rows["values_block_0"] = p.reshape(FRAMES, -1)
    with h5py.File(tmp_path / "dlc.h5", "w") as file:
        table = file.create_group("df_with_missing").create_dataset("table", data=rows)
        table.attrs["values_block_0_kind"] = np.bytes_(pickle.dumps(columns, 0))
    return tmp_path / "dlc.h5"


def wide_csv(tmp_path, p):
    header = ["frame", "person", *(f"{name}_{value}" for name in COCO for value in "xyc")]
    lines = [header, *([str(f), "0", *map(str, p[f].ravel())] for f in range(FRAMES))]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(",".join(line) for line in lines))
    return path


def yolo_labels(tmp_path, p):
    folder = tmp_path / "labels"
    folder.mkdir()
    for f in range(FRAMES):
        joints = p[f] / [1000, 1000, 1]
        line = ["0", "0.5", "0.5", "0.2", "0.6", *map(repr, joints.ravel().tolist())]
        (folder / f"clip_{f}.txt").write_text(" ".join(line) + "\n")
    return folder


def mediapipe(tmp_path, p):
    """A document of landmarks by name; its coordinates are parts of the image."""
    frames = [
        {
            "frame": f,
            "people": [
                [{"x": x / 1000, "y": y / 1000, "z": -0.1, "visibility": c} for x, y, c in p[f].tolist()]
            ],
        }
        for f in range(FRAMES)
    ]
    return document(tmp_path / "landmarks.json", {"image_size": [1000, 1000], "fps": 30, "frames": frames})


def mediapipe_long(tmp_path, p):
    lines = ["frame,landmark,x,y,z,visibility"]
    lines += [
        f"{f},{i},{x / 1000!r},{y / 1000!r},0,{c!r}"
        for f in range(FRAMES)
        for i, (x, y, c) in enumerate(p[f].tolist())
    ]
    path = tmp_path / "long.csv"
    path.write_text("\n".join(lines))
    return path


def mediapipe_wide(tmp_path, p):
    names = ["frame", *(f"{axis}{i}" for i in range(33) for axis in "xyzv")]
    lines = [",".join(names)]
    for f in range(FRAMES):
        values = [v for x, y, c in p[f].tolist() for v in (x / 1000, y / 1000, 0.0, c)]
        lines.append(",".join(map(repr, [f, *values])))
    path = tmp_path / "wide33.csv"
    path.write_text("\n".join(lines))
    return path


def videopose3d(tmp_path, p):
    about = {
        "layout_name": "coco",
        "num_joints": 17,
        "keypoints_symmetry": [[1, 3], [2, 4]],
        "video_metadata": {"v.mp4": {"w": 1000, "h": 1000}},
    }
    path = tmp_path / "data_2d_custom_v.npz"
    np.savez(path, positions_2d={"v.mp4": {"custom": [p[..., :2].astype("float32")]}}, metadata=about)
    return path


def detectron2(tmp_path, p):
    """x, y, logit and probability of each joint, in the list of the second class."""
    logits = np.log(p[..., 2] / (1 - p[..., 2]))
    values = np.stack([p[..., 0], p[..., 1], logits, p[..., 2]], 1).astype("float32")
    keypoints = np.empty(FRAMES, object)
    boxes = np.empty(FRAMES, object)
    for f in range(FRAMES):
        keypoints[f] = [[], values[f][None]]
        boxes[f] = [[], np.array([[0, 0, 999, 999, 0.99]], "float32")]
    path = tmp_path / "v.mp4.npz"
    np.savez(
        path,
        boxes=boxes,
        segments=np.empty(FRAMES, object),
        keypoints=keypoints,
        metadata={"w": 1000, "h": 1000},
    )
    return path


PRODUCERS = [
    *(openpose, alphapose, alphapose_open, alphapose_cmu, poseflow, coco_results, posetrack),
    *(mmpose_video, mmpose_document, mmpose_images, ultralytics_video, ultralytics_frames, yolo_labels),
    *(vitpose, deeplabcut, deeplabcut_hdf5, sleap, sleap_csv, long_csv, wide_csv, numbers_csv, array, rtmlib),
    *(mediapipe, mediapipe_long, mediapipe_wide, videopose3d, detectron2, zedo_json, zedo_npz),
]
"""Of 17 joints, and of 33 those of MediaPipe."""

PARTS = {yolo_labels, mediapipe, mediapipe_long, mediapipe_wide}
"""Those that write x and y as parts of an image of 1000 x 1000 pixels."""


def joints_of(producer):
    """The number of joints that a producer writes."""
    return 33 if producer.__name__.startswith("mediapipe") else 17


def in_pixels(producer, keypoints):
    """The points that were read, in pixels."""
    return keypoints.points * (1000 if producer in PARTS else 1)
