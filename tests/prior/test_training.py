"""Training learns, resumes to the same result, and refuses what would spoil a run."""

from dataclasses import replace

import pytest
import torch

from zedo_cli.errors import InputError
from zedo_cli.prior import load_prior
from zedo_cli.prior.card import TrainingSettings
from zedo_cli.prior.corpus import Corpus
from zedo_cli.prior.training import balanced_weights, denoising_errors, learning_rate_factor, train

CPU = torch.device("cpu")
SETTINGS = TrainingSettings(steps=60, batch_size=64, hidden=64, embed=32, warmup_steps=5, ema=0.9)


class StoppedError(Exception):
    """What a test stops a run with."""


@pytest.fixture(scope="module")
def corpus():
    whole = Corpus.load([])
    part = slice(None, None, 20)
    return replace(
        whole,
        poses=whole.poses[part],
        classes=whole.classes[part],
        subjects=whole.subjects[part],
        origins=whole.origins[part],
    )


@pytest.fixture(scope="module")
def unbroken(corpus, tmp_path_factory):
    output = tmp_path_factory.mktemp("run") / "prior.safetensors"
    return train(corpus, SETTINGS, output, CPU, save_every=20), output


def test_the_file_is_what_was_trained(unbroken):
    outcome, output = unbroken
    loaded = load_prior(output)
    assert loaded.card.training == SETTINGS
    assert loaded.card.samples_seen == 60 * 64
    assert torch.equal(loaded.exemplars, outcome.prior.exemplars)
    weights = zip(loaded.network.parameters(), outcome.prior.network.parameters(), strict=True)
    assert all(torch.allclose(one, other, rtol=1e-3, atol=1e-6) for one, other in weights)


def test_it_learns(corpus, tmp_path):
    """600 small steps take a third of the error off poses with 0.3 m of noise."""
    settings = SETTINGS.model_copy(
        update={"steps": 600, "hidden": 128, "validation_subjects": ("uip07",), "learning_rate": 3e-3}
    )
    outcome = train(corpus, settings, tmp_path / "p.safetensors", CPU)
    assert outcome.validation[0.3] < 0.2
    assert outcome.validation[0.1] < 0.095


def test_a_stopped_run_resumes_to_the_same_result(corpus, tmp_path, unbroken):
    output = tmp_path / "prior.safetensors"

    def stop(done, loss):
        if done == 33:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(corpus, SETTINGS, output, CPU, save_every=20, progress=stop)
    assert not output.exists()
    seen = []
    train(corpus, SETTINGS, output, CPU, save_every=20, resume=True, progress=lambda done, _: seen.append(done))
    assert seen[0] == 21
    assert output.read_bytes() == unbroken[1].read_bytes()


def test_other_settings_are_not_resumed(corpus, unbroken):
    other = SETTINGS.model_copy(update={"batch_size": 128})
    with pytest.raises(InputError, match="batch_size = 64, not 128"):
        train(corpus, other, unbroken[1], CPU, resume=True)


def test_nothing_to_resume(corpus, tmp_path):
    with pytest.raises(InputError, match="no such state"):
        train(corpus, SETTINGS, tmp_path / "p.safetensors", CPU, resume=True)


def test_a_damaged_state_is_told(corpus, tmp_path):
    (tmp_path / "p.state.pt").write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"p\.state\.pt"):
        train(corpus, SETTINGS, tmp_path / "p.safetensors", CPU, resume=True)


def test_a_diverging_loss_stops_the_run_and_keeps_the_last_state(corpus, tmp_path):
    broken = replace(corpus, poses=torch.full_like(corpus.poses, torch.inf))
    with pytest.raises(InputError, match="diverged at step 0"):
        train(broken, SETTINGS, tmp_path / "p.safetensors", CPU)
    assert not (tmp_path / "p.safetensors").exists()


def test_the_bundled_prior_denoises(prior):
    """On training people kept for validation, as the card promises: far below the noise, and no worse than before."""
    whole = Corpus.load([])
    errors = denoising_errors(prior, whole.split(prior.card.training.validation_subjects)[2][::4], seed=0)
    assert errors[0.02] < 0.018
    assert errors[0.1] < 0.06
    assert errors[0.3] < 0.12


def test_learning_rate_rises_and_falls():
    factors = [learning_rate_factor(step, SETTINGS) for step in range(60)]
    assert factors[0] == pytest.approx(0.2)
    assert max(factors) == factors[4]
    assert factors[-1] < 0.01


def test_rare_classes_weigh_more():
    weights = balanced_weights(torch.tensor([0, 0, 0, 0, 2]))
    assert weights.tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5, 1.0])
