"""Algorithm 1 of ZeDO (arXiv 2307.03833), one line of code for each line of the paper.

    require initial pose P_init, 2D pose p2d with confidence C2d, intrinsics K, timesteps t(i), prior theta
    1  R0, T0 <- argmin || K (R0 P_init + T0) - p2d ||
    2  P <- R0 P_init
    3  r <- K^-1 p2d;  r_hat <- r / ||r||
    4  for i in 0 .. n-1:
    5      if i < warmup:  T <- T0
    6      else:           T <- argmin_T || C2d (K (P + T) - p2d) ||
    7      P <- ((P + T) . r_hat) r_hat - T
    8      P <- theta(P, t(i))

Lines 1 and 2 are the start (`start_view.py`, `start_clusters.py`, `start_exemplars.py`), line 3 is `rays.py`.
Which function stands for each of the other lines is chosen by the preset (`method.py`).
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from zedo_cli.pipeline.denoiser import GivenView
from zedo_cli.pipeline.schedules import Schedule
from zedo_cli.pipeline.steps import Step


class Iteration(NamedTuple):
    """What a callback sees after an iteration; shapes as in `zedo`."""

    number: int
    sigma: Tensor
    translation: Tensor
    projected: Tensor
    pose: Tensor


Solve = Callable[[Tensor, Tensor | None], Tensor]
"""`solve(pose [..., J, 3], translation [..., 1, 3] or None) -> translation`, given the one before."""

Project = Callable[[Tensor, Tensor, Tensor], Tensor]
"""`project(pose, translation, sigma) -> pose`, on the rays or nearer to them."""

Callback = Callable[[Iteration], None]


def zedo(
    pose: Tensor,
    translation: Tensor,
    denoise: GivenView,
    schedule: Schedule,
    solve: Solve,
    project: Project,
    step: Step,
    callback: Callback | None = None,
) -> tuple[Tensor, Tensor]:
    """Alternate between the rays and the prior.

    Args:
        pose: P, initial root-relative poses `[..., J, 3]`, metres, camera frame.
        translation: T0, initial translations of the root `[..., 1, 3]`, metres.
        denoise: theta, the prior, with the view already passed to it.
        schedule: the noise level of every iteration, and how many of them keep T0.
        solve: the translation of a pose given its rays.
        project: puts the joints on their rays, or nearer to them.
        step: one denoising step.
        callback: called after every iteration.

    Returns:
        Poses `[..., J, 3]` and translations `[..., 1, 3]`; pose + translation is in the camera frame.
    """
    levels = schedule.levels
    following_levels = [*levels[1:], torch.zeros_like(levels[0])]
    for i, (sigma, following) in enumerate(zip(levels, following_levels, strict=True)):  # line 4
        if i >= schedule.warmup:  # line 5: during warm-up T stays T0
            translation = solve(pose, translation)  # line 6
        projected = project(pose, translation, sigma)  # line 7
        pose = step(denoise, projected, sigma, following)  # line 8
        if callback:
            callback(Iteration(i, sigma, translation, projected, pose))
    return pose, translation
