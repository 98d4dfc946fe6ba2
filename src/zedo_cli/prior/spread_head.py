"""How far the truth lies from what a prior suggests for a view, read off the network's last layer."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zedo_cli.prior.symmetric_layers import joints_basis, paired
from zedo_cli.prior.view_network import SymmetricNetwork, ViewNetwork

SMALLEST, LARGEST = 0.002, 1.0
"""Range of the spread (m)."""


class SpreadHead(nn.Module):
    """Standard deviation of p(pose | view) at each joint, relative to the root, from the hidden layer of a
    `ViewNetwork` that estimates the pose from the view alone.

    The estimate is the mean of the posterior, so its expected squared error is the variance of the posterior,
    together with what the network does not know. Trained by `training.spread`, the network unchanged.

    Args:
        width: of the hidden layer.
        joints: number of joints J.
        inner: width inside.
    """

    def __init__(self, width: int, joints: int = 17, inner: int = 256) -> None:
        super().__init__()
        self.enter = nn.Linear(width, inner)
        self.leave = nn.Linear(inner, joints)

    def forward(self, hidden: Tensor) -> Tensor:
        """`[batch, width]` -> `[batch, J]` m; 0 at the root."""
        spread = torch.exp(0.5 * self.log_variance(hidden)).clamp(SMALLEST, LARGEST)
        return torch.cat([torch.zeros_like(spread[:, :1]), spread[:, 1:]], dim=1)

    def log_variance(self, hidden: Tensor) -> Tensor:
        """`[batch, width]` -> `[batch, J]`, of m^2."""
        result: Tensor = self.leave(F.silu(self.enter(hidden)))
        return result


class SymmetricSpreadHead(SpreadHead):
    """A `SpreadHead` of a `SymmetricNetwork`: of a mirror image, the mirrored spread."""

    def __init__(self, width: int, inner: int = 256) -> None:
        nn.Module.__init__(self)
        self.joints = joints_basis()
        self.enter_even = nn.Linear(width // 2, inner // 2)
        self.enter_odd = nn.Linear(width // 2, inner // 2, bias=False)
        self.leave_even = nn.Linear(inner // 2, self.joints.even)
        self.leave_odd = nn.Linear(inner // 2, self.joints.odd, bias=False)

    def log_variance(self, hidden: Tensor) -> Tensor:
        """`[batch, width]`, even and odd half -> `[batch, J]`, of m^2."""
        even, odd = hidden.chunk(2, dim=-1)
        even, odd = paired(self.enter_even(even), self.enter_odd(odd))
        return self.joints.merged(self.leave_even(even), self.leave_odd(odd))


def spread_head(network: nn.Module) -> SpreadHead | None:
    """A head that reads a network; None for one that sees no views, to which none can belong."""
    if isinstance(network, SymmetricNetwork):
        return SymmetricSpreadHead(network.width)
    return SpreadHead(network.width) if isinstance(network, ViewNetwork) else None
