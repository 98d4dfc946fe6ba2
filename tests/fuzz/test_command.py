"""The command as a process, with a sample of damaged keypoint files: poses, or one line and exit code 2."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.corpus import TARGETS, lifted, written
from mutations import changed_content, damaged

SAMPLE = [target for target in TARGETS if target.read is lifted][::8]
FILES = int(os.environ.get("ZEDO_FUZZ", "0"))
FOR_EACH = max(2, FILES // 5000)
"""Files of each kind; a process takes seconds."""


@pytest.mark.parametrize("target", SAMPLE, ids=lambda target: target.name)
@settings(settings.get_profile("fuzz"), max_examples=FOR_EACH)
@given(data=st.data())
def test_a_damaged_file_is_lifted_or_refused(target, data):
    with tempfile.TemporaryDirectory() as folder:
        source, file = written(target, folder, data)
        changed_content(file, data)
        file.write_bytes(damaged(file.read_bytes(), data))
        before = set(Path(folder).rglob("*"))
        words = [
            "lift",
            str(source),
            "--image-size",
            "1000x1000",
            "--prior",
            "open-small",
            "--preset",
            "fast",
        ]
        command = [sys.executable, "-m", "zedo_cli", *words, "--output", f"{folder}/out.npz"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 2), done.stderr
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert "\x1b" not in said
        new = {path.name for path in set(Path(folder).rglob("*")) - before}
        if done.returncode:
            assert done.stderr.startswith("zedo: ")
            assert new == set()
        else:
            assert new == {"out.npz"}
