"""Training the part of a prior that states its uncertainty; the network stays as it is.

The spread s of a joint minimises E[log s^2 + r^2 / s^2] for the squared error r^2 of the estimate from a view
alone; its minimum is s^2 = E[r^2 | view], whatever the distribution of the errors (a proper scoring rule).
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from zedo_cli.errors import InputError
from zedo_cli.prior.card import TrainingSettings
from zedo_cli.prior.prior import Prior
from zedo_cli.prior.spread_head import SMALLEST, SpreadHead, spread_head
from zedo_cli.training.batches import at_once, balanced_weights, seen_batches
from zedo_cli.training.corpus import Corpus

STEPS, BATCH, LEARNING_RATE = 4000, 512, 2e-3


def train_spread(
    prior: Prior,
    corpus: Corpus,
    settings: TrainingSettings,
    steps: int = STEPS,
    progress: Callable[[int, float], None] | None = None,
) -> SpreadHead:
    """The head that states the spread of `prior` for a view, trained on poses of `corpus`.

    Args:
        prior: whose network sees views; it is not changed.
        corpus: of which the settings' validation subjects are left out.
        settings: augmentation and seed, as for the prior.
        steps: of the optimiser.
        progress: called after every step with the number of steps done and a running mean of the loss.

    Raises:
        InputError: the network of the prior sees no views.
    """
    torch.manual_seed(settings.seed)
    head = spread_head(prior.network)
    if head is None:
        raise InputError("its network sees no views and states no uncertainty", setting="prior")
    poses, classes, _ = corpus.split(settings.validation_subjects)
    device = prior.exemplars.device
    poses = poses.to(device)
    cumulative = balanced_weights(classes).to(device).cumsum(0)
    sized = settings.model_copy(update={"batch_size": BATCH})
    head = head.to(device)
    generator = Generator(device).manual_seed(settings.seed)
    optimiser = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    level = torch.tensor(prior.card.noise_range[1])
    running = 0.0
    batches = seen_batches(poses, cumulative, sized, generator, at_once(device))
    for step in range(steps):
        clean, view = next(batches)
        with torch.no_grad():
            seen = prior.seen(view)
            estimate, hidden = seen.estimate_with_hidden(level)
        loss = spread_loss(head(hidden), estimate - estimate[:, :1], clean)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        if progress:
            running = loss.item() if step == 0 else 0.99 * running + 0.01 * loss.item()
            progress(step + 1, running)
    return head.eval().requires_grad_(False)


def spread_loss(spread: Tensor, estimate: Tensor, poses: Tensor) -> Tensor:
    """The mean of log s^2 + r^2 / s^2 over all joints but the root. `[batch, J]`, `[batch, J, 3]` twice."""
    squared = (estimate - poses).square().sum(-1)[:, 1:]
    variance = spread[:, 1:].square().clamp(min=SMALLEST**2)
    return (variance.log() + squared / variance).mean()
