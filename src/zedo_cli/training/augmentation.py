"""Random bodies for every training sample, on the device.

Motion capture has few bodies and few combinations of arm and leg poses. Bone directions are kept, bone
lengths are drawn around anthropometric means, and upper bodies are combined with the legs of others where a
person could do that.
"""

import math
from functools import cache

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.rotations import rotation_about_y
from zedo_cli.pipeline.view import mirrored_pose
from zedo_cli.skeletons import BONE_LENGTHS, MIRROR_BONES, PARENTS, joints_ending

BONE_SPREAD = 0.06
"""Relative spread of a bone's length between people, the same on the left and the right side."""

HIP_SPREAD = 0.10
"""The same for the hips, whose centres differ by up to 4 cm between data sets."""

HEAD_SPREAD = 0.15
"""The same for neck and head, whose joints every data set defines differently."""

SIZE_SPREAD = 0.06
"""Relative spread of an adult's overall size: women and men together, 1.5 to 1.95 m."""

CHILDREN = 0.04
"""Share of children, for whom little motion capture exists."""

CHILD_SIZE = (0.6, 0.92)
"""Range of a child's size against an adult's: four years to twelve."""

OWN_PROPORTIONS = 0.5
"""Share of people with the bones of the recorded pose, jittered, instead of Human3.6M's means: the
definitions of hips, shoulders, neck and head belong to a data set, and the network can see which go
together."""

RECOMBINED = 0.25
"""Share of poses for which the upper body of another pose is tried."""

LARGEST_BEND_DEGREES = 25.0
"""Largest angle between two trunks that may be exchanged."""

CLOSEST = 0.10
"""Distance (m) from the axis of a leg within which no elbow and no wrist may lie after an exchange."""

Z_UP_TO_CAMERA = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
"""From a world frame with Z up to the frame of a level camera (X right, Y down, Z forward) that looks along
world Y."""


def upright(poses: Tensor) -> Tensor:
    """Poses `[batch, 17, 3]` of a Z-up world in the frame of a level camera, pelvis at the origin."""
    return (poses - poses[:, :1]) @ poses.new_tensor(Z_UP_TO_CAMERA).T


def mirrored(poses: Tensor, which: Tensor) -> Tensor:
    """Mirror the poses `[batch, 17, 3]` where `which [batch]` is true."""
    return torch.where(which[:, None, None], mirrored_pose(poses), poses)


def with_new_bones(poses: Tensor, generator: Generator) -> Tensor:
    """The same bone directions with random lengths for each pose. `[batch, 17, 3]` -> `[batch, 17, 3]`."""
    bones = poses[:, 1:] - poses[:, list(PARENTS[1:])]
    own = bones.norm(dim=-1, keepdim=True)
    directions = bones / own.clamp(min=1e-9)
    lengths = draw_bone_lengths(own.squeeze(-1), generator)
    return _chain(poses.device, poses.dtype) @ (directions * lengths[..., None])


def draw_bone_lengths(own: Tensor, generator: Generator) -> Tensor:
    """Random lengths (m) of the bones that end in joints 1..16, left-right symmetric. `[batch, 16]` ->
    `[batch, 16]`.

    own: lengths of the recorded people; a part of the batch is drawn around them.
    """
    batch, device = len(own), generator.device

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, device=device).clamp(-3, 3)

    def random() -> Tensor:
        return torch.rand(batch, 1, generator=generator, device=device)

    spread = torch.full((16,), BONE_SPREAD, device=device)
    spread[[0, 3]] = HIP_SPREAD
    spread[[8, 9]] = HEAD_SPREAD
    side = list(MIRROR_BONES)
    same = [min(bone, other) for bone, other in enumerate(side)]
    mean = torch.where(random() < OWN_PROPORTIONS, (own + own[:, side]) / 2, own.new_tensor(BONE_LENGTHS))
    low, high = CHILD_SIZE
    child = random() < CHILDREN
    size = torch.where(child, low + (high - low) * random(), 1 + SIZE_SPREAD * normal(batch, 1))
    return mean * (1 + spread * normal(batch, 16))[:, same] * size


def recombined(poses: Tensor, donors: Tensor) -> Tensor:
    """Upper bodies of `donors` on the pelvis and legs of `poses`, where a person could do that; else `poses`
    as they are.

    Upright poses `[batch, 17, 3]`. The donor is turned about the vertical until the hips are parallel. The
    trunks must be nearly parallel, and no elbow or wrist may end up inside a leg.
    """
    turned = donors @ rotation_about_y(_heading(poses) - _heading(donors)).mT
    alike = (_lean(poses) * _lean(turned)).sum(-1) > _cosine(LARGEST_BEND_DEGREES)
    level = (_hip_line(poses) * _hip_line(turned)).sum(-1) > _cosine(LARGEST_BEND_DEGREES)
    mixed = torch.cat([poses[:, :7], turned[:, 7:]], dim=1)
    hands = mixed[:, joints_ending("elbow", "wrist")]
    apart = _distances(hands, mixed[:, [1, 2, 4, 5]], mixed[:, [2, 3, 5, 6]]).amin((1, 2)) > CLOSEST
    return torch.where((alike & level & apart)[:, None, None], mixed, poses)


def _heading(poses: Tensor) -> Tensor:
    across = poses[:, 4] - poses[:, 1]
    return torch.atan2(-across[:, 2], across[:, 0])


def _hip_line(poses: Tensor) -> Tensor:
    return normalize(poses[:, 4] - poses[:, 1], dim=-1)


def _lean(poses: Tensor) -> Tensor:
    return normalize(poses[:, 8] - poses[:, 0], dim=-1)


def _cosine(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def _distances(points: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Distances of points `[batch, P, 3]` from the segments between starts and ends `[batch, S, 3]` ->
    `[batch, P, S]`."""
    along = (ends - starts)[:, None]
    away = points[:, :, None] - starts[:, None]
    part = (away * along).sum(-1, keepdim=True) / along.square().sum(-1, keepdim=True).clamp(min=1e-9)
    return (away - part.clamp(0, 1) * along).norm(dim=-1)


@cache
def _chain(device: torch.device, dtype: torch.dtype) -> Tensor:
    """`[17, 16]`: one where a bone lies on the path from the pelvis to a joint."""
    chain = torch.zeros(17, 16, dtype=dtype, device=device)
    for joint in range(1, 17):
        chain[joint] = chain[PARENTS[joint]]
        chain[joint, joint - 1] = 1
    return chain
