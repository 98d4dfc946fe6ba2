"""Rotations of an upright person as cameras see them."""

import roma
from torch import Tensor


def camera_rotation(yaw: Tensor, pitch: Tensor, roll: Tensor) -> Tensor:
    """R_z(roll) R_x(pitch) R_y(yaw), radians, `[...]` each -> `[..., 3, 3]`.

    Turns a pose from the frame of a level camera (X right, Y down, Z forward) into that of a camera which sees the person
    turned by `yaw`, looks down by `pitch` and is rolled by `roll`.
    """
    return roma.euler_to_rotmat("ZXY", [roll, pitch, yaw])
