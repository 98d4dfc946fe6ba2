"""Start from k-means centres of the training poses, as ZeDO does: its optimisation of rotation and
translation."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.pipeline.view import View

AXES = "xyz"


class StartOptimisation(NamedTuple):
    """Settings of the optimisation; the defaults are ZeDO's for Human3.6M.

    axes: about which the pose may turn, of "xyz". scale_range: of the factor on the initial translation.
    """

    axes: str = "z"
    scale_range: tuple[float, float] = (0.5, 2.0)
    iterations: int = 500
    learning_rate: float = 0.1


def place_on_ray(view: View, depth: float) -> Tensor:
    """The point at distance `depth` (m) on the ray of the pelvis, or on the mean ray if the pelvis is
    missing.

    ZeDO's optimisation begins there. Rays `[..., J, 3]` -> `[..., 1, 3]`.
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
    settings: StartOptimisation,
    callback: Callable[[int, Tensor], None] | None = None,
) -> tuple[Tensor, Tensor]:
    """ZeDO's initial pose optimisation: R, T <- argmin |K (R P + T) - p2d|, by Adam on a quaternion and a
    scale (line 1).

    Args:
        pose: P `[..., J, 3]`, metres.
        translation: `[..., 1, 3]`, metres; only its length is optimised, by a factor within the range of the
            scale.
        keypoints: `[..., J, 2]` px.
        intrinsics: K `[..., 3, 3]`.
        weights: `[..., J]`, 1 for the joints whose L1 distance in pixels counts, 0 for the others.
        settings: axes, range of the scale, iterations, learning rate.
        callback: receives the index and the mean loss of every iteration.

    Returns:
        R P `[..., J, 3]` and T `[..., 1, 3]`. Rows do not influence each other.
    """
    batch = torch.broadcast_shapes(pose.shape[:-2], translation.shape[:-2])
    quaternion = [
        pose.new_full(batch, float(part == "w")).requires_grad_(part in settings.axes + "w")
        for part in "w" + AXES
    ]
    scale = pose.new_ones(batch).requires_grad_()
    adam = torch.optim.Adam(
        [part for part in (*quaternion, scale) if part.requires_grad], lr=settings.learning_rate
    )
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1)

    def place() -> tuple[Tensor, Tensor]:
        rotation = quaternion_to_rotation(torch.stack(quaternion, dim=-1))
        return pose @ rotation.mT, scale.clamp(*settings.scale_range)[..., None, None] * translation

    with torch.enable_grad():
        for i in range(settings.iterations):
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


def quaternion_to_rotation(quaternion: Tensor) -> Tensor:
    """Rotation of a quaternion (w, x, y, z) of any length but zero. `[..., 4]` -> `[..., 3, 3]`."""
    w, x, y, z = normalize(quaternion, dim=-1).unbind(-1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
