"""A command that is killed at any moment leaves no file half-written, and is continued to the same result.

One moment for each command in the tests; 34, 204 in all, by `make kill` (`ZEDO_KILLS=34`).
"""

import json
import os
import random
import shutil
import time

import numpy as np
import pytest

from faults.killing import content, finished, killed, temporary_files
from places import people
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.io import files

MOMENTS = int(os.environ.get("ZEDO_KILLS", "1"))
LIFT = ("--prior", "open-small", "--preset", "fast")
TRAIN = ("--steps", "12", "--batch-size", "64", "--network", "small", "--save-every", "3")
OPEN = ("--dataset", "open", "--limit", "48")

COMMANDS = {
    "lift": ("lift in/0.npz -o out/a.npz -o out/a.bvh -o out/a.csv -o out/a.html", LIFT, None),
    "many": ("lift in --output-dir out --format npz --format trc", LIFT, "--resume"),
    "export": ("export poses.npz -o out/a.bvh -o out/a.json -o out/a.glb", (), None),
    "train": ("train people.npz -o out/p.safetensors", TRAIN, "--resume"),
    "eval": ("eval -o out", (*OPEN, *LIFT), "--resume"),
    "ablate": ("ablate --no-warmup -o out", (*OPEN, "--prior", "open-small"), "--resume"),
}
"""Arguments, in a folder with inputs, and what is added to go on; None where the command begins again."""

VARIES = ("seconds", "lifting_seconds")
"""Keys of reports that tell how fast it was."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A folder with clips, poses to export, and poses to train on."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "in").mkdir()
    data = load_dataset("open-video", None, "detected").keypoints
    for clip in range(3):
        rows = np.flatnonzero(data.clip == clip)[:24]
        np.savez(
            folder / "in" / f"{clip}.npz",
            keypoints=np.concatenate([data.points[rows], data.confidence[rows][..., None]], -1),
            intrinsics=data.intrinsics[rows[0]],
            skeleton="h36m17",
            fps=30.0,
        )
    np.savez(folder / "people.npz", pos=people(1000).astype(np.float32))
    assert finished(["lift", "in/0.npz", "-o", "poses.npz", *LIFT], folder) == 0
    return folder


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_any_moment(name, inputs, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ABANDONED", -1.0)  # what a killed run left is removed at once
    words, more, resume = COMMANDS[name]
    arguments = [*words.split(), *more]
    whole = copied(inputs, tmp_path / "whole")
    began = time.monotonic()
    assert finished(arguments, whole) == 0, whole.with_suffix(".log").read_text()
    takes = time.monotonic() - began
    expected = results(whole / "out")
    assert expected
    generator = random.Random(0)
    for moment in range(MOMENTS):
        folder = copied(inputs, tmp_path / str(moment))
        while not killed(arguments, folder, generator.uniform(0, takes)):
            folder = copied(inputs, folder)
        for path, found in results(folder / "out").items():
            assert path not in expected or found == expected[path], f"{path} is half-written"
        again = [*arguments, resume] if resume and goes_on(name, folder) else arguments
        assert finished(again, folder) == 0, folder.with_suffix(".log").read_text()
        assert results(folder / "out") == expected
        assert not temporary_files(folder)
        shutil.rmtree(folder)


def copied(inputs, folder):
    """A fresh copy of the inputs, and an empty folder `out`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(inputs, folder)
    (folder / "out").mkdir()
    return folder


def goes_on(name, folder):
    """Whether there is anything to go on with."""
    return name != "train" or bool(list((folder / "out").iterdir()))


def results(folder):
    """The content of each file of a folder, but pictures, the states of unfinished work, and tables that tell
    how long each ablation took."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        passing = ".state." in name.name or path.suffix == ".png" or path.stem == "differences"
        if path.is_dir() or passing or any(part.startswith(".") for part in name.parts):
            continue
        report = path.name == "report.json"
        found[name.as_posix()] = steady(json.loads(path.read_bytes())) if report else content(path)
    return found


def steady(document):
    """A report without what differs from run to run."""
    if isinstance(document, dict):
        return {key: steady(value) for key, value in document.items() if key not in VARIES}
    return [steady(value) for value in document] if isinstance(document, list) else document
