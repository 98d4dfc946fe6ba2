"""A data set from its recordings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.skeletons import JOINTS


@dataclass(frozen=True)
class Part:
    """F rows of a recording.

    points: `[F, 17, 2]` px, truth: `[F, 17, 3]` m in the camera frame, NaN where unknown. intrinsics: `[3,
    3]` or `[F, 3, 3]`. sequence, group: a name, or one for each row; cameras of the same recording share a
    sequence. frame: `[F]`, numbers. confidence: `[F, 17]`; 1 without it. person: its number. clip: the
    recording of one camera; the sequence without it. rows: `[F]`, numbers of the rows in the whole data set.
    up: `[3]`, the vertical in the camera frame, if known.
    """

    points: np.ndarray
    truth: np.ndarray
    intrinsics: np.ndarray
    sequence: str | np.ndarray
    group: str | np.ndarray
    frame: np.ndarray
    confidence: np.ndarray | None = None
    person: int = 0
    clip: str | np.ndarray | None = None
    rows: np.ndarray | None = None
    up: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.points)


LARGEST_PIXEL = 1e9
"""A keypoint beyond it is missing, as NaN is."""


def dataset_of(
    parts: Sequence[Part],
    static: bool = True,
    size: tuple[float, float] | None = None,
    joints: tuple[int, ...] = tuple(range(len(JOINTS))),
    **about: Any,
) -> Dataset:
    """The parts one after another. `about`: the other fields of `Dataset`."""

    def stacked(name: str, shape: tuple[int, ...] = ()) -> np.ndarray:
        values = [np.broadcast_to(np.asarray(getattr(part, name)), (len(part), *shape)) for part in parts]
        return np.concatenate(values)

    points, sequence = stacked("points", (len(JOINTS), 2)), stacked("sequence")
    seen = (np.abs(points) < LARGEST_PIXEL).all(-1)
    trust = [np.ones(part.points.shape[:2]) if part.confidence is None else part.confidence for part in parts]
    of_clip = [
        np.broadcast_to(part.sequence if part.clip is None else part.clip, len(part)) for part in parts
    ]
    names, clip = np.unique(np.concatenate(of_clip), return_inverse=True)
    keypoints = Keypoints(
        points=np.where(seen[..., None], points, 0).astype(np.float32),
        confidence=np.where(seen, np.concatenate(trust), 0).astype(np.float32),
        frame=stacked("frame").astype(np.int64),
        person=stacked("person").astype(np.int64),
        clip=clip.reshape(-1),
        clip_names=tuple(map(str, names)),
        frame_count=len(points),
        skeleton="h36m17",
        image_size=size,
        intrinsics=stacked("intrinsics", (3, 3)).astype(np.float32),
        static=static,
    )
    return Dataset(
        keypoints=keypoints,
        truth=stacked("truth", (len(JOINTS), 3)),
        joints=joints,
        group=stacked("group"),
        sequence=sequence,
        index=None if any(part.rows is None for part in parts) else stacked("rows"),
        up=None if any(part.up is None for part in parts) else stacked("up", (3,)),
        **about,
    )
