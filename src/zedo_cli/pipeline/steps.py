"""One denoising step: from a noise level to the next one.

All have the form `step(denoise, pose, sigma, following) -> pose`; `following` is the next noise level (m), 0
after the last level.
"""

from collections.abc import Callable

from torch import Tensor

from zedo_cli.pipeline.denoiser import GivenView
from zedo_cli.pipeline.schedules import SubVP

Step = Callable[[GivenView, Tensor, Tensor, Tensor], Tensor]


def full_step(denoise: GivenView, pose: Tensor, sigma: Tensor, following: Tensor) -> Tensor:
    """Go all the way to the denoised pose."""
    return denoise(pose, sigma)


def flow_step(denoise: GivenView, pose: Tensor, sigma: Tensor, following: Tensor) -> Tensor:
    """Go to the following noise level: an Euler step of the probability flow (Karras et al. 2022, algorithm
    1).

    The part of the way to the denoised pose is 1 - following / sigma, so the result does not depend on the
    number of steps. Full steps denoise, and shrink, the pose as often as there are steps.
    """
    clean = denoise(pose, sigma)
    return clean + following / sigma * (pose - clean)


def sub_vp_step(
    denoise: GivenView, pose: Tensor, sigma: Tensor, following: Tensor, dt: float = 1e-3
) -> Tensor:
    """ZeDO's step: x + (beta x / 2 + g^2 score) dt, at the time t whose noise level is `sigma`.

    The pose is taken as a sample of the SDE at t, so the denoiser sees it divided by the mean. `dt` is 1/1000
    whatever the spacing of the times: the step is not an ODE solve but a part of the way to the denoised
    pose, 4 % at t = 0.1 and 30 % at t = 0.01.
    """
    t = SubVP.time(sigma)
    mean, std = SubVP.mean(t), SubVP.std(t)
    noise = (pose / mean - denoise(pose / mean, sigma)) / sigma
    score = -noise / std
    return pose + (SubVP.beta(t) * pose / 2 + SubVP.diffusion_squared(t) * score) * dt
