"""The frame in which a view-conditioned network works, and the features of a view in that frame.

A network that sees rays need not know where in the image a person stands: pose and rays are rotated together
so that the person's central ray is the z axis. The rest is the same for every camera, and the network's
output is rotated back.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from zedo_cli.pipeline.view import View, constant
from zedo_cli.skeletons import BONES, MEAN_BONES

STEEPEST = 0.05
"""Smallest divisor z of a unit ray in the rotated frame: 87 degrees off the person's centre."""

FEATURES_PER_JOINT = 3
"""u, v and confidence; one more for the whole person, the spread."""

CONTEXT = 3 + len(BONES) + 1
"""Number of features of side information: the vertical, the bones, and whether the bones are known."""

_BONE_SCALE = 0.1


def view_features(view: View) -> tuple[Tensor, Tensor]:
    """The features of a view `[..., 3 J + 1]`, and the rotation `[..., 3, 3]` into their frame.

    For each seen joint the direction (u, v) from the person's centre in units of the spread of all seen
    joints, and the confidence; for the person the logarithm of that spread (tangent of an angle). A missing
    joint is all zeros, and so is a view that is masked as a whole.
    """
    rotation = turn_to_centre(central_ray(view))
    seen = (view.confidence > 0).to(view.rays).unsqueeze(-1)
    turned = view.rays @ rotation.mT
    plane = turned[..., :2] / turned[..., 2:].clamp(min=STEEPEST) * seen
    count = seen.sum(-2)
    spread = (plane.square().sum((-2, -1)).unsqueeze(-1) / (2 * count).clamp(min=1)).sqrt().clamp(min=1e-4)
    any_seen = (count > 0).to(plane)
    parts = ((plane / spread.unsqueeze(-1)).flatten(-2), view.confidence, any_seen * (spread.log() + 2))
    return torch.cat(parts, dim=-1), rotation


def context_features(view: View, rotation: Tensor) -> Tensor:
    """The features of the vertical and the bones in the frame of `rotation`, `[..., CONTEXT]`; zeros if
    unknown.

    The vertical as a unit vector, the bones as logarithms relative to an adult's in units of a tenth.
    """
    batch = view.confidence.shape[:-1]
    up = view.rays.new_zeros(*batch, 3)
    if view.up is not None:
        up = (view.up.unsqueeze(-2) @ rotation.mT).squeeze(-2)
    bones, known = view.rays.new_zeros(*batch, len(BONES)), view.rays.new_zeros(*batch, 1)
    if view.bones is not None:
        known = (view.bones > 0).all(-1, keepdim=True).to(view.rays)
        bones = (
            known
            * (view.bones.clamp(min=1e-3) / constant(MEAN_BONES, view.rays.dtype, view.rays.device)).log()
            / _BONE_SCALE
        )
    return torch.cat([up, bones, known], dim=-1)


def central_ray(view: View) -> Tensor:
    """The ray of the pelvis if it is seen; else the geometric median of the seen rays; else the camera's
    axis. `[..., 3]`.

    Five rounds of Weiszfeld's algorithm: the median rotates with the rays, and an outlier hardly moves it.
    """
    known = view.confidence[..., 0] > 0
    if _may_look(known) and bool(known.all()):
        return view.rays[..., 0, :]
    seen = (view.confidence > 0).to(view.rays).unsqueeze(-1)
    axis = constant((0.0, 0.0, 1.0), view.rays.dtype, view.rays.device)
    centre = (seen * view.rays).sum(-2, keepdim=True)
    for _ in range(5):
        centre = F.normalize(centre, dim=-1)
        weights = seen / (view.rays - centre).norm(dim=-1, keepdim=True).clamp(min=1e-3)
        centre = (weights * view.rays).sum(-2, keepdim=True)
    median = torch.where(seen.amax(-2) > 0, F.normalize(centre, dim=-1).squeeze(-2), axis)
    return torch.where(known.unsqueeze(-1), view.rays[..., 0, :], median)


def _may_look(values: Tensor) -> bool:
    """Whether the program may depend on values: it would wait for a GPU, and break a compiled graph."""
    recorded = torch.compiler.is_compiling() or getattr(torch.jit, "is_tracing", bool)()
    return values.device.type == "cpu" and not recorded


def turn_to_centre(ray: Tensor) -> Tensor:
    """The smallest rotation of a unit `ray [..., 3]`, z > -1, onto the z axis. `[..., 3]` -> `[..., 3, 3]`.

    With a = ray x z: R = I + [a] + [a]^2 / (1 + z) (Rodrigues).
    """
    x, y, z = ray.unbind(-1)
    scale = 1 / (1 + z)
    rows = [
        [1 - x * x * scale, -x * y * scale, -x],
        [-x * y * scale, 1 - y * y * scale, -y],
        [x, y, z],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
