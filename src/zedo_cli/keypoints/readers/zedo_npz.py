"""zedo's own NPZ of 2D keypoints.

Keys: `keypoints [N, J, 2 or 3]` px (the third number is the confidence); optionally `confidence [N, J]`, `intrinsics
[3, 3]` or `[N, 3, 3]`, `frame [N]`, `person [N]`, `clip [N]` (rows of one clip share one static camera;
without it nothing is taken to be shared), `image_size [2]`,
`joint_names [J]`, `skeleton`. Never pickled.
"""

from pathlib import Path

import numpy as np

from zedo_cli.io.npz import NpzFile
from zedo_cli.keypoints.container import Keypoints


def read_zedo_npz(path: Path) -> Keypoints:
    """Read an NPZ. Without confidences every joint counts fully, except points at exactly (0, 0), which are missing."""
    file = NpzFile(path)
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
    names, clip = np.unique(file.integers("clip", count) if "clip" in file else zeros, return_inverse=True)
    size = file.floats("image_size", (2,)) if "image_size" in file else None
    names_of_joints = np.atleast_1d(file["joint_names"]).astype(str).tolist() if "joint_names" in file else None
    keypoints = Keypoints(
        points=points[..., :2],
        confidence=confidence,
        frame=frame,
        person=file.integers("person", count) if "person" in file else zeros,
        clip=clip,
        clip_names=tuple(f"{path}#{name}" for name in names) if len(names) > 1 else (str(path),),
        frame_count=len(np.unique(np.stack([clip, frame], 1), axis=0)),
        skeleton=str(file["skeleton"]) if "skeleton" in file else None,
        image_size=None if size is None else (float(size[0]), float(size[1])),
        intrinsics=intrinsics,
        static="clip" in file,
        tracked="person" in file or len(np.unique(np.stack([clip, frame], 1), axis=0)) == count,
    )
    return keypoints.in_named_order(names_of_joints)
