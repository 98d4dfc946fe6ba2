"""Camera files of every kind that are damaged are read, or refused in one line that names them."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_files import FILES
from mutations import assert_one_line, changed_text, damaged
from zedo_cli.cameras.reading import read_cameras

examples = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
each_file = pytest.mark.parametrize("name", FILES)


@each_file
@examples
@given(data=st.data())
def test_damaged_bytes_give_one_line(name, data):
    assert_read_or_refused(name, damaged(FILES[name].encode(), data))


@each_file
@examples
@given(data=st.data())
def test_a_wrong_type_in_any_field_gives_one_line(name, data):
    assert_read_or_refused(name, changed_text(FILES[name], Path(name).suffix, data).encode())


def assert_read_or_refused(name, content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        assert_one_line(lambda: read_cameras(path), path)
