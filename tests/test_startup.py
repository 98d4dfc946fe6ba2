"""What is imported before anything is done, and Ctrl-C at any moment."""

import signal
import subprocess
import sys
import time

import pytest

HEAVY = ("torch", "numpy", "roma", "scipy", "matplotlib", "safetensors", "zedo_cli.pipeline.presets")
"""Typer itself loads pydantic to read options, so it is not here; the models of the presets are."""


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["lift", "--help"], ["ablate", "--help"], ["train", "--help"]]
)
def test_help_imports_nothing_heavy(words):
    code = (
        "import sys\nfrom zedo_cli.cli.app import run\n"
        f"assert run({words!r}) == 0\n"
        f"loaded = set({HEAVY!r}) & set(sys.modules)\nassert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_at_any_moment_is_one_line_and_its_exit_code(tmp_path, keypoints_npz, number, expected):
    """Python itself needs a moment until our first line runs: before that, nobody can catch the signal."""
    command = [sys.executable, "-m", "zedo_cli", "lift", keypoints_npz, "-o", tmp_path / "o.npz"]
    started = time.perf_counter()
    for _ in range(3):
        subprocess.run([sys.executable, "-c", "import signal"], check=True)
    ready = time.perf_counter() - started  # three times what Python needs, on a machine that may be busy
    for delay in (max(0.2, ready), 0.4 + ready, 0.8 + ready, 1.3 + ready, 1.8 + ready):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(delay)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        if process.returncode != 0:  # it may have finished before
            assert (process.returncode, err.strip()) == (expected, "zedo: interrupted"), (delay, err)
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
