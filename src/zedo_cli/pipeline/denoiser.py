"""The convention that every denoiser follows.

A denoiser is a function `denoise(pose, sigma, view=None) -> pose`. It takes poses `[..., J, 3]` in metres
that carry Gaussian noise of standard deviation `sigma` (metres, a tensor of one number) and returns its
estimate of the clean poses, E[pose | noisy pose, view]. The pipeline does not know how it was trained or
parametrised.
"""

from typing import Protocol

from torch import Tensor

from zedo_cli.pipeline.view import View, mirrored_pose, mirrored_view


class Denoiser(Protocol):
    """`denoise(pose, sigma, view)`: noisy poses `[..., J, 3]` (m), noise level (m), what it may see -> poses
    (m)."""

    def __call__(self, pose: Tensor, sigma: Tensor, view: View | None = None) -> Tensor:
        """Estimate the clean poses."""
        ...


def mirrored_denoiser(denoise: Denoiser) -> Denoiser:
    """The mean of the estimate for a pose and view, and of the estimate for their mirror images, mirrored
    back.

    People are symmetric and networks nearly so: the difference is error, which the mean reduces.
    """

    def both(pose: Tensor, sigma: Tensor, view: View | None = None) -> Tensor:
        other = denoise(mirrored_pose(pose), sigma, None if view is None else mirrored_view(view))
        return (denoise(pose, sigma, view) + mirrored_pose(other)) / 2

    return both
