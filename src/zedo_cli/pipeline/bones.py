"""Bone lengths of poses."""

import torch
from torch import Tensor

from zedo_cli.skeletons import BONES, PARENTS


def bone_lengths(poses: Tensor) -> Tensor:
    """Lengths (m) of the bones of `BONES`, each a mean of the left and the right one. `[..., J, 3]` -> `[..., 10]`."""
    lengths = (poses - poses[..., list(PARENTS), :]).norm(dim=-1)
    return torch.stack([lengths[..., list(ends)].mean(-1) for ends in BONES.values()], dim=-1)
