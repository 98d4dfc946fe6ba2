"""Initial poses and translations: the view's posterior, cluster centres, the paper's optimisation of R and T, exemplars.

Shapes: B rows (a person in a frame), S hypotheses a row, J joints. Metres and radians, camera frame.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.denoise import Denoiser, posterior_noise_levels, probability_flow
from zedo_cli.pipeline.rays import View, points_to_keypoints
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.pipeline.translation import TranslationSolver

AXES = "xyz"

_CHUNK = 2**25
"""Numbers held at once while exemplars are compared."""


def place_on_ray(view: View, depth: float) -> Tensor:
    """The point at distance `depth` (m) on the pelvis's ray, or on the mean ray if the pelvis is missing.

    Where ZeDO's optimisation begins. `[..., J, 3]` rays -> `[..., 1, 3]`.
    """
    seen = (view.confidence > 0).unsqueeze(-1)
    mean = normalize((view.rays * seen).sum(-2, keepdim=True), dim=-1)
    return torch.where(seen[..., :1, :], view.rays[..., :1, :], mean) * depth


def optimise_rotation_translation(
    pose: Tensor,
    translation: Tensor,
    keypoints: Tensor,
    intrinsics: Tensor,
    weights: Tensor,
    axes: str = "z",
    scale_range: tuple[float, float] = (0.5, 2.0),
    iterations: int = 500,
    learning_rate: float = 0.1,
    callback: Callable[[int, Tensor], None] | None = None,
) -> tuple[Tensor, Tensor]:
    """ZeDO's initial pose optimisation: R, T <- argmin |K (R P + T) - p2d|, by Adam on a quaternion and a scale.

    Args:
        pose: P `[..., J, 3]`.
        translation: `[..., 1, 3]`; only its length is optimised, by a factor within `scale_range`.
        keypoints: `[..., J, 2]` px.
        intrinsics: K `[..., 3, 3]`.
        weights: `[..., J]`, 1 for the joints whose L1 distance in pixels counts, 0 for the others.
        axes: axes about which the pose may turn, of "xyz".
        callback: sees the index and the mean loss of every iteration.

    Returns:
        R P `[..., J, 3]` and T `[..., 1, 3]`. Rows do not influence each other.
    """
    batch = torch.broadcast_shapes(pose.shape[:-2], translation.shape[:-2])
    quaternion = [pose.new_full(batch, float(part == "w")).requires_grad_(part in axes + "w") for part in "w" + AXES]
    scale = pose.new_ones(batch).requires_grad_()
    adam = torch.optim.Adam([part for part in (*quaternion, scale) if part.requires_grad], lr=learning_rate)
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1)

    def place() -> tuple[Tensor, Tensor]:
        rotation = quaternion_to_rotation(torch.stack(quaternion, dim=-1))
        return pose @ rotation.mT, scale.clamp(*scale_range)[..., None, None] * translation

    with torch.enable_grad():
        for i in range(iterations):
            turned, moved = place()
            distance = (points_to_keypoints(turned + moved, intrinsics) - keypoints).abs().mean(-1)
            loss = (distance * weights).sum(-1)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if callback:
                callback(i, loss.detach().mean())
    with torch.no_grad():
        return place()


def view_mean(denoise: Denoiser, view: View, sigma: float) -> Tensor:
    """E[pose | view] `[B, 1, J, 3]`, root-relative (m): what the denoiser makes of a pose lost in noise `sigma` (m).

    The pose that it is given is the middle of all noise, so that nothing is left to chance. view: `[B, 1, J, ...]`.
    """
    pose = denoise(torch.zeros_like(view.rays), view.rays.new_tensor(sigma), view)
    return pose - pose[..., :1, :]


def draw_from_view(
    denoise: Denoiser, view: View, mean: Tensor, count: int, first: float, last: float, steps: int, seed: int = 0
) -> Tensor:
    """Poses drawn from p(pose | view) `[B, count, J, 3]`, root-relative (m).

    At a noise level `first` well above the posterior's spread, what is left of the posterior is its `mean` `[B, 1, J, 3]`
    and noise; from there the probability flow goes down to `last`. `antithetic_noise` keeps the draws about their mean.
    """
    levels = posterior_noise_levels(steps, first, last).to(mean)
    noise = antithetic_noise(count, mean, seed).expand(len(mean), -1, -1, -1)
    poses = probability_flow(denoise, noise, levels, view, mean)
    return poses - poses[..., :1, :]


def antithetic_noise(count: int, like: Tensor, seed: int = 0) -> Tensor:
    """Standard normal noise `[count, J, 3]`, each with its negative; the same for every row.

    What is drawn is in single precision on the CPU, then as `like`.
    """
    generator = torch.Generator().manual_seed(seed)
    half = torch.randn((count + 1) // 2, *like.shape[-2:], generator=generator)
    return torch.stack([half, -half], dim=1).flatten(0, 1)[:count].to(like)


def probed_spread(denoise: Denoiser, view: View, mean: Tensor, noise: Tensor, sigma: float) -> Tensor:
    """Standard deviation (m) of p(pose | view) at each joint `[B, J]`, from how the denoiser answers a push.

    A pose `mean + sigma n` comes back as far as the posterior is narrow: of a Gaussian of standard deviation p the answer
    moves by d = p^2 sigma / (p^2 + sigma^2), so p^2 = d sigma^2 / (sigma - d) (the second order of Tweedie's formula, by
    finite differences). noise `[K, J, 3]`; two evaluations a probe.
    """
    level = mean.new_tensor(sigma)
    answers = [denoise(mean + way * sigma * noise, level, view) for way in (1, -1)]
    moved = (answers[0] - answers[1]) / 2
    moved = (moved - moved[..., :1, :]).square().mean(1).sqrt()
    return (moved * sigma**2 / (sigma - moved).clamp(min=0.05 * sigma)).sum(-1).sqrt()


class Starts(NamedTuple):
    """Poses that hypotheses may start from: `poses [Q, J, 3]`, root-relative (m), as cameras see them.

    kernel: `[J]`, standard deviation (m) of what a pose stands for, joint by joint; 0 if it stands for itself alone.
    """

    poses: Tensor
    kernel: Tensor


class ExemplarPosterior(NamedTuple):
    """How well each candidate pose explains what was seen: `candidates [Q, J, 3]`, `probability [B, Q]`, `kernel [J]`."""

    candidates: Tensor
    kernel: Tensor
    probability: Tensor

    def mean(self) -> Tensor:
        """Posterior mean pose `[B, J, 3]`. The translation solve is linear, so its mean is the mean pose's translation."""
        return (self.probability @ self.candidates.flatten(1)).unflatten(1, self.candidates.shape[1:])

    def spread(self) -> Tensor:
        """Posterior standard deviation of each joint `[B, J]`, the root of its variances in x, y and z together.

        Each candidate counts as a Gaussian of the kernel's width, so that even a sure choice has an uncertainty.
        """
        second = (self.probability @ self.candidates.square().flatten(1)).unflatten(1, self.candidates.shape[1:])
        return ((second - self.mean().square()).sum(-1).clamp(min=0) + self.kernel.square()).sqrt()

    def draw(self, count: int, offset: float) -> Tensor:
        """`count` poses for each row `[B, count, J, 3]` by systematic resampling; `offset` in 0..1 is the only chance."""
        quantiles = (torch.arange(count, dtype=torch.float64) + offset) / count
        cumulative = self.probability.double().cumsum(1)
        quantiles = quantiles.to(cumulative) * cumulative[:, -1:]
        index = torch.searchsorted(cumulative, quantiles).clamp(max=len(self.candidates) - 1)
        return self.candidates[index]


def turned_exemplars(exemplars: Tensor, yaws: int, pitches: Sequence[float], rolls: Sequence[float]) -> Tensor:
    """Upright exemplars `[E, J, 3]` as cameras on a grid of orientations (degrees) see them -> `[Q, J, 3]`."""
    grid = torch.cartesian_prod(
        torch.arange(yaws) * (2 * math.pi / yaws),
        torch.deg2rad(torch.tensor(pitches)),
        torch.deg2rad(torch.tensor(rolls)),
    ).to(exemplars)
    return (exemplars[:, None] @ camera_rotation(*grid.unbind(1)).mT).flatten(0, 1)


def exemplar_kernel(exemplars: Tensor, share: float = 0.25) -> Tensor:
    """What an exemplar of `[E, J, 3]` stands for: a `share` of the RMS distance of each joint to the nearest other's.

    A quarter makes the spread of the posterior agree with the errors on validation people. `[J]`, metres.
    """
    squared = (exemplars[:, None] - exemplars).square().sum(-1)
    nearest = squared.mean(-1).fill_diagonal_(math.inf).argmin(1)
    return share * squared[torch.arange(len(exemplars), device=exemplars.device), nearest].mean(0).sqrt()


def exemplar_posterior(
    starts: Starts, rays: Tensor, weights: Tensor, solver: TranslationSolver, spread: float
) -> ExemplarPosterior:
    """Weigh candidate poses by how well they fit the rays, each at its own closed-form translation.

    The misfit of a candidate is the weighted RMS of what its translation solve leaves, over its depth (so an angle, to
    first order its reprojection error), over the RMS angle that the person spans. A candidate's probability is that of a
    Gaussian of standard deviation `spread` over a quarter of the seen joints, as errors of neighbouring joints go
    together. Candidates behind the camera have none. This takes a matrix product for each row.

    starts: Q candidates; rays `[B, J, 3]`, any length; weights `[B, J]`, 0 for a missing joint; solver: of the rays.
    """
    plane, trust = rays[..., :2] / rays[..., 2:], weights.square().unsqueeze(-1)
    total = trust.sum((1, 2))
    centre = (trust * plane).sum(1, keepdim=True) / total[:, None, None]
    extent = ((trust * (plane - centre).square()).sum((1, 2)) / total).sqrt()
    poses = starts.poses.flatten(1).T
    rows = max(1, _CHUNK // (2 * poses.numel()))
    misfits = []
    for remainder, solution in zip(solver.remainder.split(rows), solver.solution[:, 2:].split(rows), strict=True):
        depth = (solution @ poses).squeeze(1)
        misfits.append((remainder @ poses).square().sum(1) / depth.square().masked_fill(depth <= 0, 1e-9))
    misfit = torch.cat(misfits) / (total * extent.square())[:, None]
    seen = (weights > 0).sum(1, keepdim=True)
    return ExemplarPosterior(*starts, torch.softmax(-misfit / spread**2 * seen / 8, dim=1))


def quaternion_to_rotation(quaternion: Tensor) -> Tensor:
    """Rotation of a quaternion (w, x, y, z) of any length but zero. `[..., 4]` -> `[..., 3, 3]`."""
    w, x, y, z = normalize(quaternion, dim=-1).unbind(-1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
