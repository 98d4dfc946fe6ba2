"""How far the truth lies from what a prior suggests for a view, read off the network's last layer."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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
        log_variance: Tensor = self.leave(F.silu(self.enter(hidden)))
        spread = torch.exp(0.5 * log_variance).clamp(SMALLEST, LARGEST)
        return torch.cat([torch.zeros_like(spread[:, :1]), spread[:, 1:]], dim=1)
