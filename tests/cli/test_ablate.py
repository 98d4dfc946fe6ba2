"""`zedo ablate` as a user runs it."""

import json

import pytest


def read(folder):
    return json.loads((folder / "report.json").read_text())


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "220")


def test_the_posters_grid(zedo, tmp_path):
    out = tmp_path / "out"
    quick = "steps=10 warmup=2 step_size=0.1 optimisation_steps=5"
    code, text, err = zedo("ablate", "--stride", "450", "--base", quick, "-o", out)
    assert code == 0, err
    report = read(out)
    assert len(report["arms"]) == 16
    assert report["frames"] == 4
    assert "poster's layout" in text
    assert "published on h36m" in text
    assert {path.name for path in out.iterdir()} == {
        *("report.json", "errors.png", "differences.png"),
        *(f"{name}{suffix}" for name in ("poster", "differences") for suffix in (".csv", ".md", ".tex")),
    }


def test_one_part_left_out_against_the_full_method(zedo, tmp_path):
    out = tmp_path / "out"
    code, text, err = zedo(
        "ablate", "--no-warmup", "--no-rotation-opt", "--keypoints", "gt", "--stride", "60", "-o", out
    )
    assert code == 0, err
    full, warmup, start = sorted(
        read(out)["arms"], key=lambda arm: ("RO" in arm["name"], "WU" in arm["name"])
    )
    assert full["preset"]["steps"] == 200
    assert full["preset"]["warmup"] == 40
    assert warmup["preset"]["warmup"] == 0
    assert start["preset"]["optimise_start"] is False
    assert warmup["mpjpe_difference"]["low"] < warmup["mpjpe_difference"]["high"]
    # what the paper found as well: the start and the warm-up matter
    assert start["pa_mpjpe_difference"]["mean"] > 0
    assert "no warm-up (WU), gt" in text


def test_any_setting_against_the_full_method(zedo, tmp_path):
    out = tmp_path / "out"
    code, _, err = zedo(
        "ablate",
        "--set",
        "steps=1",
        "--set",
        "step=full steps=8",
        "-d",
        "pose2sim",
        "--keypoints",
        "detected",
        "--stride",
        "40",
        "-o",
        out,
    )
    assert code == 0, err
    arms = read(out)["arms"]
    assert [arm["preset"]["steps"] for arm in arms] == [3, 1, 8]
    assert arms[0]["preset"]["name"] == "balanced"
    assert arms[2]["mpjpe_difference"]["mean"] == pytest.approx(
        arms[2]["mpjpe"]["mean"] - arms[0]["mpjpe"]["mean"], abs=0.01
    )


def test_all_of_our_own(zedo, tmp_path):
    code, text, err = zedo("ablate", "--own", "--stride", "300", "--preset", "fast", "-o", tmp_path / "out")
    assert code == 0, err
    for part in ("all confidences 1", "start: exemplars", "noise levels: the paper's", "open-small"):
        assert part in text
    assert {arm["keypoints"].split(",")[0] for arm in read(tmp_path / "out")["arms"]} == {"gt", "detected"}


def test_our_own_variants_of_the_papers_method(zedo, tmp_path):
    quick = (
        "--preset",
        "paper",
        "--base",
        "steps=4 warmup=1 optimisation_steps=2",
        "--keypoints",
        "gt",
        "--stride",
        "600",
    )
    code, text, err = zedo("ablate", "--own", *quick, "-o", tmp_path / "out")
    assert code == 0, err
    assert "no view" not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--no-warmup", "--own"), "three ways to choose variants"),
        (("--no-warmup", "--preset", "balanced"), "--no-warmup: changes nothing in preset 'balanced'"),
        (("--preset", "balanced"), "--preset balanced: the grid of the poster is of the paper's method"),
        (("--set", "steps=3"), "--set steps=3: changes nothing"),
        (("--set", "colour=red"), "--set colour=red: write NAME=VALUE"),
        (("--base", "colour=red"), "--set colour=red: write NAME=VALUE"),
        (("-d", "h36m"), "--dataset h36m: is not bundled"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(zedo, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = zedo("ablate", *arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert out == ""
    assert not list(tmp_path.iterdir())
