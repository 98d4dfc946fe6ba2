"""Priors that were not trained, for tests that need a file and no accuracy."""

import torch
from torch import Tensor

from zedo_cli.prior.card import PriorCard, TrainingSettings
from zedo_cli.prior.prior import NETWORKS, Prior


def untrained(
    poses: dict[str, Tensor], architecture: str, network: dict[str, float | int], parametrisation: str
) -> Prior:
    """A prior of a small network, with these poses to start from."""
    torch.manual_seed(0)
    card = PriorCard(
        architecture=architecture,
        network=network,
        parametrisation=parametrisation,
        noise_range=(0.002, 4.0),
        training=TrainingSettings(),
        samples_seen=0,
        sources=[],
        licence="none",
        seed=0,
        version="test",
    )
    copies = {name: tensor.clone() for name, tensor in poses.items()}
    return Prior(card, NETWORKS[architecture](**network), copies).eval()
