"""zedo's own NPZ of 2D keypoints.

Keys: `keypoints [N, J, 2 or 3]` px (the third number is the confidence); optionally `confidence [N, J]`, `intrinsics
[3, 3]` or `[N, 3, 3]`, `frame [N]`, `person [N]`, `clip [N]` (rows of one clip share one static camera), `image_size [2]`,
`joint_names [J]`, `skeleton`. Never pickled.
"""

from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.npz import NpzFile
from zedo_cli.skeletons import JOINTS


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
    frame = _integers(file, "frame", np.arange(count))
    names, clip = np.unique(_integers(file, "clip", np.zeros(count, np.int64)), return_inverse=True)
    size = file.floats("image_size", (2,)) if "image_size" in file else None
    named = [str(name) for name in file["joint_names"]] if "joint_names" in file else None
    return Keypoints(
        points=points[..., :2],
        confidence=confidence,
        frame=frame,
        person=_integers(file, "person", np.zeros(count, np.int64)),
        clip=clip,
        clip_names=tuple(f"{path}#{name}" for name in names) if len(names) > 1 else (str(path),),
        frame_count=len(np.unique(np.stack([clip, frame], 1), axis=0)),
        skeleton=str(file["skeleton"]) if "skeleton" in file else "h36m17" if named == list(JOINTS) else None,
        image_size=None if size is None else (float(size[0]), float(size[1])),
        intrinsics=intrinsics,
    )


def _integers(file: NpzFile, key: str, default: np.ndarray) -> np.ndarray:
    values = file.get(key, default)
    if values.shape != default.shape or values.dtype.kind not in "iu":
        raise InputError(f"{file.path}: '{key}' must be {len(default)} integers, one for each row of keypoints")
    return values.astype(np.int64)
