"""Means over a data set and their uncertainty: bootstrap over sequences, as frames of one are not
independent."""

import numpy as np

from zedo_cli.datasets.container import Dataset

SAMPLES = 1000
SHARE = 95.0
"""Per cent of the bootstrap samples inside an interval."""


class Resampling:
    """The mean over a data set, over frames or over the means of groups, and 1000 bootstrap samples of it.

    A sample draws as many sequences as there are, with replacement; within each group if the mean is over
    groups, no sequence is in two groups, and each group has several. The samples are the same for all
    figures, so that differences are paired.
    """

    def __init__(self, group: np.ndarray, sequence: np.ndarray, by_group: bool, seed: int = 0) -> None:
        self.groups, place = (
            np.unique(group, return_inverse=True)
            if by_group
            else (np.array(["all"]), np.zeros(len(group), int))
        )
        self.sequences, number = np.unique(sequence, return_inverse=True)
        self._cell = place.reshape(-1) * len(self.sequences) + number.reshape(-1)
        present = np.zeros((len(self.groups), len(self.sequences)), bool)
        present.reshape(-1)[self._cell] = True
        nested = by_group and (present.sum(0) == 1).all() and (present.sum(1) > 1).all()
        strata = [np.flatnonzero(row) for row in present] if nested else [np.arange(len(self.sequences))]
        generator = np.random.default_rng(seed)
        self._weights = np.zeros((SAMPLES, len(self.sequences)))
        for members in strata:
            self._weights[:, members] = generator.multinomial(
                len(members), np.full(len(members), 1 / len(members)), SAMPLES
            )

    @classmethod
    def of(cls, data: Dataset, seed: int = 0) -> "Resampling":
        """With the groups and sequences of a data set."""
        return cls(data.group, data.sequence, data.by_group, seed)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """`[N, M]` -> `[M]`; NaN is ignored."""
        sums, counts = self._sums(values)
        return _mean_of_groups(sums.sum(1), counts.sum(1))

    def samples(self, values: np.ndarray) -> np.ndarray:
        """Means of the bootstrap samples. `[N, M]` -> `[SAMPLES, M]`."""
        sums, counts = self._sums(values)
        parts = [_mean_of_groups(w @ sums, w @ counts) for w in self._weights[:, None, None]]
        return np.stack(parts)

    def interval(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The central `SHARE` per cent of the samples. `[N, M]` -> `[M]`, `[M]`; NaN for a single
        sequence."""
        if len(self.sequences) == 1:
            unknown = np.full(values.shape[1], np.nan)
            return unknown, unknown
        means = self.samples(values)
        known = np.isfinite(means).any(0)
        low, high = (np.full(values.shape[1], np.nan) for _ in range(2))
        for ends, percent in ((low, (100 - SHARE) / 2), (high, (100 + SHARE) / 2)):
            ends[known] = np.nanpercentile(means[:, known], percent, axis=0)
        return low, high

    def _sums(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sums and counts of finite values `[groups, sequences, M]`."""
        finite = np.isfinite(values)
        shape = (len(self.groups), len(self.sequences), values.shape[1])
        sums, counts = np.zeros(shape), np.zeros(shape)
        np.add.at(sums.reshape(-1, shape[2]), self._cell, np.where(finite, values, 0))
        np.add.at(counts.reshape(-1, shape[2]), self._cell, finite)
        return sums, counts


def _mean_of_groups(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """`[groups, M]` or `[groups, 1, M]` -> `[M]`; groups without values are ignored."""
    sums, counts = sums.reshape(len(sums), -1), counts.reshape(len(counts), -1)
    means = np.where(counts > 0, sums / counts.clip(1e-12), 0)
    there = (counts > 0).sum(0)
    return np.where(there > 0, means.sum(0) / there.clip(1), np.nan)
