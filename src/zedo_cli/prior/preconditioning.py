"""Preconditioning: what a network predicts, and how the denoised pose follows from it.

Every parametrisation of a denoiser has one form (Karras et al. 2022, arXiv 2206.00364, equation 7):

    D(y; sigma) = skip y + out F(into y; time),      y = x + sigma n

and F learns (x - skip y) / out with the same weight at every noise level.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from zedo_cli.pipeline.schedules import SubVP

POSE_SPREAD = 0.25
"""Standard deviation (m) of a coordinate of a root-relative pose, sigma_data of Karras et al."""


class Coefficients(NamedTuple):
    """The coefficients of D(y) = skip y + out F(into y; time), one value for each noise level."""

    skip: Tensor
    out: Tensor
    into: Tensor
    time: Tensor


def sub_vp_noise(sigma: Tensor) -> Coefficients:
    """F predicts the unit noise of the sub-VP SDE; its time input is 999 t, as in ZeDO and GFPose (Song et
    al. 2021)."""
    t = SubVP.time(sigma)
    return Coefficients(torch.ones_like(sigma), -sigma, SubVP.mean(t), 999 * t)


def noise(sigma: Tensor) -> Coefficients:
    """F predicts the unit noise: the score, times -sigma."""
    return Coefficients(torch.ones_like(sigma), -sigma, 1 / (sigma**2 + POSE_SPREAD**2).sqrt(), _time(sigma))


def edm(sigma: Tensor) -> Coefficients:
    """F has unit variance in and out, and turns from predicting the noise to predicting the pose (Karras et
    al. 2022)."""
    total = sigma**2 + POSE_SPREAD**2
    return Coefficients(
        POSE_SPREAD**2 / total, sigma * POSE_SPREAD / total.sqrt(), 1 / total.sqrt(), _time(sigma)
    )


def velocity(sigma: Tensor) -> Coefficients:
    """F predicts n - x along the straight line (1 - t) x + t n, of unit-variance poses (Lipman et al.
    2023)."""
    t = sigma / (sigma + POSE_SPREAD)
    return Coefficients(1 - t, -t * POSE_SPREAD, (1 - t) / POSE_SPREAD, _time(sigma))


def _time(sigma: Tensor) -> Tensor:
    """The noise level on a logarithmic scale: 1 mm is 11, 0.1 m 587, 10 m 1163."""
    return 125 * (sigma.log() + 7)


PARAMETRISATIONS: dict[str, Callable[[Tensor], Coefficients]] = {
    "sub-VP noise": sub_vp_noise,
    "noise": noise,
    "EDM": edm,
    "velocity": velocity,
}
"""By the name in the checkpoint."""
