"""Batches of upright training poses: sampled by weight, recombined, mirrored, with new bones."""

import torch
from torch import Generator, Tensor

from zedo_cli.prior.card import TrainingSettings
from zedo_cli.training.augmentation import RECOMBINED, mirrored, recombined, with_new_bones


def draw_batch(poses: Tensor, cumulative: Tensor, settings: TrainingSettings, generator: Generator) -> Tensor:
    """A batch of upright poses `[batch, 17, 3]`: sampled by weight, recombined, mirrored, with new bones."""
    size = settings.batch_size

    def random() -> Tensor:
        return torch.rand(size, generator=generator, device=poses.device)

    def sample() -> Tensor:
        index = torch.searchsorted(cumulative, random() * cumulative[-1]).clamp(max=len(poses) - 1)
        return poses[index]

    batch = sample()
    if settings.recombine:
        batch = torch.where((random() < RECOMBINED)[:, None, None], recombined(batch, sample()), batch)
    if settings.mirror:
        batch = mirrored(batch, random() < 0.5)
    if settings.bones:
        batch = with_new_bones(batch, generator)
    return batch


def balanced_weights(classes: Tensor) -> Tensor:
    """Sampling weight of each pose: a class of n poses has a share in proportion to sqrt(n). `[N]` ->
    `[N]`."""
    return classes.bincount().clamp(min=1).rsqrt()[classes]
