"""Training batches: the same people whether they are drawn together or one batch after the other."""

import torch

from zedo_cli.prior.card import TrainingSettings
from zedo_cli.training.batches import at_once, balanced_weights, seen_batches
from zedo_cli.training.corpus import Corpus


def test_batches_that_are_drawn_together_are_parts_of_a_larger_one():
    poses, classes, _ = Corpus.load([]).split(())
    cumulative = balanced_weights(classes).cumsum(0)

    def batches(size, together):
        settings = TrainingSettings(batch_size=size)
        return seen_batches(poses, cumulative, settings, torch.Generator().manual_seed(0), together)

    small, large = batches(16, 3), batches(48, 1)
    for _ in range(2):  # the second time they are drawn anew
        parts = [next(small) for _ in range(3)]
        whole, view = next(large)
        assert torch.equal(torch.cat([part for part, _ in parts]), whole)
        for field, values in view._asdict().items():
            assert torch.equal(torch.cat([getattr(seen, field) for _, seen in parts]), values)


def test_only_a_gpu_draws_several_at_once():
    assert at_once(torch.device("cpu")) == 1
    assert at_once(torch.device("cuda")) > 1
