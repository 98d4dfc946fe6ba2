"""Rotations of people as cameras see them. Camera frame: X right, Y down, Z forward; radians."""

import torch
from torch import Tensor


def rotation_about_y(angle: Tensor) -> Tensor:
    """Rotation by `angle [...]` about the axis y, which points down. -> `[..., 3, 3]`."""
    cos, sin, zero, one = angle.cos(), angle.sin(), torch.zeros_like(angle), torch.ones_like(angle)
    return torch.stack((cos, zero, sin, zero, one, zero, -sin, zero, cos), dim=-1).unflatten(-1, (3, 3))


def camera_rotation(yaw: Tensor, pitch: Tensor, roll: Tensor) -> Tensor:
    """R_z(roll) R_x(pitch) R_y(yaw), `[...]` each -> `[..., 3, 3]`.

    Turns a pose from the frame of a level camera into that of a camera which sees the person turned by `yaw`,
    looks down by `pitch` and is rolled by `roll`.
    """
    import roma  # imports for as long as torch does; not needed to lift with a prior that sees the view

    return roma.euler_to_rotmat("ZXY", [roll, pitch, yaw])
