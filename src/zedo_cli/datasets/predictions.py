"""Predicted poses of a data set, by zedo or anything else, before they are compared with the truth."""

from typing import NamedTuple, Self

import numpy as np


class Predictions(NamedTuple):
    """poses `[N, 17, 3]`, the answer; hypotheses `[N, S, 17, 3]`; metres, camera frame, absolute or relative
    to the pelvis.

    uncertainty: `[N, 17]` m, NaN where unknown. origins: `[N, S, 3]`, the translation T of each hypothesis,
    which may differ from its pelvis joint; None for the joint. draws: whether all hypotheses are draws from
    one distribution; otherwise the first of them is its mean.
    """

    poses: np.ndarray
    hypotheses: np.ndarray
    uncertainty: np.ndarray
    origins: np.ndarray | None = None
    draws: bool = False

    def take(self, rows: np.ndarray) -> Self:
        """The rows of an index or a mask."""
        return self._replace(
            poses=self.poses[rows],
            hypotheses=self.hypotheses[rows],
            uncertainty=self.uncertainty[rows],
            origins=None if self.origins is None else self.origins[rows],
        )
