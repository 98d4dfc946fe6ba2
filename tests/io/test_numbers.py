"""Numbers that would be changed without a word are refused."""

import numpy as np
import pytest

from zedo_cli.errors import InputError
from zedo_cli.io.numbers import real_numbers, single_precision


def test_numbers_of_any_type_become_double():
    assert real_numbers([[1, 2], ["3", 4.5]]).tolist() == [[1, 2], [3, 4.5]]
    assert real_numbers(np.float32(0.5)).dtype == np.float64


def test_complex_numbers_and_other_things_are_refused():
    with pytest.raises(TypeError, match="complex"):
        real_numbers([1 + 2j])
    with pytest.raises((TypeError, ValueError)):
        real_numbers(["x"])


def test_single_precision_holds_the_number_or_refuses_it():
    values = np.array([1.5, np.nan, np.inf, -3e38])
    assert np.array_equal(single_precision(values, "f"), values.astype(np.float32), equal_nan=True)
    with pytest.raises(InputError, match=r"^f: pos: holds a number beyond 3e38"):
        single_precision(np.array([1e300]), "f", "pos")
