"""`zedo export`, `zedo view`, and the outputs of `zedo lift`."""

import numpy as np
import pytest

from motions import filmed, walker
from places import EXAMPLE
from zedo_cli.poses.writing import write_poses

CAMERA = ("--intrinsics", EXAMPLE / "calibration.toml", "--camera", "cam_01", "--preset", "fast")


@pytest.fixture
def poses(tmp_path):
    write_poses(filmed(walker(0), walker(1)), tmp_path / "o.npz")
    return tmp_path / "o.npz"


def test_several_formats_at_once(zedo, poses, tmp_path):
    outputs = [tmp_path / f"o.{suffix}" for suffix in ("trc", "bvh", "csv", "json", "c3d", "glb")]
    options = [word for path in outputs for word in ("-o", path)]
    code, out, _ = zedo("export", poses, *options, "--angles", tmp_path / "a.csv", "--origin")
    assert code == 0
    assert "120 poses of" in out
    for name in ("o_person0.trc", "o_person1.bvh", "o.csv", "o.json", "o.c3d", "o.glb", "a_person1.csv"):
        assert (tmp_path / name).is_file()
        assert f"3D poses: {tmp_path / name}" in out


def test_a_part_of_it(zedo, poses, tmp_path):
    code, _, _ = zedo("export", poses, "-o", tmp_path / "o.csv", "--person", 1, "--frames", "10:19")
    assert code == 0
    assert len((tmp_path / "o.csv").read_text().splitlines()) == 11


def test_the_same_as_lifting_into_the_format(zedo, tmp_path):
    keypoints = EXAMPLE / "openpose/cam01_json"
    options = ("--fps", 60, "--filter", "butterworth:6", "-o", tmp_path / "one.trc", "-o", tmp_path / "o.npz")
    code, _, err = zedo("lift", keypoints, *CAMERA, *options)
    assert code == 0, err
    assert zedo("export", tmp_path / "o.npz", "-o", tmp_path / "two.trc")[0] == 0
    one, two = ((tmp_path / name).read_text() for name in ("one.trc", "two.trc"))
    assert one == two
    assert "\t60\t" in one


def test_the_world_of_a_calibration(zedo, tmp_path):
    code, _, _ = zedo(
        "lift", EXAMPLE / "openpose/cam01_json", *CAMERA, "--frame", "world", "-o", tmp_path / "o.npz"
    )
    assert code == 0
    with np.load(tmp_path / "o.npz") as file:
        height = file["poses_3d"][..., 2]
    assert 1.3 < np.median(height.max(1)) < 2.0  # the head is above the floor of the calibration
    assert abs(np.median(height.min(1))) < 0.3


def test_angles_alone_are_enough(zedo, tmp_path):
    code, out, _ = zedo("lift", EXAMPLE / "openpose/cam01_json", *CAMERA, "--angles", tmp_path / "gait.mot")
    assert code == 0
    assert f"3D poses: {tmp_path / 'gait.mot'}" in out
    assert [path.name for path in tmp_path.iterdir()] == ["gait.mot"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ((), "--output: give at least one file to write"),
        (("-o", "o.npz"), "is also an input; choose another output"),
        (("-o", "o.xyz"), "unknown output format '.xyz'; poses are written as npz (.npz), json"),
        (("-o", "a.csv", "-o", "a.csv"), "--output: the same file is given twice"),
        (("--angles", "a.bvh"), "--angles .bvh: unknown; it is one of .csv, .mot"),
        (("-o", "a.csv", "--frame", "body"), "--frame body: unknown; it is one of camera, world"),
        (("-o", "a.csv", "--filter", "median"), "--filter median: write butterworth and its cut-off"),
        (("-o", "a.csv", "--person", "9"), "--person 9: there is no such identity; there are 0, 1"),
        (("-o", "none/a.csv"), "there is no folder none"),
        (
            ("-o", "a.csv", "--origin"),
            "--origin: no output is in the world frame; choose it with --frame world",
        ),
    ],
)
def test_bad_input_is_one_line(zedo, poses, tmp_path, monkeypatch, options, problem):
    monkeypatch.chdir(tmp_path)
    code, _, err = zedo("export", poses, *options)
    assert code == 2
    assert problem in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["o.npz"]


def test_hypotheses_that_a_format_cannot_hold_are_said(zedo, tmp_path):
    options = ("--samples", 3, "-o", tmp_path / "o.bvh", "-o", tmp_path / "o.npz")
    code, _, err = zedo("lift", EXAMPLE / "openpose/cam01_json", *CAMERA, *options)
    assert code == 0
    assert f"note: {tmp_path / 'o.bvh'}: holds the answer alone; NPZ and JSON hold all 3 hypotheses" in err
    assert f"{tmp_path / 'o.npz'}: holds" not in err


def test_a_page(zedo, poses, tmp_path):
    code, out, _ = zedo("view", poses, "--no-open")
    assert code == 0
    assert f"Page: {tmp_path / 'o.html'}" in out
    assert (tmp_path / "o.html").read_text().startswith("<!doctype html>")
    code, _, err = zedo("view", poses, "--video", tmp_path / "none.mp4")
    assert (code, err) == (2, f"zedo: {tmp_path / 'none.mp4'}: no such file\n")
