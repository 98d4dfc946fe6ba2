"""The neutral container of a data set: keypoints as a reader gives them, and the truth."""

from dataclasses import dataclass

import numpy as np

from zedo_cli.keypoints import Keypoints


@dataclass(frozen=True)
class Dataset:
    """People whose 3D is known.

    keypoints: N rows on the 17 joints, with intrinsics. truth: `[N, 17, 3]` m, camera frame, absolute; NaN where unknown.
    joints: those that are scored. group: `[N]`, names of what a table has a line for (split, action, camera). sequence:
    `[N]`, names of what was recorded together, whose rows are not independent. up: `[N, 3]`, the vertical of the cameras,
    if it is known.
    """

    name: str
    keypoints: Keypoints
    truth: np.ndarray
    joints: tuple[int, ...]
    group: np.ndarray
    sequence: np.ndarray
    up: np.ndarray | None = None

    def __post_init__(self) -> None:
        count = len(self.keypoints)
        if self.truth.shape != (count, 17, 3) or {len(self.group), len(self.sequence)} != {count}:
            raise ValueError(f"{self.name}: {count} rows of keypoints, but truth {self.truth.shape}")
        if self.up is not None and self.up.shape != (count, 3):
            raise ValueError(f"{self.name}: {count} rows of keypoints, but the vertical is {self.up.shape}")
