"""The neutral container of a data set: keypoints and the true poses."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints


@dataclass(frozen=True)
class Dataset:
    """People whose 3D is known.

    name: by which it is chosen. kind: origin of the 2D keypoints, `gt` or the name of a detector. keypoints:
    N rows on the 17 joints, with intrinsics. truth: `[N, 17, 3]` m, camera frame, absolute; NaN where
    unknown. joints: those that are scored. group: `[N]`, names of the lines of a table (split, action,
    camera). sequence: `[N]`, names of the recordings; rows of one recording are not independent. by_group:
    whether the mean is taken over the means of the groups. index: `[N]`, the number of the row in the whole
    data set, to which a stride applies. paper_stride: the stride of the ZeDO paper. up: `[N, 3]`, the
    vertical of the cameras, if known. notes: what was found.
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
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.keypoints)
        if self.truth.shape != (count, 17, 3) or {len(self.group), len(self.sequence)} != {count}:
            raise ValueError(f"{self.name}: {count} rows of keypoints, but truth {self.truth.shape}")
        if self.up is not None and self.up.shape != (count, 3):
            raise ValueError(f"{self.name}: {count} rows of keypoints, but the vertical is {self.up.shape}")
        if self.index is not None and self.index.shape != (count,):
            raise ValueError(
                f"{self.name}: {count} rows of keypoints, but {self.index.shape} numbers of rows"
            )

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
        """`index`; 0 to N - 1 for a whole data set."""
        return np.arange(len(self)) if self.index is None else self.index

    def thinned(self, stride: int = 1, limit: int | None = None, whole: bool = False) -> Self:
        """Every `stride`-th row of the data set, and of these `limit`, spread evenly over all sequences.

        whole: keep the rows of a clip together: of each clip the same part from its start.
        """
        return self.take(self.numbers(stride, limit, whole))

    def numbers(self, stride: int = 1, limit: int | None = None, whole: bool = False) -> np.ndarray:
        """The rows that `thinned` keeps."""
        kept = np.flatnonzero(self.rows % stride == 0)
        if limit is None or limit >= len(kept):
            return kept
        if not whole:
            return kept[np.arange(limit) * len(kept) // limit]
        clip = self.keypoints.clip[kept]
        part = np.zeros(len(kept))
        for number in np.unique(clip):
            rows = clip == number
            part[rows] = np.arange(rows.sum()) / rows.sum()
        return kept[np.sort(np.argsort(part, kind="stable")[:limit])]
