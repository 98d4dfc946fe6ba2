"""A disk that takes no more bytes: one line, exit code 2, and no file that is cut off.

The kernel refuses to write beyond a size (RLIMIT_FSIZE), as it refuses on a full disk.
"""

import resource

import numpy as np
import pytest

from faults.killing import run_in_fork
from places import people
from zedo_cli.datasets.loading import load_dataset

LIFT = ("--prior", "open-small", "--preset", "fast")
FORMATS = (
    "npz",
    "json",
    "csv",
    "long.csv",
    "trc",
    "c3d",
    "mot",
    "angles.csv",
    "bvh",
    "glb",
    "html",
    "parquet",
)


@pytest.fixture
def folder(tmp_path):
    """A clip of 60 frames, poses to train on, and a folder for outputs."""
    place = tmp_path / "work"
    (place / "in").mkdir(parents=True)
    (place / "out").mkdir()
    data = load_dataset("open-video", None, "detected").keypoints
    rows = np.flatnonzero(data.clip == 0)[:60]
    np.savez(
        place / "in" / "0.npz",
        keypoints=np.concatenate([data.points[rows], data.confidence[rows][..., None]], -1),
        intrinsics=data.intrinsics[rows[0]],
        skeleton="h36m17",
        fps=30.0,
    )
    np.savez(place / "people.npz", pos=people(1000).astype(np.float32))
    return place


def full(words, folder, size):
    """Exit code and text of a command on a disk that holds files of `size` bytes at most."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # noqa: E731
    return run_in_fork([*words], folder, limit)


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_output_that_does_not_fit(folder, suffix):
    code, text = full(("lift", "in/0.npz", "-o", f"out/a.{suffix}", *LIFT), folder, 2000)
    assert code == 2, text
    assert "Traceback" not in text
    assert sum(line.startswith("zedo: ") for line in text.splitlines()) == 1
    assert f"out/a.{suffix}" in text
    assert not list((folder / "out").iterdir())


@pytest.mark.parametrize(
    "words",
    [
        "train people.npz -o out/p.safetensors --steps 6 --batch-size 64 --network small --save-every 3",
        "eval --dataset open --limit 24 -o out/report --prior open-small --preset fast",
        "pack in -o out/a.parquet",
        "lift in --output-dir out/poses --prior open-small --preset fast",
    ],
    ids=lambda words: words.split()[0],
)
def test_other_commands(folder, words):
    code, text = full(words.split(), folder, 2000)
    assert code == 2, text
    assert "Traceback" not in text
    whole = [path for path in (folder / "out").rglob("*") if path.is_file() and path.stat().st_size == 2000]
    assert not whole, "a file was cut off"


def test_a_folder_that_vanishes_while_it_is_lifted_into(folder):
    """The folder is removed in the moment in which the command begins to write."""
    code, text = run_in_fork(
        ["lift", "in/0.npz", "-o", "out/a.npz", *LIFT], folder, lambda: _remove_when_opened(folder)
    )
    assert code == 2
    assert "out/a.npz" in text
    assert "Traceback" not in text


def _remove_when_opened(folder):
    from zedo_cli.poses import outputs

    writing = outputs.PortionedOutputs.append

    def vanished(self, poses):
        if (folder / "out").exists():
            (folder / "out").rmdir()
        writing(self, poses)

    outputs.PortionedOutputs.append = vanished
