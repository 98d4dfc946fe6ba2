"""Keypoints, rays and pixels. Camera frame: X right, Y down, Z forward; metres; pixels."""

from typing import NamedTuple

import torch
from torch import Tensor


class View(NamedTuple):
    """What the camera saw of a person, free of the camera: unit rays and how far to trust them.

    rays: `[..., J, 3]`, unit vectors in the camera frame. confidence: `[..., J]` in 0..1; 0 is a missing joint, whose ray
    carries no information.

    What may be known besides, each for itself: up: `[..., 3]`, the unit vector against gravity in the camera frame. bones:
    `[..., 10]`, lengths (m) of the person's `BONES`. None, or zeros, where it is not known.
    """

    rays: Tensor
    confidence: Tensor
    up: Tensor | None = None
    bones: Tensor | None = None


def keypoints_to_directions(keypoints: Tensor, intrinsics: Tensor) -> Tensor:
    """Directions K^-1 (u, v, 1) through undistorted keypoints. `[..., J, 2]` px, `[..., 3, 3]` -> `[..., J, 3]`, z = 1."""
    homogeneous = torch.cat([keypoints, torch.ones_like(keypoints[..., :1])], dim=-1)
    return homogeneous @ torch.linalg.inv(intrinsics).mT


def points_to_keypoints(points: Tensor, intrinsics: Tensor) -> Tensor:
    """Pinhole projection of camera-frame points to pixels. `[..., J, 3]` m, `[..., 3, 3]` -> `[..., J, 2]`."""
    image = points @ intrinsics.mT
    return image[..., :2] / image[..., 2:]


def pull_on_rays(pose: Tensor, translation: Tensor, rays: Tensor, gain: Tensor | float = 1.0) -> Tensor:
    """Move each joint toward the nearest point of its ray (Algorithm 1: ((P + T) . r) r - T).

    pose `[..., J, 3]` root-relative, translation `[..., 1, 3]`, unit rays `[..., J, 3]`, all in metres and the camera
    frame. gain `[..., J, 1]` in 0..1 is the part of the way: 1 is the paper's projection, 0 leaves a joint where it is.
    """
    points = pose + translation
    on_rays = (points * rays).sum(-1, keepdim=True) * rays
    return pose + gain * (on_rays - points)


def ray_gain(sigma: Tensor, confidence: Tensor, keypoint_noise: float) -> Tensor:
    """How far to believe a ray rather than a pose of noise `sigma` (m): the gain of a Gaussian posterior.

    The ray passes the joint at a distance of about `keypoint_noise / confidence` metres, the pose at `sigma`; the
    weight of the ray is sigma^2 / (sigma^2 + (keypoint_noise / confidence)^2): 0 for a missing joint, 1 in the limit of
    perfect keypoints. confidence `[..., J]` -> `[..., J, 1]`.
    """
    return ((sigma * confidence) ** 2 / ((sigma * confidence) ** 2 + keypoint_noise**2)).unsqueeze(-1)
