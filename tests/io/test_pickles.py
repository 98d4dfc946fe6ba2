"""Plain data comes out of pickles as it went in; anything else, and anything crafted, is refused."""

import pickle
import random
import struct
import tracemalloc
from collections import OrderedDict
from contextlib import suppress

import numpy as np
import pytest

from zedo_cli.errors import InputError
from zedo_cli.io.pickles import load_pickled, load_pickled_npz

DATA = {
    "floats": np.arange(12, dtype=np.float32).reshape(3, 4),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big endian": np.arange(3, dtype=">i4"),
    "bools": np.array([True, False]),
    "names": np.array(["one", "three"]),
    "empty": np.zeros((0, 3)),
    "scalar": np.float64(2.5),
    "objects": np.array([{"a": np.ones(2)}, [1, "b"], None], dtype=object),
    "nested": OrderedDict(a=(1, 2.5, "text", None, True), b=[np.int16(3)]),
    7: {1, 2},
}


def same(one, other):
    if isinstance(one, np.ndarray):
        assert isinstance(other, np.ndarray)
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert all(same(a, b) for a, b in zip(one.flat, other.flat, strict=True))
        return True
    if isinstance(one, dict):
        assert list(one) == list(other)
        return all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return all(same(a, b) for a, b in zip(one, other, strict=True))
    assert one == other
    return True


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_data(protocol):
    assert same(DATA, load_pickled(pickle.dumps(DATA, protocol), "a.pkl"))


def test_an_npz_entry(tmp_path):
    np.savez(tmp_path / "a.npz", data=np.array(DATA, dtype=object))
    assert same(DATA, load_pickled_npz(tmp_path / "a.npz", "data"))


class Attack:
    """What unpickling would run."""

    def __reduce__(self):
        return (print, ("attacked",))


def test_foreign_classes_are_named(capsys):
    with pytest.raises(InputError, match=r"a\.pkl: it holds a builtins\.print"):
        load_pickled(pickle.dumps({"a": [Attack()]}), "a.pkl")
    assert "attacked" not in capsys.readouterr().out


def test_pointers_from_the_file_are_not_believed():
    """An array that says of its bytes that they are objects: numpy itself would follow them."""
    array = np.zeros(2, dtype=np.int64)
    pointers = struct.pack("<qq", 1, 2)
    content = pickle.dumps(array, 2).replace(b"i8", b"O8").replace(array.tobytes(), pointers)
    with pytest.raises(InputError, match=r"malformed array of objects|damaged"):
        load_pickled(content, "a.pkl")
    structured = pickle.dumps(np.zeros(2, dtype=[("a", "O"), ("b", "i4")]))
    with pytest.raises(InputError, match=r"structured array|type V"):
        load_pickled(structured, "a.pkl")


def test_damaged_pickles_are_reported_whatever_the_damage():
    """Hundreds of flipped bytes and cuts: data, or one line, and never a crash."""
    content = pickle.dumps({key: value for key, value in DATA.items() if key != "objects"}, 2)
    generator = random.Random(0)
    refused = 0
    for _ in range(400):
        damaged = bytearray(content)
        for _ in range(generator.randint(1, 4)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        if generator.random() < 0.2:
            del damaged[generator.randrange(len(damaged)) :]
        with suppress(InputError):
            repr(load_pickled(bytes(damaged), "a.pkl"))
            refused -= 1
        refused += 1
    assert refused > 150


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04]r\x00\x00\x00\x10.",  # a place in the memo: 2^28
        b"\x80\x05\x96" + (2**33).to_bytes(8, "little") + b"abc.",  # an array of 8 GB
        b"\x80\x04\x8e" + (2**40).to_bytes(8, "little") + b"abc.",  # a terabyte
        b"\x80\x04\x95" + (2**40).to_bytes(8, "little") + b"abc.",  # a frame of a terabyte
    ],
)
def test_announced_sizes_take_no_memory(content):
    tracemalloc.start()
    with suppress(InputError):
        load_pickled(content, "a.pkl")
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 10_000_000


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_is_read(protocol):
    data = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": [1, "two", 3.0, None, True],
        "c": (b"bytes", {"d": 2**40}),
    }
    found = load_pickled(pickle.dumps(data, protocol), "a.pkl")
    assert np.array_equal(found.pop("a"), data.pop("a"))
    assert found == data
