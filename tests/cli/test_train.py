"""`zedo train` as a user sees it."""

from zedo_cli.prior import load_prior

QUICK = ("--steps", 12, "--batch-size", 64, "--hidden", 64, "--save-every", 5)


def test_trains_on_the_bundled_poses_and_resumes(zedo, tmp_path):
    output = tmp_path / "p.safetensors"
    code, out, _ = zedo("train", "-o", output, *QUICK, "--no-rotation")
    assert code == 0
    assert "55734 training poses" in out
    assert "validation: noise   100 mm" in out
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
        (("--hidden", 100), "--hidden: must be a multiple of 32"),
        (("--ema", 1), "--ema: Input"),
        (("--validation", "nobody"), "--validation nobody: no such subject"),
    ):
        code, _, err = zedo("train", *words, "-o", output)
        assert (code, err.count("\n")) == (2, 1), err
        assert message in err
    assert not output.exists()
