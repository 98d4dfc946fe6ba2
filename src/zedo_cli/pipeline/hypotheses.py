"""Several hypotheses for each person: scoring and choosing without ground truth, and their spread."""

import torch
from torch import Tensor

from zedo_cli.pipeline.rays import distance_from_rays, points_to_keypoints

BODY_RADIUS = 0.45
"""RMS distance (m) of an adult's joints from their mean, across the view."""


def log_likelihood(points: Tensor, rays: Tensor, noise: Tensor) -> Tensor:
    """Log-likelihood of the keypoints given the hypothesis, up to a constant: higher is better.

    The angle of a joint from its ray is Gaussian. Its standard deviation is that of the keypoint's noise at
    the distance at which a body looks as large as this one. Angles, since a tiny pose close to the camera is
    near to all rays.

    Args:
        points: `[..., J, 3]`, camera frame, metres.
        rays: unit rays `[..., J, 3]`.
        noise: of the keypoints (m), `[..., J]`, infinite for a missing one.

    Returns:
        `[...]`
    """
    sine = distance_from_rays(points, rays) / points.norm(dim=-1).clamp(min=1e-6)
    seen = torch.isfinite(noise).to(rays).unsqueeze(-1)
    mean = (seen * rays).sum(-2, keepdim=True) / seen.sum(-2, keepdim=True)
    spread = (seen * (rays - mean).square()).sum((-2, -1)) / seen.sum((-2, -1))
    distance = BODY_RADIUS / spread.sqrt().clamp(min=1e-6)
    return -0.5 * (sine * distance[..., None] / noise).square().sum(-1)


def reprojection_error(points: Tensor, keypoints: Tensor, confidence: Tensor, intrinsics: Tensor) -> Tensor:
    """Mean distance (px) of the projected joints from the keypoints of confidence above 0. `[..., J, 3]` ->
    `[...]`."""
    distance = (points_to_keypoints(points, intrinsics) - keypoints).norm(dim=-1)
    seen = confidence > 0
    return (distance * seen).sum(-1) / seen.sum(-1)


def first(points: Tensor, score: Tensor) -> Tensor:
    """The first hypothesis. `[B, S, J, 3]`, `[B, S]` -> `[B, J, 3]`."""
    return points[:, 0]


def best(points: Tensor, score: Tensor) -> Tensor:
    """The hypothesis of the highest score. `[B, S, J, 3]`, `[B, S]` -> `[B, J, 3]`."""
    return points[torch.arange(len(points), device=points.device), score.argmax(1)]


def hypothesis_spread(points: Tensor) -> Tensor:
    """Standard deviation of each joint over the hypotheses (m); NaN for a single one. `[B, S, J, 3]` -> `[B,
    J]`."""
    if points.shape[1] == 1:
        return torch.full_like(points[:, 0, :, 0], torch.nan)
    return points.var(1).sum(-1).sqrt()
