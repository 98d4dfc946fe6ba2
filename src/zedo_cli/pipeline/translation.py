"""The translation that best puts a pose on its rays: a weighted linear least-squares problem in closed
form."""

from dataclasses import dataclass

import torch
from torch import Tensor

NEAREST = 0.1
"""Smallest depth (m) of any joint."""


@dataclass(frozen=True)
class TranslationSolver:
    """The least-squares translation of any pose seen along given rays. It depends on the rays alone: it is
    built once.

    With (u, v, 1) along the ray, a joint at P + T lies on it when -T_x + u T_z = x - u z and -T_y + v T_z = y
    - v z (Algorithm 1, argmin over T). Rows are multiplied by a weight for each joint. Both the solution and
    its remainder are linear in the pose: `solution [..., 3, 3 J]`, `remainder [..., 2 J, 3 J]`.
    """

    solution: Tensor
    remainder: Tensor

    def __call__(self, pose: Tensor, before: Tensor | None = None) -> Tensor:
        """Translations (m) of poses `[..., J, 3]` -> `[..., 1, 3]`; the previous translation is ignored.

        A translation behind the camera changes sign, as in ZeDO.
        """
        translation = (self.solution @ pose.flatten(-2).unsqueeze(-1)).mT
        return torch.where(translation[..., 2:] < 0, -translation, translation)

    def to(self, like: Tensor) -> "TranslationSolver":
        """In the precision and on the device of `like`. Built in single precision it loses millimetres far
        off the axis."""
        return TranslationSolver(self.solution.to(like), self.remainder.to(like))

    def for_each_hypothesis(self) -> "TranslationSolver":
        """The solver of B rows `[B, ...]` for poses `[B, S, J, 3]`."""
        return TranslationSolver(self.solution.unsqueeze(1), self.remainder.unsqueeze(1))


def translation_solver(rays: Tensor, weights: Tensor) -> TranslationSolver:
    """Build the solver of rays `[..., J, 3]` (any length, z > 0) and row weights `[..., J]`; 0 leaves a joint
    out.

    Two joints of positive weight on different rays determine the translation; it is NaN without any.
    """
    u, v = (rays[..., :2] / rays[..., 2:]).unbind(-1)
    zero, one = torch.zeros_like(u), torch.ones_like(u)
    weight = weights[..., None, None]
    rows = weight * _rows([[-one, zero, u], [zero, -one, v]])
    sides = weight * _rows([[one, zero, -u], [zero, one, -v]])

    joints = u.shape[-1]
    sides = torch.einsum("...jab,jk->...jakb", sides, torch.eye(joints, dtype=u.dtype, device=u.device))
    sides = sides.reshape(*u.shape[:-1], 2 * joints, 3 * joints)
    rows = rows.reshape(*u.shape[:-1], 2 * joints, 3)
    inverse, singular = torch.linalg.inv_ex(rows.mT @ rows)
    inverse = torch.where((singular == 0)[..., None, None], inverse, torch.nan)
    solution = inverse @ (rows.mT @ sides)
    remainder = sides - rows @ solution
    return TranslationSolver(solution, remainder)


def solve_translation(pose: Tensor, rays: Tensor, weights: Tensor) -> Tensor:
    """The same least squares as a regression, for weights that change with the pose.

    With a = x - u z, b = y - v z and means over the joints weighted by the squared weights, T_z is the
    covariance of (u, v) with (a, b) over the variance of (u, v), and T_x = mean(u) T_z - mean(a), T_y
    likewise. pose, rays `[..., J, 3]`, weights `[..., J]` -> `[..., 1, 3]`. Every joint ends up in front of
    the camera.
    """
    share = weights.square().unsqueeze(-1)
    share = share / share.sum(-2, keepdim=True)
    plane = rays[..., :2] / rays[..., 2:]
    sides = pose[..., :2] - plane * pose[..., 2:]
    plane_mean, sides_mean = (share * plane).sum(-2, keepdim=True), (share * sides).sum(-2, keepdim=True)
    offset = share * (plane - plane_mean)
    depth = (offset * (sides - sides_mean)).sum((-2, -1), keepdim=True)
    depth = depth / (offset * (plane - plane_mean)).sum((-2, -1), keepdim=True).clamp(min=1e-9)
    depth = torch.maximum(depth, NEAREST - pose[..., 2:].amin(-2, keepdim=True))
    return torch.cat([plane_mean * depth - sides_mean, depth], dim=-1)


def _rows(entries: list[list[Tensor]]) -> Tensor:
    """A small matrix for each joint from its entries `[..., J]` -> `[..., J, 2, 3]`."""
    return torch.stack([torch.stack(row, dim=-1) for row in entries], dim=-2)
