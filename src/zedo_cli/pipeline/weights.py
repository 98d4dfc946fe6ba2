"""How much a keypoint counts: its noise, its robust noise, and the gain and weights that follow."""

from typing import TypeVar

import numpy as np
from torch import Tensor

from zedo_cli.pipeline.presets import LEAST_NOISE, ODDS_NOISE
from zedo_cli.skeletons import ADULT

Numbers = TypeVar("Numbers", Tensor, np.ndarray)

POSE_ERROR = 0.03
"""Error (m) across the ray of a pose that is put on its rays, besides that of the keypoints."""


def keypoint_noise(confidence: Tensor, least: float, odds: float) -> Tensor:
    """Standard deviation (m) of the distance at which the ray of a keypoint passes its joint.

    A detector's error in pixels grows with the person in the image, so at the joint it is a length:
    ADULT (least + odds (1 - c) / c). Infinite for a missing joint (c = 0). `[..., J]` in 0..1 -> `[..., J]`.
    """
    return ADULT * (least + odds * (1 - confidence) / confidence)


def noise_trust(noise: Numbers, least: float = LEAST_NOISE, odds: float = ODDS_NOISE) -> Numbers:
    """The confidence that stands for a noise, in heights of the person: `keypoint_noise` inverted."""
    trust: Numbers = odds / (odds + (noise - least).clip(min=0))
    return trust


def robust_noise(noise: Tensor, distance: Tensor, sigma: Tensor | float, freedom: float = 4.0) -> Tensor:
    """The noise (m) of keypoints, increased where they contradict the pose.

    noise sqrt(1 + distance^2 / (freedom (sigma^2 + noise^2))): the standard deviation that a Student
    distribution with `freedom` degrees of freedom has in one iteration of reweighted least squares (Lange et
    al. 1989). In the limit of infinite `freedom` the noise is unchanged.

    Args:
        noise: `[..., J]` m.
        distance: of the pose's joints from the rays, `[..., J]` m.
        sigma: standard deviation of the pose itself, m.
    """
    return noise * (1 + distance.square() / (freedom * (sigma**2 + noise.square()))).sqrt()


def ray_gain(sigma: Tensor | float, noise: Tensor) -> Tensor:
    """The gain of a Gaussian posterior between a pose of noise `sigma` (m) and rays of noise `noise` (m).

    sigma^2 / (sigma^2 + noise^2): 1 for perfect keypoints, 0 for a missing one. `[..., J]` -> `[..., J, 1]`.
    """
    return (sigma**2 / (sigma**2 + noise.square())).unsqueeze(-1)


def noise_weights(noise: Tensor) -> Tensor:
    """Row weights of the translation solve for rays of `noise` (m) and poses of `POSE_ERROR`. `[..., J]` ->
    `[..., J]`."""
    return (POSE_ERROR**2 + noise.square()).rsqrt()


def confidence_weights(confidence: Tensor) -> Tensor:
    """Row weights of ZeDO's solve: the squared confidence, clamped to [1e-4, 1] before. `[..., J]` -> `[...,
    J]`."""
    return confidence.clamp(1e-4, 1) ** 2
