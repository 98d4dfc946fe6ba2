"""Noise schedules, and the SDE of the paper that its schedule comes from."""

from typing import NamedTuple

import torch
from torch import Tensor


class Schedule(NamedTuple):
    """levels: noise level (m) of every iteration `[n]`, falling. warmup: iterations that keep T0; n keeps it
    throughout."""

    levels: Tensor
    warmup: int = 0


class SubVP:
    """Sub-variance-preserving SDE (Song et al. 2021, eq. 29; the SDE of ZeDO): time t in (0, 1] and noise
    level sigma.

    A clean pose x becomes `mean(t) x + std(t) z`. Divided by the mean this is plain noise of level
    `sigma = std / mean = 2 sinh(decay)`, so a network trained in t serves as a denoiser in sigma and the
    reverse.
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
    """ZeDO's truncated schedule: noise levels (m) at `steps` times from t_first to t_last. Float64,
    `[steps]`."""
    return SubVP.sigma(torch.linspace(t_first, t_last, steps, dtype=torch.float64))


def geometric_noise_levels(steps: int, first: float, last: float) -> Tensor:
    """Noise levels (m) in equal ratios from `first` down to `last`. Float64, `[steps]`."""
    return torch.logspace(0, 1, steps, base=last / first, dtype=torch.float64) * first


def sampling_noise_levels(steps: int, first: float, last: float, power: float = 7.0) -> Tensor:
    """Noise levels (m) from `first` down to `last`, densest at the end (Karras et al. 2022, eq. 5). Float64,
    `[steps]`."""
    ramp = torch.linspace(first ** (1 / power), last ** (1 / power), steps, dtype=torch.float64)
    return ramp**power
