"""The convention that every denoiser follows.

A denoiser is a function `denoise(pose, sigma, view=None) -> pose`. It takes poses `[..., J, 3]` in metres
that carry Gaussian noise of standard deviation `sigma` (metres, a tensor of one number) and returns its
estimate of the clean poses, E[pose | noisy pose, view]. The pipeline does not know how it was trained or
parametrised.
"""

from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import Protocol

import torch
from torch import Tensor

from zedo_cli.pipeline.view import View, mirror_order, mirrored_pose, mirrored_view


class Denoiser(Protocol):
    """`denoise(pose, sigma, view)`: noisy poses `[..., J, 3]` (m), noise level (m), what it may see -> poses
    (m)."""

    def __call__(self, pose: Tensor, sigma: Tensor, view: View | None = None) -> Tensor:
        """Estimate the clean poses."""
        ...


GivenView = Callable[[Tensor, Tensor], Tensor]
"""`denoise(pose [..., J, 3], sigma)` for one view. It may have `estimate(sigma) -> (pose, spread)`: the
estimate `[..., J, 3]` (m) for a pose that is lost in noise, and its standard deviation `[..., J]` (m), or
None."""


def given(denoise: Denoiser, view: View) -> GivenView:
    """The denoiser for one view; what depends on the view alone is computed once where it has a method
    `given`."""
    method = getattr(denoise, "given", None)
    result: GivenView = partial(denoise, view=view) if method is None else method(view)
    return result


def is_symmetric(denoise: Denoiser) -> bool:
    """Whether the answer for a mirror image is the mirror image of the answer: what its `symmetric` says."""
    return bool(getattr(denoise, "symmetric", False))


def in_turn(denoise: Denoiser, view: View | None) -> GivenView:
    """The denoiser for one view (None: it sees none), to which every other pose is shown as its mirror image,
    the first one too.

    People are symmetric and networks nearly so: their errors on a pose and on its mirror image differ, and
    mostly cancel over the steps of a loop. As accurate as the mean of both (`MirroredDenoiser`), at half of
    its cost. A denoiser that is symmetric gains nothing, and is shown the poses alone.
    """
    itself = partial(denoise, view=None) if view is None else given(denoise, view)
    if is_symmetric(denoise):
        return itself
    image = itself if view is None else given(denoise, mirrored_view(view))

    def mirrored(pose: Tensor, sigma: Tensor) -> Tensor:
        return mirrored_pose(image(mirrored_pose(pose), sigma))

    turns = cycle((mirrored, itself))
    return lambda pose, sigma: next(turns)(pose, sigma)


def estimate(denoise: GivenView, view: View, sigma: float) -> tuple[Tensor, Tensor | None]:
    """E[pose | view] `[..., J, 3]` (m) and its standard deviation `[..., J]` (m), None if nobody states it.

    The estimate for a pose lost in noise of level `sigma` (m). The pose that is passed is the mean of that
    noise, so that the result is deterministic.
    """
    level = torch.tensor(sigma)
    method = getattr(denoise, "estimate", None)
    if method is None:
        return denoise(torch.zeros_like(view.rays), level), None
    answer: tuple[Tensor, Tensor | None] = method(level)
    return answer


class MirroredDenoiser:
    """The mean of the estimate for a pose and view, and of the estimate for their mirror images, mirrored
    back.

    People are symmetric and networks nearly so: the difference is error, which the mean reduces.
    """

    def __init__(self, denoise: Denoiser) -> None:
        self.denoise = denoise

    def __call__(self, pose: Tensor, sigma: Tensor, view: View | None = None) -> Tensor:
        """Estimate the clean poses."""
        other = self.denoise(mirrored_pose(pose), sigma, None if view is None else mirrored_view(view))
        return (self.denoise(pose, sigma, view) + mirrored_pose(other)) / 2

    def given(self, view: View) -> "_MirroredView":
        """For one view: both images go through the network together."""
        return _MirroredView(self.denoise, view)


class _MirroredView:
    """`MirroredDenoiser` for one view."""

    def __init__(self, denoise: Denoiser, view: View) -> None:
        other = mirrored_view(view)
        self._both = View(
            torch.stack([view.rays, other.rays]),
            torch.stack([view.confidence, other.confidence]),
            None if view.up is None or other.up is None else torch.stack([view.up, other.up]),
            None if view.bones is None else torch.stack([view.bones, view.bones]),
        )
        self._denoise = given(denoise, self._both)

    def __call__(self, pose: Tensor, sigma: Tensor) -> Tensor:
        one, other = self._denoise(torch.stack([pose, mirrored_pose(pose)]), sigma).unbind()
        return (one + mirrored_pose(other)) / 2

    def estimate(self, sigma: Tensor) -> tuple[Tensor, Tensor | None]:
        pose, spread = estimate(self._denoise, self._both, float(sigma))
        mean = (pose[0] + mirrored_pose(pose[1])) / 2
        if spread is None:
            return mean, None
        return mean, (spread[0] + spread[1].index_select(-1, mirror_order(spread))) / 2
