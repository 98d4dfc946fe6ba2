"""Keypoints, rays and points. Camera frame: X right, Y down, Z forward; metres; pixels."""

import torch
from torch import Tensor


def keypoints_to_directions(keypoints: Tensor, intrinsics: Tensor) -> Tensor:
    """Directions K^-1 (u, v, 1) through undistorted keypoints.

    Args:
        keypoints: `[..., J, 2]` px.
        intrinsics: K `[..., 3, 3]`.

    Returns:
        `[..., J, 3]`, z = 1, not normalised.
    """
    homogeneous = torch.cat([keypoints, torch.ones_like(keypoints[..., :1])], dim=-1)
    return homogeneous @ torch.linalg.inv_ex(intrinsics).inverse.mT


def points_to_keypoints(points: Tensor, intrinsics: Tensor) -> Tensor:
    """Pinhole projection of camera-frame points to pixels. `[..., J, 3]` m, `[..., 3, 3]` -> `[..., J,
    2]`."""
    image = points @ intrinsics.mT
    return image[..., :2] / image[..., 2:]


def pull_on_rays(pose: Tensor, translation: Tensor, rays: Tensor, gain: Tensor | float = 1.0) -> Tensor:
    """Move each joint toward the nearest point of its ray: ((P + T) . r) r - T in Algorithm 1.

    Args:
        pose: P `[..., J, 3]`, root-relative, metres, camera frame.
        translation: T `[..., 1, 3]`, metres.
        rays: unit rays `[..., J, 3]`.
        gain: `[..., J, 1]` in 0..1, the part of the way: 1 is the paper's projection, 0 leaves a joint where
            it is.
    """
    points = pose + translation
    on_rays = (points * rays).sum(-1, keepdim=True) * rays
    return pose + gain * (on_rays - points)


def distance_from_rays(points: Tensor, rays: Tensor) -> Tensor:
    """Distance (m) of camera-frame points from unit rays. `[..., J, 3]`, `[..., J, 3]` -> `[..., J]`.

    A ray begins at the camera: the distance of a point behind it is that to the camera.
    """
    along = (points * rays).sum(-1, keepdim=True).clamp(min=0)
    return (points - along * rays).norm(dim=-1)
