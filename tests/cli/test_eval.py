"""`zedo eval` as a user runs it: bundled data, one's own, faults in one line."""

import json
import os

import numpy as np
import pytest

from scenes import in_front_of_camera, to_pixels
from zedo_cli.cameras.intrinsics import pinhole

K = pinhole(1100.0, 1100.0, 500.0, 500.0)


def read(folder):
    return json.loads((folder / "report.json").read_text())


def test_the_bundled_data_with_the_bundled_prior(zedo, tmp_path):
    code, out, err = zedo("eval", "--output", tmp_path / "out")
    assert code == 0, err
    assert "strict protocol" in out
    assert "zedo balanced" in out
    report = read(tmp_path / "out")
    # the figures of the README
    assert report["figures"]["answer"]["mpjpe"]["mean"] == pytest.approx(38.1, abs=0.15)
    assert report["figures"]["answer"]["pa_mpjpe"]["mean"] == pytest.approx(26.7, abs=0.15)
    assert report["about"]["frames"] == 1800
    assert report["about"]["settings"]["variants"][0]["preset"]["steps"] == 3
    assert set(report["groups"]) == {"CMU 13/14", "HDM05 dg", "UI-PRMD 08-10"}
    assert not (tmp_path / "out" / ".zedo-run").exists()
    for name in (
        "table.csv",
        "table.md",
        "table.tex",
        "frames.png",
        "groups.png",
        "joints.png",
        "cumulative.png",
    ):
        assert (tmp_path / "out" / name).stat().st_size > 100


def test_hypotheses_of_real_detections_by_the_papers_protocol(zedo, tmp_path):
    out = tmp_path / "out"
    code, text, err = zedo(
        *(
            "eval",
            "-d",
            "pose2sim",
            "-s",
            "10",
            "--stride",
            "20",
            "--protocol",
            "paper",
            "--preset",
            "fast",
            "-o",
            out,
        )
    )
    assert code == 0, err
    report = read(out)
    figures = report["figures"]
    assert figures["best"]["mpjpe"]["mean"] < figures["answer"]["mpjpe"]["mean"]
    assert figures["answer"]["coverage_90"]["mean"] > figures["answer"]["coverage_50"]["mean"]
    assert report["about"]["joints"] == 12
    assert "Procrustes may reflect" in text
    assert (out / "samples.png").exists()
    assert (out / "calibration.png").exists()


def test_the_same_command_gives_the_same_figures(zedo, tmp_path):
    for name in "ab":
        command = ("eval", "--stride", "100", "-s", "9", "--preset", "fast", "-o", tmp_path / name)
        assert zedo(*command, "--batch-size", "7" if name == "b" else "512")[0] == 0
    one, other = read(tmp_path / "a"), read(tmp_path / "b")
    assert one["frames"]["answer.mpjpe"] == pytest.approx(other["frames"]["answer.mpjpe"], abs=0.01)
    assert one["figures"]["best"]["mpjpe"]["mean"] == pytest.approx(
        other["figures"]["best"]["mpjpe"]["mean"], abs=0.01
    )


def test_an_interrupted_run_is_gone_on_with(zedo, tmp_path, monkeypatch):
    from zedo_cli.evaluation import runs

    monkeypatch.setattr(runs, "CHUNK", 8)
    command = ("eval", "--stride", "100", "--preset", "fast", "-o")
    assert zedo(*command, tmp_path / "whole")[0] == 0
    original, calls = runs.score, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(*arguments)

    monkeypatch.setattr(runs, "score", interrupted)
    code, _, err = zedo(*command, tmp_path / "parts")
    assert code == 130
    assert "continue with --resume" in err
    code, _, err = zedo(*command, tmp_path / "parts")
    assert code == 2
    assert "holds an unfinished run" in err
    assert zedo(*command, tmp_path / "parts", "--resume")[0] == 0
    whole, parts = read(tmp_path / "whole"), read(tmp_path / "parts")
    for report in (whole, parts):
        del report["about"]["lifting_seconds"]
    assert whole == parts


def test_data_of_ones_own(zedo, tmp_path):
    truth = in_front_of_camera(6)
    np.savez(
        tmp_path / "mine.npz", keypoints=to_pixels(truth, K), intrinsics=K, poses_3d=truth, skeleton="h36m17"
    )
    code, _, err = zedo("eval", "-d", "custom", "--data-root", tmp_path / "mine.npz", "-o", tmp_path / "out")
    assert code == 0, err
    assert read(tmp_path / "out")["about"]["frames"] == 6
    # what lift writes is a prediction
    np.savez(
        tmp_path / "people.npz",
        keypoints=to_pixels(truth, K),
        intrinsics=K,
        skeleton="h36m17",
        clip=np.zeros(6, int),
    )
    folder = tmp_path / "folder"
    folder.mkdir()
    assert zedo("lift", tmp_path / "people.npz", "--no-clips", "-o", folder / "prediction.npz")[0] == 0
    np.savez(folder / "truth.npz", poses_3d=truth)
    code, out, err = zedo("eval", "-d", "custom", "--data-root", folder, "-o", tmp_path / "scored")
    assert code == 0, err
    one, other = (read(tmp_path / name)["figures"]["answer"]["mpjpe"]["mean"] for name in ("out", "scored"))
    assert one == pytest.approx(other, abs=0.05)
    assert "prediction.npz" in out
    code, _, err = zedo("eval", "-d", "custom", "--data-root", folder, "-s", "5", "-o", tmp_path / "scored")
    assert code == 2
    assert "is scored as it is; leave out how to lift" in err
    assert (
        zedo(
            "eval",
            "-d",
            "custom",
            "--data-root",
            folder,
            "--stride",
            "2",
            "--limit",
            "2",
            "-o",
            tmp_path / "few",
        )[0]
        == 0
    )
    assert read(tmp_path / "few")["frames"]["row"] == [0, 2]


def test_impossible_geometry_is_warned_about(zedo, tmp_path):
    truth = in_front_of_camera(6)
    np.savez(
        tmp_path / "mine.npz",
        keypoints=to_pixels(truth, K),
        intrinsics=K,
        poses_3d=8 * truth,
        skeleton="h36m17",
    )
    code, _, err = zedo("eval", "-d", "custom", "--data-root", tmp_path / "mine.npz", "-o", tmp_path / "out")
    assert code == 0
    assert "warning: custom: the median thigh is 3" in err
    assert "warning" in json.dumps(read(tmp_path / "out")["about"]["notes"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-d", "h37m"), "--dataset h37m: unknown"),
        (("-d", "3dhp"), "give your copy with --data-root"),
        (("-d", "3dhp", "--data-root", "nowhere"), "nowhere: no such folder"),
        (("-d", "open", "--keypoints", "cpn"), "--keypoints cpn: no such file; 'open' has gt, detected"),
        (("--protocol", "lax"), "--protocol lax: unknown"),
        (("--preset", "paper", "-s", "7"), "--samples 7: preset 'paper' starts from stored clusters"),
        (("--set", "start=exemplars", "-s", "501"), "--samples 501: more than the 500 exemplars"),
        (("--stride", "100", "--limit", "3", "--set", "steps=x"), "--set steps"),
        (("-o", "nowhere/out"), "nowhere/out: there is no folder nowhere"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(zedo, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = zedo("eval", *arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert out == ""
    assert not list(tmp_path.iterdir())


def test_an_unwritable_folder_is_reported_before_any_work(zedo, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / "out").mkdir(mode=0o500)
    code, _, err = zedo("eval", "-o", tmp_path / "out")
    assert code == 2
    assert "is not writable" in err


def test_a_prior_of_another_joint_order_is_refused(zedo, tmp_path, small_prior_file):
    from safetensors.torch import load_file, safe_open, save_file

    with safe_open(small_prior_file, "pt") as file:
        card = json.loads(file.metadata()["zedo"])
    card["joints"] = card["joints"][::-1]
    save_file(
        load_file(small_prior_file), tmp_path / "other.safetensors", metadata={"zedo": json.dumps(card)}
    )
    code, _, err = zedo("eval", "--prior", tmp_path / "other.safetensors", "-o", tmp_path / "out")
    assert code == 2
    assert "other.safetensors: joint order is" in err


def test_what_was_changed_stands_in_the_table_and_old_files_go(zedo, tmp_path):
    out = tmp_path / "out"
    assert zedo("eval", "--stride", "200", "-s", "9", "--preset", "fast", "-o", out)[0] == 0
    assert (out / "calibration.png").exists()
    (out / "mine.txt").write_text("mine")
    code, _, err = zedo(
        "eval", "--stride", "200", "--preset", "fast", "--set", "steps=1", "--clips", "-o", out
    )
    assert code == 0, err
    assert "zedo fast, steps=1, clips" in " ".join((out / "table.md").read_text().split())
    assert not (out / "calibration.png").exists()
    assert (out / "mine.txt").read_text() == "mine"


def test_names_are_names_and_half_known_truth_is_noted(zedo, tmp_path):
    truth = in_front_of_camera(6)
    keypoints = to_pixels(truth, K)
    truth[3:, 0] = np.nan
    names = ["[/x] y", r"a $\foo$ b", "$_$", "d", "e", "f"]
    about = {"intrinsics": K, "poses_3d": truth, "skeleton": "h36m17"}
    np.savez(tmp_path / "mine.npz", keypoints=keypoints, group=names, sequence=names, **about)
    code, out, err = zedo(
        "eval", "-d", "custom", "--data-root", tmp_path / "mine.npz", "-o", tmp_path / "out"
    )
    assert code == 0, err
    assert "[/x] y" in out
    assert "3 of 6 people have too few keypoints or no truth: not scored" in " ".join(out.split())
    assert read(tmp_path / "out")["about"]["frames"] == 3
    np.savez(tmp_path / "mine.npz", keypoints=0 * keypoints, **about)
    code, _, err = zedo("eval", "-d", "custom", "--data-root", tmp_path / "mine.npz", "-o", tmp_path / "none")
    assert code == 2
    assert "mine.npz" in err
    assert err.count("\n") == 1
