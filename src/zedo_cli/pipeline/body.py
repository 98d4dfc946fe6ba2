"""Bone lengths and heights of people."""

import torch
from torch import Tensor

from zedo_cli.skeletons import ADULT, BONES, MEAN_BONES, PARENTS

_UPRIGHT = [
    list(BONES).index(name) for name in ("thigh", "shin", "lower trunk", "upper trunk", "neck", "head")
]


def bone_lengths(poses: Tensor) -> Tensor:
    """Lengths (m) of the bones of `BONES`, each the mean of the left and the right one. `[..., J, 3]` ->
    `[..., 10]`."""
    lengths = (poses - poses[..., list(PARENTS), :]).norm(dim=-1)
    return torch.stack([lengths[..., list(ends)].mean(-1) for ends in BONES.values()], dim=-1)


def standing_height(bones: Tensor) -> Tensor:
    """Height (m) of a standing person with these bones, with an adult's feet in proportion. `[..., 10]` ->
    `[...]`."""
    return bones[..., _UPRIGHT].sum(-1) * ADULT / sum(MEAN_BONES[bone] for bone in _UPRIGHT)
