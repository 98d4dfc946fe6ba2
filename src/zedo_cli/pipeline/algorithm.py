"""Algorithm 1 of ZeDO (arXiv 2307.03833), a line of code for a line of the paper."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from zedo_cli.pipeline.denoise import Denoiser, Step
from zedo_cli.pipeline.rays import View


class Iteration(NamedTuple):
    """What a callback sees after an iteration: shapes as in `zedo`."""

    number: int
    sigma: Tensor
    translation: Tensor
    projected: Tensor
    pose: Tensor


Solve = Callable[[Tensor, Tensor], Tensor]
"""`solve(pose [..., J, 3], translation [..., 1, 3]) -> translation`, given the one before."""

Pull = Callable[[Tensor, Tensor, Tensor], Tensor]
"""`pull(pose, translation, sigma) -> pose`, nearer to the rays."""


def zedo(
    pose: Tensor,
    translation: Tensor,
    denoise: Denoiser,
    noise_levels: Tensor,
    solve: Solve,
    pull: Pull,
    step: Step,
    warmup: int,
    view: View | None = None,
    callback: Callable[[Iteration], None] | None = None,
) -> tuple[Tensor, Tensor]:
    """Alternate between the rays and the prior.

    Args:
        pose: P, initial root-relative poses `[..., J, 3]`, metres, camera frame.
        translation: T0, initial translations of the root `[..., 1, 3]`, metres.
        denoise: theta, the prior.
        noise_levels: sigma of every iteration `[n]`, metres, falling.
        solve: the translation of a pose given its rays.
        pull: puts the joints on their rays, or nearer to them.
        step: one denoising step.
        warmup: iterations that keep T0 ("WU"); n keeps it throughout.
        view: what a denoiser that sees the rays may look at.
        callback: sees every iteration.

    Returns:
        Poses `[..., J, 3]` and translations `[..., 1, 3]`; pose + translation is in the camera frame.
    """
    levels = noise_levels.to(pose.device)
    for i, (sigma, following) in enumerate(zip(levels, [*levels[1:], torch.zeros_like(levels[0])], strict=True)):
        if i >= warmup:
            translation = solve(pose, translation)
        projected = pull(pose, translation, sigma)
        pose = step(denoise, projected, sigma, following, view)
        if callback:
            callback(Iteration(i, sigma, translation, projected, pose))
    return pose, translation
