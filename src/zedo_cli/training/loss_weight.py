"""Learned weights of the training loss: samples whose pose can be known well count more."""

import torch
from torch import Tensor, nn

from zedo_cli.pipeline.view import View
from zedo_cli.prior.view_features import FEATURES_PER_JOINT, view_features


class LossWeight(nn.Module):
    """The logarithm u of the expected loss of a sample, from its noise level and its view.

    A loss that spans orders of magnitude, from a person seen exactly to a masked view, is trained as the
    likelihood of a Gaussian: loss exp(-u) + u (Kendall et al. 2018; per noise level Karras et al. 2024, arXiv
    2312.02696). Only training needs it.
    """

    def __init__(self, joints: int = 17, width: int = 128) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(joints * FEATURES_PER_JOINT + 3, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, 1),
        )

    def forward(self, loss: Tensor, sigma: Tensor, view: View) -> Tensor:
        """The weighted loss, a mean over the batch. loss `[batch]`, sigma (m) `[levels]` in turn, views of
        the batch."""
        level = sigma.log().repeat_interleave(len(loss) // len(sigma)).unsqueeze(-1)
        features = view_features(view)[0]
        u = self.layers(torch.cat([features, level / 3, (level / 3).square()], dim=-1)).squeeze(-1)
        return (loss * torch.exp(-u) + u).mean()
