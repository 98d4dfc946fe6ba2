"""One registry, open to packages: a plug-in that is made here adds a reader, a writer and a detector."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from films import pictures, write_video
from zedo_cli import entries
from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.registry import CAMERA_READERS, KEYPOINT_READERS, POSE_WRITERS, KeypointReader, Registry

PLUGIN = """
import numpy as np
from zedo_cli import Keypoints
from zedo_cli.registry import Detector, KeypointReader, PoseWriter

K = [[900, 0, 500], [0, 900, 500], [0, 0, 1]]


def read(name, contents):
    (content,) = contents
    points = np.loadtxt(content.path).reshape(-1, 17, 2)
    return Keypoints.from_arrays(points, skeleton="h36m17", intrinsics=K)


class Sink:
    def __init__(self, path):
        self.path, self.count = path, 0

    def append(self, poses):
        self.count += len(poses)

    def close(self):
        self.path.write_text(f"{self.count} poses")


class Random:
    skeleton = "h36m17"

    def reset(self):
        self.generator = np.random.default_rng(0)

    def detect(self, image, seconds):
        return np.append(self.generator.uniform(20, 80, (1, 17, 2)), np.ones((1, 17, 1)), axis=2)

    def close(self):
        pass


reader = KeypointReader(title="points as text", suffixes=(".pts",), accepts=lambda content: True, read=read)
writer = PoseWriter(title="number of poses", suffixes=(".count",), open=Sink)
detector = Detector(title="a detector", open=lambda model, people: Random())
"""
ENTRY_POINTS = """
[zedo.keypoint_readers]
points-text = zedo_plugin:reader
[zedo.pose_writers]
count = zedo_plugin:writer
[zedo.detectors]
random = zedo_plugin:detector
[zedo.camera_readers]
broken = zedo_plugin:no_such_thing
"""


@pytest.fixture(scope="module")
def plugged(tmp_path_factory):
    """Run the command with the plug-in package installed; -> exit code, standard output, standard error."""
    site = tmp_path_factory.mktemp("site")
    (site / "zedo_plugin.py").write_text(PLUGIN)
    about = site / "zedo_plugin-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: zedo-plugin\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS)

    def run(*words):
        environment = os.environ | {"PYTHONPATH": str(site), "COLUMNS": "300"}
        command = [sys.executable, "-m", "zedo_cli", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=site, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


def test_help_and_errors_list_the_plug_ins(plugged, tmp_path):
    code, out, err = plugged("lift", "--help")
    assert code == 0, err
    for text in ("points-text (.pts)", "count (.count)", "mediapipe, rtmlib, random"):
        assert text in out
    assert "broken (plug-in cannot be loaded: AttributeError" in out
    (tmp_path / "a.xyz").write_text("?")
    code, _, err = plugged("lift", tmp_path / "a.xyz")
    assert code == 2
    assert "points-text (.pts)" in err
    (tmp_path / "a.pts").write_text("")
    code, _, err = plugged("lift", tmp_path / "a.pts", "-o", tmp_path / "a.fbx")
    assert code == 2
    assert "count (.count)" in err


def test_a_plug_in_reads_and_writes(plugged, tmp_path):
    points = np.random.default_rng(0).uniform(200, 800, (3, 17, 2))
    np.savetxt(tmp_path / "a.pts", points.reshape(3, -1))
    words = ("--preset", "fast", "-o", tmp_path / "o.count", "-o", tmp_path / "o.npz")
    code, out, err = plugged("lift", tmp_path / "a.pts", *words)
    assert code == 0, err
    assert "3 poses lifted" in out
    assert (tmp_path / "o.count").read_text() == "3 poses"


def test_a_plug_in_detects(plugged, tmp_path):
    path = write_video(tmp_path / "a.mp4", pictures(2))
    options = ("--detector", "random", "--preset", "fast", "-o", tmp_path / "o.npz")
    code, out, err = plugged("lift", path, *options)
    assert code == 0, err
    assert "2 poses lifted" in out


def test_every_entry_says_what_it_takes():
    for table in (KEYPOINT_READERS, CAMERA_READERS, POSE_WRITERS):
        for name, entry in table.entries.items():
            assert entry.name == name
            assert entry.title
            assert entry.suffixes


def test_a_missing_extra_is_named_with_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "find_spec", lambda module: None)
    with pytest.raises(
        InputError, match=r"a\.png: needs the Python package matplotlib; pip install 'zedo-cli\[plot\]'"
    ):
        POSE_WRITERS.find("picture").check_installed("a.png")


def test_an_unknown_name_lists_the_entries():
    with pytest.raises(
        InputError, match="format=fbx: unknown; it is one of npz, json, csv, csv-long, parquet, trc,"
    ):
        POSE_WRITERS.find("fbx")


def test_a_registry_takes_entries_of_its_kind_by_suffix():
    entry = KeypointReader(name="mine", title="mine", suffixes=(".a",), accepts=bool, read=json.loads)
    mine = Registry(KeypointReader, "zedo.none", [entry])
    assert mine.taking(".A") == [entry]
    assert mine.listed() == "mine (.a)"


def test_a_reader_that_fails_to_recognise_a_file_is_named(tmp_path, monkeypatch):
    def accepts(content):
        raise ZeroDivisionError("division by zero")

    reader = KeypointReader(name="faulty", title="", suffixes=(".odd",), accepts=accepts, read=accepts)
    monkeypatch.setitem(KEYPOINT_READERS.entries, "faulty", reader)
    (tmp_path / "a.odd").touch()
    with pytest.raises(InputError, match=r"a.odd: reader faulty failed \(ZeroDivisionError: division"):
        read_keypoints(tmp_path / "a.odd")


def test_a_reader_of_folders_and_one_of_a_shared_suffix_are_asked(tmp_path, monkeypatch):
    def read(name, contents):
        return Keypoints.from_arrays(np.ones((2, 17, 2)), name=name)

    for name, suffix in (("folders", "/"), ("arrays", ".npz")):
        entry = KeypointReader(
            name=name, title="", suffixes=(suffix,), accepts=lambda content: True, read=read
        )
        monkeypatch.setitem(KEYPOINT_READERS.entries, name, entry)
    (tmp_path / "folder").mkdir()
    np.savez(tmp_path / "other.npz", joints=np.ones(3))
    np.savez(tmp_path / "ours.npz", keypoints=np.ones((3, 17, 2)))
    assert read_keypoints(tmp_path / "folder").clip_names == (str(tmp_path / "folder"),)
    assert len(read_keypoints(tmp_path / "other.npz")) == 2
    assert len(read_keypoints(tmp_path / "ours.npz")) == 3
