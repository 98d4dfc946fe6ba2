"""The neutral container of a data set: keypoints as a reader gives them, and the truth."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from zedo_cli.keypoints.container import Keypoints


@dataclass(frozen=True)
class Dataset:
    """People whose 3D is known.

    name: as `--dataset` takes it. kind: where the 2D comes from, `gt` or a detector's name. keypoints: N rows on the 17
    joints, with intrinsics. truth: `[N, 17, 3]` m, camera frame, absolute; NaN where unknown. joints: those that are
    scored. group: `[N]`, names of what a table has a line for (split, action, camera). sequence: `[N]`, names of what was
    recorded together, whose rows are not independent. by_group: whether the mean is one over the groups' means. index:
    `[N]`, the row's number in the whole data set, of which a stride takes every so manyth. paper_stride: the one of the
    ZeDO paper. up: `[N, 3]`, the vertical of the cameras, if it is known. notes: what was found, a line each.
    """

    name: str
    kind: str
    keypoints: Keypoints
    truth: np.ndarray
    joints: tuple[int, ...]
    group: np.ndarray
    sequence: np.ndarray
    by_group: bool = False
    index: np.ndarray | None = None
    paper_stride: int = 1
    up: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.keypoints)
        if self.truth.shape != (count, 17, 3) or {len(self.group), len(self.sequence)} != {count}:
            raise ValueError(f"{self.name}: {count} rows of keypoints, but truth {self.truth.shape}")
        if self.up is not None and self.up.shape != (count, 3):
            raise ValueError(f"{self.name}: {count} rows of keypoints, but the vertical is {self.up.shape}")
        if self.index is not None and self.index.shape != (count,):
            raise ValueError(f"{self.name}: {count} rows of keypoints, but {self.index.shape} numbers of rows")

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, rows: np.ndarray) -> Self:
        """The rows of an index or a mask."""
        return replace(
            self,
            keypoints=self.keypoints.take(rows),
            truth=self.truth[rows],
            group=self.group[rows],
            sequence=self.sequence[rows],
            index=self.rows[rows],
            up=None if self.up is None else self.up[rows],
        )

    @property
    def rows(self) -> np.ndarray:
        """`index`, which of a whole data set is 0 to N - 1."""
        return np.arange(len(self)) if self.index is None else self.index

    def thinned(self, stride: int = 1, limit: int | None = None) -> Self:
        """Every so manyth row of the whole data set, and of these the first `limit`."""
        return self.take(self.numbers(stride, limit))

    def numbers(self, stride: int = 1, limit: int | None = None) -> np.ndarray:
        """Which rows `thinned` keeps."""
        return np.flatnonzero(self.rows % stride == 0)[:limit]
