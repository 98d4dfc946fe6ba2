"""The recording for Rerun, where it is installed (500 MB: not part of the tests' environment)."""

import subprocess
import sys
from pathlib import Path

import pytest

from motions import filmed, walker
from zedo_cli.poses.writing import write_poses

pytest.importorskip("rerun")


@pytest.mark.filterwarnings("ignore")
def test_reruns_own_program_finds_the_people(tmp_path):
    write_poses(filmed(walker(0), walker(1)), tmp_path / "o.rrd")
    program = Path(sys.executable).with_name("rerun")
    subprocess.run([program, "rrd", "verify", tmp_path / "o.rrd"], check=True, capture_output=True)
    shown = subprocess.run([program, "rrd", "print", tmp_path / "o.rrd"], capture_output=True, text=True)
    for name in ("person0/bones", "person1/joints", "person1/uncertainty", "camera"):
        assert f"/world/{name}" in shown.stdout
