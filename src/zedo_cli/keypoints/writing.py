"""Keypoints as zedo's JSON: one clip of one static camera."""

from pathlib import Path
from typing import Any

import numpy as np
import orjson

from zedo_cli.errors import InputError
from zedo_cli.io.files import atomic_write
from zedo_cli.keypoints.container import Keypoints, skeleton_name


def write_keypoints(keypoints: Keypoints, path: Path) -> None:
    """Write keypoints as `zedo-keypoints` version 1, which `read_keypoints` reads.

    Args:
        keypoints: of one clip.
        path: of the file, `.json`.

    Raises:
        InputError: there are several clips, or the file cannot be written.
    """
    if len(keypoints.clip_names) > 1:
        raise InputError("a file holds one clip; lift the inputs one by one", setting="save_keypoints")
    if path.suffix.lower() != ".json":
        raise InputError("is written as .json", setting="save_keypoints", value=str(path))
    document: dict[str, Any] = {"format": "zedo-keypoints", "version": 1}
    name, (fps,), (size,) = (
        skeleton_name(keypoints.skeleton),
        keypoints.of_clips("fps"),
        keypoints.of_clips("image_size"),
    )
    for key, value in (("skeleton", name), ("image_size", size and list(size)), ("fps", fps)):
        if value is not None:
            document[key] = value
    if keypoints.joint_names is not None and name is None:
        document["joint_names"] = list(keypoints.joint_names)
    if keypoints.intrinsics is not None and len(keypoints):
        document["intrinsics"] = np.asarray(keypoints.intrinsics[0], np.float64).tolist()
    frames: dict[int, list[Any]] = {number: [] for number in range(keypoints.frame_count)}
    known = any(keypoints.of_clips("tracked"))
    for row, frame in enumerate(keypoints.frame.tolist()):
        values = np.concatenate([keypoints.points[row], keypoints.confidence[row][:, None]], axis=1)
        seen = (keypoints.confidence[row] > 0) & np.isfinite(values).all(1)
        points = [p if ok else [None] * 3 for p, ok in zip(values.round(4).tolist(), seen, strict=True)]
        person: dict[str, Any] = {"id": int(keypoints.person[row])} if known else {}
        frames.setdefault(frame, []).append(person | {"keypoints": points})
    document["frames"] = [{"frame": frame, "people": people} for frame, people in sorted(frames.items())]
    with atomic_write(path) as temporary:
        temporary.write_bytes(orjson.dumps(document))
