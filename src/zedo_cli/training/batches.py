"""Batches of training poses, and how cameras and detectors see them."""

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from zedo_cli.pipeline.view import View
from zedo_cli.prior.card import TrainingSettings
from zedo_cli.training.augmentation import RECOMBINED, mirrored, recombined, with_new_bones
from zedo_cli.training.detector_noise import training_view
from zedo_cli.training.virtual_cameras import draw_scene


def at_once(device: torch.device) -> int:
    """Batches that are drawn together: a GPU takes as long for the hundreds of small kernels of one."""
    return 1 if device.type == "cpu" else 10


def seen_batches(
    poses: Tensor, cumulative: Tensor, settings: TrainingSettings, generator: Generator, together: int = 1
) -> Iterator[tuple[Tensor, View]]:
    """Batches of poses in the camera frame `[batch, 17, 3]` and their views, without end; `together` of them
    are drawn together."""
    several = settings.model_copy(update={"batch_size": together * settings.batch_size})
    while True:
        scene = draw_scene(draw_batch(poses, cumulative, several, generator), generator, settings.rotation)
        view = training_view(scene, generator)
        every = torch.arange(together * settings.batch_size, device=poses.device)
        for rows in every.split(settings.batch_size):
            yield scene.poses[rows], view.rows(rows)


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
