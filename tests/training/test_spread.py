"""The stated spread is learned from errors, and belongs to networks that see views."""

import pytest
import torch

from zedo_cli.errors import InputError
from zedo_cli.prior.card import TrainingSettings
from zedo_cli.prior.checkpoint import load_prior, save_prior
from zedo_cli.training.corpus import Corpus
from zedo_cli.training.spread import spread_loss, train_spread


def test_the_loss_is_least_at_the_true_spread():
    generator = torch.Generator().manual_seed(0)
    poses = 0.1 * torch.randn(4000, 17, 3, generator=generator)
    zero = torch.zeros_like(poses)
    losses = [spread_loss(torch.full((4000, 17), s * 0.1 * 3**0.5), zero, poses) for s in (0.8, 1.0, 1.25)]
    assert losses[1] < losses[0]
    assert losses[1] < losses[2]


def test_training_lowers_the_loss_and_is_repeatable(tmp_path):
    prior, corpus = load_prior("open-small"), Corpus.load([])
    losses: list[float] = []
    settings = TrainingSettings(validation_subjects=prior.card.training.validation_subjects)
    first = train_spread(prior, corpus, settings, 40, lambda done, loss: losses.append(loss))
    assert losses[-1] < losses[0] - 0.1
    again = train_spread(prior, corpus, settings, 40)
    for name, value in first.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
    prior.spread = first
    save_prior(prior, tmp_path / "p.safetensors", half=False)
    loaded = load_prior(tmp_path / "p.safetensors")
    hidden = torch.randn(3, prior.network.leave.in_features)
    assert torch.equal(loaded.spread(hidden), first(hidden))


def test_a_network_that_sees_no_views_states_nothing(small_prior):
    with pytest.raises(InputError, match="states no uncertainty"):
        train_spread(small_prior, Corpus.load([]), TrainingSettings(), 1)
