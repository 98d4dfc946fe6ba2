"""`zedo train-tracks` as a user sees it."""

import pytest
import torch

from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.training import track_pool, track_run

QUICK = ("open-small", "--frames", 1, "--steps", 3, "--batch-frames", 64, "--width", 32, "--heads", 2)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    for module in (track_pool, track_run):
        monkeypatch.setattr(module, "SHARD_FRAMES", 320)


def test_a_prior_gets_a_track_network_and_lifts(zedo, tmp_path, keypoints_npz):
    output = tmp_path / "p.safetensors"
    code, out, err = zedo("train-tracks", *QUICK, "-o", output, "--leave-out", "accad_bvh")
    assert (code, err) == (0, "")
    assert f"--prior {output}" in out
    assert [path.name for path in tmp_path.glob("p.*")] == ["p.safetensors"]
    prior, before = load_prior(output), load_prior("open-small")
    card = prior.card.tracks
    assert card.training.left_out == ("accad_bvh",)
    assert card.training.prior == before.digest
    assert card.training.network == {"width": 32, "heads": 2, "blocks": 4}
    assert "accad_bvh" not in {source.name for source in card.sources}
    assert prior.card.licence == before.card.licence
    assert zedo("lift", keypoints_npz, "--prior", output, "-o", tmp_path / "o.npz")[0] == 0


def test_a_run_that_was_stopped_goes_on(zedo, tmp_path):
    output = tmp_path / "p.safetensors"
    folder = output.with_suffix(".clips")
    folder.mkdir()
    shard = folder / "00000.safetensors"
    shard.write_bytes(b"damaged")
    code, _, err = zedo("train-tracks", *QUICK, "-o", output)
    assert code == 2
    assert "continue it with --resume" in err
    threads = torch.get_num_threads()
    code, _, err = zedo("train-tracks", *QUICK, "-o", output, "--resume")
    assert code == 2
    assert "00000.safetensors: is not a shard of lifted clips; remove it" in err
    code, _, err = zedo("train-tracks", *QUICK, "-o", output, "--resume", "--seed", 7)
    assert code == 2
    assert "other settings" in err
    code, _, err = zedo("train-tracks", *QUICK, "-o", output, "--resume", "--leave-out", "uiprmd")
    assert code == 2
    shard.unlink()
    assert zedo("train-tracks", *QUICK, "-o", output, "--resume")[0] == 0
    assert torch.get_num_threads() == threads


def test_bad_input(zedo, tmp_path):
    output = tmp_path / "p.safetensors"
    for words, message in (
        (("nobody",), "no such checkpoint"),
        (("--motion", tmp_path / "none.npz"), "none.npz"),
        (("--leave-out", "nobody"), "--leave-out nobody: no such source"),
        (("--learning-rate", 0), "--learning-rate"),
        (("--width", 100, "--heads", 3), "--width 100: must be a multiple of twice the 3 heads"),
    ):
        code, _, err = zedo("train-tracks", *words, "-o", output)
        assert (code, err.count("\n")) == (2, 1), err
        assert message in err
