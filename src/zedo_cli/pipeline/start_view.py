"""Start from the view alone: the posterior mean that the denoiser gives, draws about it, and its spread.

Shapes: B rows (a person in a frame), S hypotheses of a row, J joints. Metres, camera frame.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from zedo_cli.pipeline.denoiser import Denoiser, estimate, given
from zedo_cli.pipeline.rays import distance_from_rays
from zedo_cli.pipeline.sampler import antithetic_noise, probability_flow
from zedo_cli.pipeline.translation import solve_translation
from zedo_cli.pipeline.view import View
from zedo_cli.pipeline.weights import noise_weights


def view_mean(denoise: Denoiser, view: View, sigma: float) -> tuple[Tensor, Tensor | None]:
    """E[pose | view] `[B, 1, J, 3]`, root-relative (m), and its standard deviation `[B, 1, J]` (m) if the
    prior states it: the estimate for a pose lost in noise of level `sigma` (m). view: `[B, 1, J, ...]`."""
    pose, spread = estimate(given(denoise, view), view, sigma)
    return pose - pose[..., :1, :], spread


class ViewFit(NamedTuple):
    """What the view alone suggests, and how far all rays pass from it. pose: `[..., J, 3]` m, root-relative.
    away: `[..., J]` m. spread: standard deviation `[..., J]` m, or None if nobody states it."""

    pose: Tensor
    away: Tensor
    spread: Tensor | None


def view_fit(denoise: Denoiser, view: View, noise: Tensor, sigma: float) -> ViewFit:
    """The pose that the view alone suggests, and how far all rays pass from its joints.

    Args:
        denoise: the prior.
        view: `[B, H, J, ...]`.
        noise: of the keypoints (m) `[B, H, J]`; infinite for missing ones.
        sigma: noise level (m) at which the view alone decides.
    """
    pose, spread = view_mean(denoise, view, sigma)
    translation = solve_translation(pose, view.rays, noise_weights(noise))
    return ViewFit(pose, distance_from_rays(pose + translation, view.rays), spread)


def draw_from_view(
    denoise: Denoiser, view: View, mean: Tensor, levels: Tensor, count: int, seed: int = 0
) -> Tensor:
    """Poses drawn from p(pose | view) `[B, count, J, 3]`, root-relative (m).

    At a noise level well above the spread of the posterior, the noisy posterior is its mean and noise; from
    there the probability flow goes down. `antithetic_noise` keeps the draws centred.

    Args:
        denoise: the prior.
        view: `[B, 1, J, ...]`.
        mean: of the posterior, `[B, 1, J, 3]`.
        levels: noise levels (m) `[steps]`; the first is well above the spread of the posterior.
        count: number of draws for each row.
        seed: of the noise.
    """
    noise = antithetic_noise(count, mean, seed).expand(len(mean), -1, -1, -1)
    poses = probability_flow(given(denoise, view), noise, levels, mean)
    return poses - poses[..., :1, :]


def probed_spread(denoise: Denoiser, view: View, mean: Tensor, noise: Tensor, sigma: float) -> Tensor:
    """Standard deviation (m) of p(pose | view) at each joint `[B, J]`, from how the denoiser answers
    perturbations.

    A pose `mean + sigma n` moves back more if the posterior is narrower: for a Gaussian of standard
    deviation p the estimate moves by d = p^2 sigma / (p^2 + sigma^2), so p^2 = d sigma^2 / (sigma - d)
    (Tweedie's formula at second order, by finite differences). noise: `[K, J, 3]`; two evaluations for each.
    """
    away = sigma * noise
    both = given(denoise, view)(mean + torch.cat([away, -away]), torch.tensor(sigma))
    plus, minus = both.chunk(2, dim=1)
    moved = (plus - minus) / 2
    moved = (moved - moved[..., :1, :]).square().mean(1).sqrt()
    return (moved * sigma**2 / (sigma - moved).clamp(min=0.05 * sigma)).sum(-1).sqrt()
