"""Runs in chunks: the same whatever the chunk, interrupted or not."""

import numpy as np
import pytest

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.evaluation import runs
from zedo_cli.evaluation.protocol import STRICT
from zedo_cli.evaluation.runs import CHUNKS, Run, Variant, finished, run
from zedo_cli.lifter import Lifter
from zedo_cli.pipeline.presets import PRESETS

FAST = PRESETS["fast"]


@pytest.fixture(scope="module")
def data():
    return load_dataset("open").thinned(60)


@pytest.fixture
def job(data, seeing_prior):
    return Run((Variant("fast", data, FAST, seeing_prior, 3),), STRICT)


def equal(one, other, tolerance=0.0):
    assert one.keys() == other.keys()
    for name in one.keys() - {"seconds"}:
        np.testing.assert_allclose(one[name], other[name], rtol=0, atol=tolerance)


def test_chunks_do_not_change_the_result(job, tmp_path, monkeypatch):
    (whole,) = run(job, tmp_path / "whole")
    monkeypatch.setattr(runs, "CHUNK", 21)
    assert [len(rows) for rows in job.chunks()] == [7, 7, 7, 7, 2]
    (parts,) = run(job, tmp_path / "parts")
    equal(whole, parts, 1e-4)
    assert len(parts["seconds"]) == 5


def test_an_interrupted_run_goes_on_to_the_identical_result(job, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "CHUNK", 21)
    (whole,) = run(job, tmp_path / "whole")

    lifted = []

    def stop(done):
        lifted.append(done)
        if done > 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(job, tmp_path / "broken", progress=stop)
    kept = sorted(path.name for path in (tmp_path / "broken" / CHUNKS).iterdir())
    assert kept == ["00000.npz", "00001.npz", "run.json"]
    with pytest.raises(InputError, match="holds an unfinished run; continue with resume"):
        run(job, tmp_path / "broken")
    calls = []
    (again,) = run(job, tmp_path / "broken", resume=True, progress=calls.append)
    assert calls[:2] == [7, 14]
    assert calls[-1] == 30
    equal(whole, again)
    finished(tmp_path / "broken")
    assert not (tmp_path / "broken").exists()


def test_a_damaged_chunk_is_reported_with_its_fix(job, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "CHUNK", 21)
    (whole,) = run(job, tmp_path)
    path = tmp_path / CHUNKS / "00002.npz"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(
        InputError, match=r"00002.npz: .* \(a chunk of this run\); remove it, and continue with resume"
    ):
        run(job, tmp_path, resume=True)
    path.unlink()
    (again,) = run(job, tmp_path, resume=True)
    equal(whole, again)


def test_a_run_of_other_settings_is_not_gone_on_with(job, data, seeing_prior, tmp_path):
    run(job, tmp_path)
    other = Run((Variant("fast", data, FAST.model_copy(update={"steps": 3}), seeing_prior, 3),), STRICT)
    with pytest.raises(InputError, match=r"other settings \(variants\[0\].preset.steps: 2, not 3\)"):
        run(other, tmp_path, resume=True)
    fewer = Run((Variant("fast", data.thinned(120), FAST, seeing_prior, 3),), STRICT)
    with pytest.raises(InputError, match=r"other settings \(variants\[0\].data"):
        run(fewer, tmp_path, resume=True)


def test_what_cannot_be_done_leaves_nothing_behind(data, small_prior, tmp_path):
    job = Run((Variant("paper", data, PRESETS["paper"], small_prior, 7),), STRICT)
    with pytest.raises(
        InputError, match="samples=7: preset 'paper' starts from stored clusters, for S = 1, 50"
    ):
        run(job, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    exemplars = Run((Variant("fast", data, FAST, small_prior, 501),), STRICT)
    with pytest.raises(InputError, match="samples=501: more than the 500 exemplars"):
        run(exemplars, tmp_path / "out")


def test_what_is_not_a_run_is_left_alone(job, tmp_path):
    place = tmp_path / "out" / CHUNKS
    place.mkdir(parents=True)
    (place / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds no run to resume \(run.json is missing\); remove it"):
        run(job, tmp_path / "out")
    assert (place / "mine.txt").read_text() == "mine"
    finished(tmp_path / "out")
    assert (place / "mine.txt").exists()


def test_only_clusters_are_all_draws(data, seeing_prior, tmp_path, monkeypatch):
    kinds = []
    original = runs.score
    monkeypatch.setattr(
        runs, "score", lambda data, made, rules: kinds.append(made.draws) or original(data, made, rules)
    )
    best = FAST.model_copy(update={"answer": "best"})
    for number, (preset, draws) in enumerate(((FAST, False), (best, False), (PRESETS["paper"], True))):
        preset = preset.model_copy(update={"steps": 1, "warmup": 0, "optimisation_steps": 1})
        variant = Variant("v", data.thinned(600), preset, seeing_prior, 50 if draws else 3)
        run(Run((variant,), STRICT), tmp_path / str(number))
        assert kinds[-1] == draws


def test_clips_stay_whole(job, data, monkeypatch):
    monkeypatch.setattr(runs, "CHUNK", 9)
    together = Run(job.variants, STRICT, clips=True)
    for rows in together.chunks():
        for clip in np.unique(data.keypoints.clip[rows]):
            assert (data.keypoints.clip[rows] == clip).sum() == (data.keypoints.clip == clip).sum()
    assert sorted(np.concatenate(together.chunks())) == list(range(len(data)))


def test_variants_share_what_comes_before_the_loop(data, seeing_prior, tmp_path, monkeypatch):
    started = []
    original = Lifter.start
    monkeypatch.setattr(Lifter, "start", lambda *arguments: started.append(1) or original(*arguments))
    variants = tuple(
        Variant(f"{steps} steps", data, FAST.model_copy(update={"steps": steps}), seeing_prior)
        for steps in (1, 2, 4)
    )
    together = run(Run(variants, STRICT), tmp_path / "together")
    assert len(started) == 1
    for variant, scores in zip(variants, together, strict=True):
        (alone,) = run(Run((variant,), STRICT), tmp_path / variant.name)
        equal(scores, alone)
    other = (
        variants[0],
        Variant("other start", data, FAST.model_copy(update={"view_noise": 3.0}), seeing_prior),
    )
    started.clear()
    run(Run(other, STRICT), tmp_path / "other")
    assert len(started) == 2
