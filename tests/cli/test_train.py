"""`zedo train` as a user sees it."""

import os
import signal

import numpy as np
import torch

from places import people
from zedo_cli.prior.checkpoint import load_prior

QUICK = ("--steps", 12, "--batch-size", 64, "--network", "small", "--save-every", 5)


def test_trains_on_the_bundled_poses_and_resumes(zedo, tmp_path):
    output = tmp_path / "p.safetensors"
    code, out, _ = zedo("train", "-o", output, *QUICK, "--no-rotation")
    assert code == 0
    assert "55734 training poses" in out
    assert f"zedo eval-prior {output}" in out
    assert load_prior(output).card.training.rotation is False
    code, _, err = zedo("train", "-o", output, *QUICK, "--resume")
    assert code == 2
    assert "rotation = False, not True" in err
    code, _, err = zedo("train", "-o", output, *QUICK, "--no-rotation")
    assert code == 2
    assert "continue it with --resume" in err
    code, out, _ = zedo("train", "-o", output, *QUICK, "--no-rotation", "--resume")
    assert code == 0


def test_the_trained_prior_lifts(zedo, tmp_path, keypoints_npz):
    output = tmp_path / "p.safetensors"
    assert zedo("train", "-o", output, *QUICK)[0] == 0
    assert zedo("lift", keypoints_npz, "--prior", output, "-o", tmp_path / "o.npz")[0] == 0


def test_bad_input(zedo, tmp_path):
    output = tmp_path / "p.safetensors"
    for words, message in (
        ((tmp_path / "none.npz",), "no such file"),
        (("--batch-size", 30), "--batch-size: must be a multiple of 8"),
        (("--network", "huge"), "--network huge: unknown"),
        (("--ema", 1), "--ema: Input"),
        (("--from", "x.safetensors", "--network", "small"), "--network small: with --from"),
        (("--validation", "nobody"), "--validation nobody: no such subject"),
    ):
        code, _, err = zedo("train", *words, "-o", output)
        assert (code, err.count("\n")) == (2, 1), err
        assert message in err
    assert not output.exists()


def test_own_data_of_several_formats_and_what_was_left_out(zedo, tmp_path):
    folder = tmp_path / "mocap"
    folder.mkdir()
    np.savez(folder / "own.npz", pos=people(1200).astype(np.float32), license=np.array("CC0"))
    (folder / "broken.bvh").write_text("HIERARCHY")
    output = tmp_path / "p.safetensors"
    code, out, err = zedo("train", folder, "-o", output, *QUICK)
    assert code == 0
    assert "1200 training poses" in out
    assert err.startswith("warning: ")
    assert "broken.bvh: has no MOTION section" in err
    card = load_prior(output).card
    assert [(source.name, source.poses, source.licence) for source in card.sources] == [("own", 1200, "CC0")]


def test_a_signal_is_reported_in_one_line(zedo, tmp_path, monkeypatch):
    from zedo_cli.training import loop

    draw = loop.draw_noise_levels
    calls = []

    def interrupted(settings, generator):
        calls.append(1)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return draw(settings, generator)

    monkeypatch.setattr(loop, "draw_noise_levels", interrupted)
    code, _, err = zedo("train", "-o", tmp_path / "p.safetensors", *QUICK)
    assert (code, err.count("\n")) == (143, 1), err
    assert "stopped after step 10; continue with --resume" in err


def test_a_run_starts_from_another_prior(zedo, tmp_path):
    """Without a step taken to speak of, it answers as that prior does; what that has seen and its terms go
    on."""
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    assert zedo("train", "-o", first, *QUICK)[0] == 0
    more = ("--steps", 1, "--batch-size", 64, "--learning-rate", 1e-9)
    mine = tmp_path / "mine.npz"
    np.savez(mine, pos=people(1200).astype(np.float32), license=np.array("CC0"))
    code, _, _ = zedo("train", mine, "--from", first, "-o", second, *more)
    assert code == 0
    before, after = load_prior(first), load_prior(second)
    pose, sigma = torch.randn(4, 17, 3), torch.tensor(0.1)
    assert torch.allclose(before(pose, sigma), after(pose, sigma), atol=1e-3)
    assert after.card.samples_seen == before.card.samples_seen + 64
    assert {source.name for source in after.card.sources} == {"mine"} | {
        source.name for source in before.card.sources
    }
    assert after.card.licence.startswith("CC0; CC BY-SA 3.0")
    assert after.card.training.start == before.digest
