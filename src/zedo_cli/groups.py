"""Rows that belong together by several numbers, such as clip and frame."""

import numpy as np


def grouped(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The groups of rows with the same numbers in all columns.

    As `np.unique(..., axis=0)`, which compares rows as bytes and takes several times as long.

    Args:
        columns: integers `[N]` each; groups are in the order of the first, then of the second, ...

    Returns:
        The first row of each group `[groups]`, and the group of each row `[N]`.
    """
    if len(columns) and len(columns[0]) < 2:  # a live frame of one person
        alone = np.zeros(len(columns[0]), np.int64)
        return alone, alone.copy()
    order = np.lexsort(columns[::-1])
    begins = np.ones(len(order), bool)
    begins[1:] = False
    for column in columns:
        values = column[order]
        begins[1:] |= values[1:] != values[:-1]
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(begins) - 1
    return order[begins], group


def rows_of_each(index: np.ndarray, count: int) -> list[np.ndarray]:
    """The rows of each of `count` groups, in order; index: the group of each row `[N]`."""
    order = np.argsort(index, kind="stable")
    return np.split(order, np.searchsorted(index[order], np.arange(1, count)))


def count_groups(*columns: np.ndarray) -> int:
    """The number of the groups of `grouped`."""
    return len(grouped(*columns)[0])
