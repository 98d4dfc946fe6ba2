"""Noise schedules and one truncated denoising step.

A *denoiser* is any function `denoise(pose, sigma, view=None) -> pose`: it takes poses `[..., joints, 3]` in metres that
carry Gaussian noise of standard deviation `sigma` (metres; a tensor of one number) and returns its estimate of the clean
poses, E[pose | noisy pose]. Nothing in the pipeline knows how it was parametrised.
"""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from zedo_cli.pipeline.rays import View, mirrored_pose, mirrored_view


class Denoiser(Protocol):
    """`denoise(pose, sigma, view)`: noisy poses `[..., J, 3]` (m), noise level (m), what it may look at -> poses (m)."""

    def __call__(self, pose: Tensor, sigma: Tensor, view: View | None = None) -> Tensor:
        """Estimate the clean poses."""
        ...


Step = Callable[[Denoiser, Tensor, Tensor, Tensor, View | None], Tensor]
"""One denoising step: `step(denoise, pose, sigma, following, view) -> pose`; following: the next level, at last 0."""


def mirrored_denoiser(denoise: Denoiser) -> Denoiser:
    """The mean of what `denoise` makes of a pose and view, and of their mirror images turned back.

    People are symmetric and networks nearly so: what differs is error, of which the mean has less.
    """

    def both(pose: Tensor, sigma: Tensor, view: View | None = None) -> Tensor:
        other = denoise(mirrored_pose(pose), sigma, None if view is None else mirrored_view(view))
        return (denoise(pose, sigma, view) + mirrored_pose(other)) / 2

    return both


class SubVP:
    """Sub-variance-preserving SDE (Song et al. 2021, eq. 29; ZeDO's schedule), between time t in (0, 1] and sigma.

    A clean pose x becomes `mean(t) x + std(t) z`. Divided by the mean this is plain noise of level
    `sigma = std / mean = 2 sinh(decay)`, so a network trained in t serves as a denoiser in sigma and back.
    """

    BETA_MIN = 0.1
    BETA_MAX = 20.0

    @classmethod
    def beta(cls, t: Tensor) -> Tensor:
        """Drift rate beta(t) of the SDE."""
        return cls.BETA_MIN + (cls.BETA_MAX - cls.BETA_MIN) * t

    @classmethod
    def decay(cls, t: Tensor) -> Tensor:
        """Half the integral of beta from 0 to t: minus the logarithm of the mean coefficient."""
        return (cls.BETA_MAX - cls.BETA_MIN) / 4 * t**2 + cls.BETA_MIN / 2 * t

    @classmethod
    def mean(cls, t: Tensor) -> Tensor:
        """Coefficient of the clean pose at time t."""
        return torch.exp(-cls.decay(t))

    @classmethod
    def std(cls, t: Tensor) -> Tensor:
        """Standard deviation of the noise at time t: 1 - exp(-2 decay)."""
        return -torch.expm1(-2 * cls.decay(t))

    @classmethod
    def diffusion_squared(cls, t: Tensor) -> Tensor:
        """g(t)^2 = beta(t) (1 - exp(-4 decay))."""
        return cls.beta(t) * -torch.expm1(-4 * cls.decay(t))

    @classmethod
    def sigma(cls, t: Tensor) -> Tensor:
        """Noise level of time t relative to the mean: std / mean."""
        return 2 * torch.sinh(cls.decay(t))

    @classmethod
    def time(cls, sigma: Tensor) -> Tensor:
        """Time at which the noise level is `sigma`: the inverse of `sigma(t)`, in closed form."""
        decay = torch.asinh(sigma / 2)
        a, b = (cls.BETA_MAX - cls.BETA_MIN) / 4, cls.BETA_MIN / 2
        return 2 * decay / (b + torch.sqrt(b**2 + 4 * a * decay))


def sub_vp_noise_levels(steps: int, t_first: float = 0.1, t_last: float = 0.01) -> Tensor:
    """ZeDO's truncated schedule: noise levels (m) at `steps` times evenly from t_first to t_last. Float64, `[steps]`."""
    return SubVP.sigma(torch.linspace(t_first, t_last, steps, dtype=torch.float64))


def geometric_noise_levels(steps: int, first: float, last: float) -> Tensor:
    """Noise levels (m) in equal ratios from `first` down to `last`. Float64, `[steps]`."""
    return torch.logspace(0, 1, steps, base=last / first, dtype=torch.float64) * first


def full_step(denoise: Denoiser, pose: Tensor, sigma: Tensor, following: Tensor, view: View | None = None) -> Tensor:
    """Go all the way to the denoised pose."""
    return denoise(pose, sigma, view)


def flow_step(denoise: Denoiser, pose: Tensor, sigma: Tensor, following: Tensor, view: View | None = None) -> Tensor:
    """Go to the noise level that follows: an Euler step of the probability flow (Karras et al. 2022, algorithm 1).

    The part of the way to the denoised pose is 1 - following / sigma, so that the end does not depend on the number of
    steps, while full steps denoise, and shrink, the pose as often as there are steps.
    """
    clean = denoise(pose, sigma, view)
    return clean + following / sigma * (pose - clean)


def sub_vp_step(
    denoise: Denoiser, pose: Tensor, sigma: Tensor, following: Tensor, view: View | None = None, dt: float = 1e-3
) -> Tensor:
    """ZeDO's step: x + (beta x / 2 + g^2 score) dt, at the time t whose noise level is `sigma`.

    The pose is taken as a sample of the SDE at t, so the denoiser sees it divided by the mean. `dt` is 1/1000 whatever
    the spacing of the times: the step is no ODE solve but a part of the way to the denoised pose, 4 % at t = 0.1 and
    30 % at t = 0.01.
    """
    t = SubVP.time(sigma)
    mean, std = SubVP.mean(t), SubVP.std(t)
    noise = (pose / mean - denoise(pose / mean, sigma, view)) / sigma
    score = -noise / std
    return pose + (SubVP.beta(t) * pose / 2 + SubVP.diffusion_squared(t) * score) * dt


def posterior_noise_levels(steps: int, first: float, last: float, power: float = 7.0) -> Tensor:
    """Noise levels (m) from `first` down to `last`, densest at the end (Karras et al. 2022, eq. 5). Float64, `[steps]`."""
    ramp = torch.linspace(first ** (1 / power), last ** (1 / power), steps, dtype=torch.float64)
    return ramp**power


def probability_flow(
    denoise: Denoiser, noise: Tensor, levels: Tensor, view: View | None = None, centre: Tensor | None = None
) -> Tensor:
    """Samples of the prior, or with a view of the posterior: DPM-Solver++(2M) on the probability flow (Lu et al. 2022).

    noise `[..., J, 3]` standard normal; levels (m) `[steps]`. The first is far above the spread of the poses about
    `centre`, their mean; none is the origin. The last step goes all the way to the denoised pose.
    """
    pose = noise * levels[0] if centre is None else centre + noise * levels[0]
    before = clean = pose
    for i, sigma in enumerate(levels):
        before, clean = clean, denoise(pose, sigma, view)
        ahead = clean
        following = levels[i + 1] if i + 1 < len(levels) else torch.zeros_like(sigma)
        if 0 < i < len(levels) - 1:
            ahead = clean + (sigma / following).log() / (levels[i - 1] / sigma).log() / 2 * (clean - before)
        pose = ahead + following / sigma * (pose - ahead)
    return pose
