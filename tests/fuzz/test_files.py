"""A damaged file of any kind is read, or refused in one line, quickly and in little memory."""

import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.corpus import TARGETS, written
from fuzz.limits import read_or_refused
from mutations import changed_content, damaged

each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
examples = settings(settings.get_profile("fuzz"))


@each_target
def test_the_file_itself_is_read(target, tmp_path):
    target.read(target.write(tmp_path))


@each_target
@pytest.mark.parametrize("changes", ["bytes", "values", "values, bytes"])
@examples
@given(data=st.data())
def test_damaged(target, changes, data):
    with tempfile.TemporaryDirectory() as folder:
        source, file = written(target, folder, data)
        if "values" in changes:
            changed_content(file, data)
        if "bytes" in changes:
            file.write_bytes(damaged(file.read_bytes(), data))
        read_or_refused(target.read, source)
