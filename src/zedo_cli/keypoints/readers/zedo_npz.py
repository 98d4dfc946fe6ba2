"""zedo's own NPZ of 2D keypoints.

Keys: `keypoints [N, J, 2 or 3]` px (the third number is the confidence); optionally `confidence [N, J]`,
`intrinsics [3, 3]` or `[N, 3, 3]`, `frame [N]`, `person [N]`, `clip [N]` (rows of one clip come from one
static camera; without it nothing is shared between rows), `image_size [2]`, `joint_names [J]`, `skeleton`.
Never pickled.
"""

import numpy as np

from zedo_cli.io.npz import NpzFile
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.standardise import in_named_order


def accepts(content: Content) -> bool:
    """Whether the file has the key `keypoints`."""
    return "keypoints" in NpzFile(content.path)


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read an NPZ. Without confidences every joint counts fully, except points at exactly (0, 0), which are
    missing."""
    (content,) = contents
    file = NpzFile(content.path)
    width = file["keypoints"].shape[-1] if file["keypoints"].ndim == 3 else 0
    points = file.floats("keypoints", (None, None, 3 if width == 3 else 2))
    count, joints = points.shape[:2]
    if "confidence" in file:
        confidence = file.floats("confidence", (count, joints))
    elif width == 3:
        confidence = points[..., 2]
    else:
        confidence = (points != 0).any(-1).astype(np.float32)
    intrinsics = None
    if "intrinsics" in file:
        shape = (3, 3) if file["intrinsics"].ndim == 2 else (count, 3, 3)
        intrinsics = np.broadcast_to(file.floats("intrinsics", shape), (count, 3, 3))
    frame = file.integers("frame", count) if "frame" in file else np.arange(count)
    zeros = np.zeros(count, np.int64)
    clips, clip = np.unique(file.integers("clip", count) if "clip" in file else zeros, return_inverse=True)
    size = file.floats("image_size", (2,)) if "image_size" in file else None
    joint_names = np.atleast_1d(file["joint_names"]).astype(str).tolist() if "joint_names" in file else None
    keypoints = Keypoints(
        points=points[..., :2],
        confidence=confidence,
        frame=frame,
        person=file.integers("person", count) if "person" in file else zeros,
        clip=clip,
        clip_names=tuple(f"{name}#{number}" for number in clips) if len(clips) > 1 else (name,),
        frame_count=len(np.unique(np.stack([clip, frame], 1), axis=0)),
        skeleton=str(file["skeleton"]) if "skeleton" in file else None,
        image_size=None if size is None else (float(size[0]), float(size[1])),
        intrinsics=intrinsics,
        static="clip" in file,
        tracked="person" in file or len(np.unique(np.stack([clip, frame], 1), axis=0)) == count,
    )
    return in_named_order(keypoints, joint_names)
