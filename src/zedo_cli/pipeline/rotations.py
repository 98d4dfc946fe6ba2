"""Rotations of people as cameras see them. Camera frame: X right, Y down, Z forward; radians."""

import torch
from torch import Tensor


def rotation_about(axis: str, angle: Tensor) -> Tensor:
    """Rotation by `angle [...]` about the axis x, y or z. -> `[..., 3, 3]`."""
    cos, sin, zero, one = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    entries = {
        "x": (one, zero, zero, zero, cos, -sin, zero, sin, cos),
        "y": (cos, zero, sin, zero, one, zero, -sin, zero, cos),
        "z": (cos, -sin, zero, sin, cos, zero, zero, zero, one),
    }
    return torch.stack(entries[axis], dim=-1).unflatten(-1, (3, 3))


def camera_rotation(yaw: Tensor, pitch: Tensor, roll: Tensor) -> Tensor:
    """R_z(roll) R_x(pitch) R_y(yaw), `[...]` each -> `[..., 3, 3]`.

    Turns a pose from the frame of a level camera into that of a camera which sees the person turned by `yaw`,
    looks down by `pitch` and is rolled by `roll`.
    """
    return rotation_about("z", roll) @ rotation_about("x", pitch) @ rotation_about("y", yaw)
