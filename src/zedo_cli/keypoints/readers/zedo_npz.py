"""zedo's own NPZ of 2D keypoints.

Keys: `keypoints [N, J, 2 or 3]` px (the third number is the confidence); optionally `confidence [N, J]`
(rtmlib's name is `scores`), `intrinsics [3, 3]` or `[N, 3, 3]`, `frame [N]`, `time [N]` s, `person [N]`,
`clip [N]` (rows of one clip come from one static camera; without it nothing is shared between rows),
`image_size [2]`, `fps`, `joint_names [J]`, `skeleton`. Never pickled.
"""

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.groups import count_groups
from zedo_cli.io.npz import NpzFile
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content


def accepts(content: Content) -> bool:
    """Whether the file has the key `keypoints`."""
    return "keypoints" in content.keys


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read an NPZ. Without confidences every joint counts fully, except missing ones."""
    (content,) = contents
    file = NpzFile(content.path)
    width = file["keypoints"].shape[-1] if file["keypoints"].ndim == 3 else 0
    points = file.floats("keypoints", (None, None, 3 if width == 3 else 2))
    count, joints = points.shape[:2]
    trust = next((key for key in ("confidence", "scores") if key in file), None)
    if trust:
        confidence = file.floats(trust, (count, joints))
    elif width == 3:
        confidence = points[..., 2]
    else:
        confidence = np.ones((count, joints), np.float32)
    intrinsics = None
    if "intrinsics" in file:
        shape = (3, 3) if file["intrinsics"].ndim == 2 else (count, 3, 3)
        intrinsics = np.broadcast_to(file.floats("intrinsics", shape), (count, 3, 3))
    frame = file.integers("frame", count) if "frame" in file else np.arange(count)
    zeros = np.zeros(count, np.int64)
    clips, clip = np.unique(file.integers("clip", count) if "clip" in file else zeros, return_inverse=True)
    size = file.floats("image_size", (2,)) if "image_size" in file else None
    names = np.atleast_1d(file["joint_names"]).astype(str).tolist() if "joint_names" in file else None
    return Keypoints(
        points=points[..., :2],
        confidence=confidence,
        frame=frame,
        person=file.integers("person", count) if "person" in file else zeros,
        clip=clip,
        clip_names=tuple(f"{name}#{number}" for number in clips) if len(clips) > 1 else (name,),
        frame_count=count_groups(clip, frame),
        skeleton=str(file["skeleton"]) if "skeleton" in file else None,
        joint_names=tuple(names) if names else None,
        image_size=None if size is None else (float(size[0]), float(size[1])),
        intrinsics=intrinsics,
        static="clip" in file,
        tracked="person" in file,
        fps=_rate(file),
        time=file.floats("time", (count,)).astype(np.float64) if "time" in file else None,
    )


def _rate(file: NpzFile) -> float | None:
    if "fps" not in file:
        return None
    value = file["fps"]
    if value.shape != () or value.dtype.kind not in "fiu" or not 0 < value < 1e6:
        raise InputError("must be a number above 0", source=file.path, where="fps")
    return float(value)
