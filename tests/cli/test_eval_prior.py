"""`zedo eval-prior` as a user sees it."""

import json


def test_measures_and_writes_into_the_current_folder(zedo, small_prior_file, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    code, out, _ = zedo("eval-prior", small_prior_file, "--poses", 20, "--samples", 3)
    assert code == 0
    assert "RMS error of a coordinate" in out
    figures = json.loads((here / "small.json").read_text())
    assert figures["prior"] == small_prior_file.name
    assert figures["exact"] is None
    assert (here / "small.png").read_bytes().startswith(b"\x89PNG")


def test_bad_input(zedo, tmp_path, small_prior_file):
    for words, message in (
        ((tmp_path / "none.safetensors",), "no such checkpoint"),
        ((small_prior_file, "-o", tmp_path / "a.pdf"), "figures are written as .json and .png"),
        ((small_prior_file, "--device", "tpu"), "--device tpu: unknown"),
    ):
        code, _, err = zedo("eval-prior", *words)
        assert (code, err.count("\n")) == (2, 1), err
        assert message in err
