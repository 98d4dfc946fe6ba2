"""Start of a prior that sees no view: the posterior over exemplars in many orientations.

Shapes: B rows (a person in a frame), Q candidates, J joints. Metres and radians, camera frame.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.pipeline.translation import TranslationSolver

_CHUNK = 2**25
"""Numbers held at once while candidates are compared."""


class Candidates(NamedTuple):
    """Poses that may explain a view: `poses [Q, J, 3]`, root-relative (m), as cameras see them.

    kernel: `[J]`, standard deviation (m) of the poses that each stands for, by joint.
    """

    poses: Tensor
    kernel: Tensor


class ExemplarPosterior(NamedTuple):
    """The probability of each candidate given a view: `candidates [Q, J, 3]`, `kernel [J]`, `probability [B,
    Q]`."""

    candidates: Tensor
    kernel: Tensor
    probability: Tensor

    def mean(self) -> Tensor:
        """Posterior mean pose `[B, J, 3]`. The translation solve is linear, so the mean's translation is the
        mean one."""
        return (self.probability @ self.candidates.flatten(1)).unflatten(1, self.candidates.shape[1:])

    def spread(self) -> Tensor:
        """Posterior standard deviation (m) of each joint `[B, J]`, the root of the sum of its variances in x,
        y and z.

        Each candidate counts as a Gaussian of the kernel's width, so that a single candidate has an
        uncertainty too.
        """
        second = (self.probability @ self.candidates.square().flatten(1)).unflatten(
            1, self.candidates.shape[1:]
        )
        return ((second - self.mean().square()).sum(-1).clamp(min=0) + self.kernel.square()).sqrt()

    def draw(self, count: int, offset: float) -> Tensor:
        """`count` poses for each row `[B, count, J, 3]` by systematic resampling; `offset` in 0..1 is its
        only random number."""
        quantiles = (torch.arange(count, dtype=torch.float64) + offset) / count
        cumulative = self.probability.double().cumsum(1)
        quantiles = quantiles.to(cumulative) * cumulative[:, -1:]
        index = torch.searchsorted(cumulative, quantiles).clamp(max=len(self.candidates) - 1)
        return self.candidates[index]


def turned_exemplars(
    exemplars: Tensor, yaws: int, pitches: Sequence[float], rolls: Sequence[float]
) -> Tensor:
    """Upright exemplars `[E, J, 3]` as cameras on a grid of orientations (degrees) see them -> `[Q, J,
    3]`."""
    grid = torch.cartesian_prod(
        torch.arange(yaws) * (2 * math.pi / yaws),
        torch.deg2rad(torch.tensor(pitches)),
        torch.deg2rad(torch.tensor(rolls)),
    ).to(exemplars)
    return (exemplars[:, None] @ camera_rotation(*grid.unbind(1)).mT).flatten(0, 1)


def exemplar_kernel(exemplars: Tensor, share: float = 0.25) -> Tensor:
    """Width (m) `[J]` of the poses that an exemplar stands for: a `share` of the RMS distance to its nearest
    neighbour.

    A quarter makes the spread of the posterior agree with the errors on validation people. exemplars: `[E, J,
    3]`.
    """
    squared = (exemplars[:, None] - exemplars).square().sum(-1)
    nearest = squared.mean(-1).fill_diagonal_(math.inf).argmin(1)
    return share * squared[torch.arange(len(exemplars), device=exemplars.device), nearest].mean(0).sqrt()


def exemplar_posterior(
    candidates: Candidates, rays: Tensor, weights: Tensor, solver: TranslationSolver, spread: float
) -> ExemplarPosterior:
    """The probability of candidate poses by how well they fit the rays, each at its own closed-form
    translation.

    The misfit of a candidate is the weighted RMS of the remainder of its translation solve, over its depth
    (an angle, to first order its reprojection error), over the RMS angle that the person spans. A candidate's
    probability is that of a Gaussian of standard deviation `spread` over a quarter of the seen joints, as
    errors of neighbouring joints go together. Candidates behind the camera have probability 0. This costs a
    matrix product for each row.

    Args:
        candidates: Q poses.
        rays: `[B, J, 3]`, of any length.
        weights: `[B, J]`, 0 for a missing joint.
        solver: of these rays and weights.
        spread: relative misfit at which the probability has fallen to exp(-J / 8).
    """
    plane, trust = rays[..., :2] / rays[..., 2:], weights.square().unsqueeze(-1)
    total = trust.sum((1, 2))
    centre = (trust * plane).sum(1, keepdim=True) / total[:, None, None]
    extent = ((trust * (plane - centre).square()).sum((1, 2)) / total).sqrt()
    poses = candidates.poses.flatten(1).T
    rows = max(1, _CHUNK // (2 * poses.numel()))
    misfits = []
    for remainder, solution in zip(
        solver.remainder.split(rows), solver.solution[:, 2:].split(rows), strict=True
    ):
        depth = (solution @ poses).squeeze(1)
        misfits.append((remainder @ poses).square().sum(1) / depth.square().masked_fill(depth <= 0, 1e-9))
    misfit = torch.cat(misfits) / (total * extent.square())[:, None]
    seen = (weights > 0).sum(1, keepdim=True)
    return ExemplarPosterior(*candidates, torch.softmax(-misfit / spread**2 * seen / 8, dim=1))
