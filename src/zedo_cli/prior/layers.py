"""Parts of the networks. Linear layers have one product by their weights each, so that `packing` can replace
it."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Entry(nn.Linear):
    """A first layer whose inputs are a flattened pose and, behind it, the features of its view.

    Args:
        pose: width of the flattened pose.
        features: number of features.
        width: of the output.
        bias: whether one is added.
    """

    def __init__(self, pose: int, features: int, width: int, bias: bool = True) -> None:
        super().__init__(pose + features, width, bias)
        self.pose = pose

    def of_pose(self, flat: Tensor) -> Tensor:
        """The part of a pose `[..., pose]`."""
        return F.linear(flat, self.weight[:, : self.pose])

    def of_view(self, features: Tensor) -> Tensor:
        """The part of the features `[..., features]`, with the bias."""
        return F.linear(features, self.weight[:, self.pose :], self.bias)


class Shifted(nn.Linear):
    """A linear layer to whose result the shift of a noise level is added."""

    def forward(self, x: Tensor, shift: Tensor) -> Tensor:  # type: ignore[override]
        """x `[batch, in]`, shift `[levels, out]`, batch a multiple of levels -> `[batch, out]`."""
        if len(shift) == 1:  # as part of the bias, it spares a pass over the result
            return F.linear(x, self.weight, self.bias + shift[0])
        return added_per_level(F.linear(x, self.weight, self.bias), shift)


def added_per_level(x: Tensor, shift: Tensor) -> Tensor:
    """x `[batch, width]` plus the shift `[levels, width]` of its level, batch a multiple of levels; in place
    where no gradient needs x."""
    view = x.view(len(shift), -1, x.shape[1])
    if torch.is_grad_enabled():
        return (view + shift[:, None]).view_as(x)
    view += shift[:, None]
    return x


def added(x: Tensor, other: Tensor) -> Tensor:
    """The sum, in place of x where no gradient needs it."""
    return x + other if torch.is_grad_enabled() else x.add_(other)


def silu(x: Tensor) -> Tensor:
    """The activation, in place where no gradient needs what was there."""
    return F.silu(x, inplace=not torch.is_grad_enabled())


def time_embedding(time: Tensor, size: int) -> Tensor:
    """Sinusoids of `time` at size/2 frequencies from 1 to 1/10000, sines before cosines. `[levels]` ->
    `[levels, size]`."""
    half = size // 2
    frequencies = torch.exp(
        torch.arange(half, dtype=time.dtype, device=time.device) * (-math.log(10000) / (half - 1))
    )
    phase = time[:, None] * frequencies
    return torch.cat([phase.sin(), phase.cos()], dim=1)
