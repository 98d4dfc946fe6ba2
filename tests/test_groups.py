"""Groups of rows agree with `np.unique`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from zedo_cli.groups import count_groups, grouped, rows_of_each


@given(arrays.arrays(np.int64, st.tuples(st.integers(0, 30), st.integers(1, 3)), elements=st.integers(-2, 3)))
def test_as_numpy_finds_them(rows):
    first, group = grouped(*rows.T)
    known, place, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    assert first.tolist() == place.tolist()
    assert group.tolist() == inverse.reshape(-1).tolist()
    assert count_groups(*rows.T) == len(known)


@given(arrays.arrays(np.int64, st.integers(0, 30), elements=st.integers(0, 4)), st.integers(5, 7))
def test_rows_of_each_group(index, count):
    found = rows_of_each(index, count)
    assert [rows.tolist() for rows in found] == [np.flatnonzero(index == g).tolist() for g in range(count)]


@pytest.mark.parametrize("columns", [(), (np.zeros(0, int),), (np.array([4]), np.array([7]))])
def test_few_rows(columns):
    if not columns:
        with pytest.raises(TypeError):
            grouped(*columns)
        return
    first, group = grouped(*columns)
    assert first.tolist() == group.tolist() == list(range(len(columns[0])))
