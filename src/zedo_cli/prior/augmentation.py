"""Bodies and orientations drawn anew for every training sample, on the device.

Motion capture has few bodies and one world frame; a prior needs every body as any camera sees it. Bone directions are
kept, bone lengths are drawn around anthropometric means, and the pose is turned as by a camera at a random yaw that
looks down a little.
"""

import math
from functools import cache

import roma
import torch
from torch import Generator, Tensor

from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.skeletons import MIRROR, PARENTS

BONE_LENGTHS = (0.118, 0.455, 0.44, 0.118, 0.455, 0.44, 0.235, 0.25, 0.11, 0.13, 0.158, 0.295, 0.25, 0.158, 0.295, 0.25)
"""Mean distance (m) of joints 1..16 from their parents in an adult, by Human3.6M's joint definitions."""

BONE_SPREAD = 0.06
"""Relative spread of a bone's length between people, the same on the left and the right side."""

HIP_SPREAD = 0.10
"""The same for the hips, whose centres the data sets place up to 4 cm apart."""

HEAD_SPREAD = 0.15
"""The same for neck and head, whose joints every data set places differently."""

SIZE_SPREAD = 0.05
"""Relative spread of a person's overall size."""

PITCH_DEGREES = (8.0, 15.0)
"""Mean and spread of the camera's tilt: cameras stand above the hips more often than below and look down."""

ROLL_DEGREES = 10.0
"""Spread of the camera's roll."""

ANY_ORIENTATION = 0.2
"""Share of samples turned uniformly over all rotations: people who lie, fall or turn over."""

Z_UP_TO_CAMERA = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
"""Turns a world frame with Z up into a level camera's frame (X right, Y down, Z forward) that looks along world Y."""


def upright(poses: Tensor) -> Tensor:
    """Poses `[batch, 17, 3]` of a Z-up world in the frame of a level camera, pelvis at the origin."""
    return (poses - poses[:, :1]) @ poses.new_tensor(Z_UP_TO_CAMERA).T


def mirrored(poses: Tensor, which: Tensor) -> Tensor:
    """Mirror the poses `[batch, 17, 3]` where `which [batch]` is true: x negated, left and right exchanged."""
    flipped = poses[:, list(MIRROR)] * poses.new_tensor([-1.0, 1.0, 1.0])
    return torch.where(which[:, None, None], flipped, poses)


def with_new_bones(poses: Tensor, generator: Generator) -> Tensor:
    """The same bone directions with lengths drawn anew for each pose. `[batch, 17, 3]` -> `[batch, 17, 3]`."""
    bones = poses[:, 1:] - poses[:, list(PARENTS[1:])]
    directions = torch.nn.functional.normalize(bones, dim=-1)
    return _chain(poses.device, poses.dtype) @ (directions * draw_bone_lengths(len(poses), generator)[..., None])


def draw_bone_lengths(batch: int, generator: Generator) -> Tensor:
    """Lengths (m) of the bones that end in joints 1..16 of `batch` people, left-right symmetric. `[batch, 16]`."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, device=generator.device).clamp(-3, 3)

    spread = torch.full((16,), BONE_SPREAD, device=generator.device)
    spread[[0, 3]] = HIP_SPREAD
    spread[[8, 9]] = HEAD_SPREAD
    jitter = normal(batch, 16)
    for joint, other in enumerate(MIRROR):
        if joint < other:
            jitter[:, other - 1] = jitter[:, joint - 1]
    lengths = torch.tensor(BONE_LENGTHS, device=generator.device)
    return lengths * (1 + spread * jitter) * (1 + SIZE_SPREAD * normal(batch, 1))


def draw_orientations(batch: int, generator: Generator) -> Tensor:
    """Rotations `[batch, 3, 3]` from a level camera's frame to that of a random camera (yaw, then pitch, then roll)."""

    def normal(mean: float, spread: float) -> Tensor:
        return torch.deg2rad(mean + spread * torch.randn(batch, generator=generator, device=generator.device))

    def random() -> Tensor:
        return torch.rand(batch, generator=generator, device=generator.device)

    camera = camera_rotation(2 * math.pi * random(), normal(*PITCH_DEGREES), normal(0.0, ROLL_DEGREES))
    quaternions = torch.randn(batch, 4, generator=generator, device=generator.device)
    anything = roma.unitquat_to_rotmat(torch.nn.functional.normalize(quaternions, dim=-1))
    return torch.where((random() < ANY_ORIENTATION)[:, None, None], anything, camera)


@cache
def _chain(device: torch.device, dtype: torch.dtype) -> Tensor:
    """`[17, 16]`: one where a bone lies on the way from the pelvis to a joint."""
    chain = torch.zeros(17, 16, dtype=dtype, device=device)
    for joint in range(1, 17):
        chain[joint] = chain[PARENTS[joint]]
        chain[joint, joint - 1] = 1
    return chain
