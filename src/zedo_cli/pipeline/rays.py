"""Keypoints, rays and pixels. Camera frame: X right, Y down, Z forward; metres; pixels."""

from typing import NamedTuple

import torch
from torch import Tensor

from zedo_cli.skeletons import ADULT, MIRROR


class View(NamedTuple):
    """What the camera saw of a person, free of the camera: unit rays and how far to trust them.

    rays: `[..., J, 3]`, unit vectors in the camera frame. confidence: `[..., J]` in 0..1; 0 is a missing joint, whose ray
    carries no information.

    What may be known besides, each for itself: up: `[..., 3]`, the unit vector against gravity in the camera frame. bones:
    `[..., 10]`, lengths (m) of the person's `BONES`, all of them. None, or zeros, where it is not known.
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


def keypoint_noise(confidence: Tensor, least: float, doubt: float) -> Tensor:
    """Standard deviation (m) at which the ray of a keypoint passes its joint; infinite for a missing joint.

    In pixels it grows with the person in the image, so at the joint it is a length: ADULT (least + doubt (1 - c) / c).
    confidence `[..., J]` in 0..1 -> `[..., J]`.
    """
    return ADULT * (least + doubt * (1 - confidence) / confidence)


def doubted_noise(noise: Tensor, distance: Tensor, sigma: Tensor | float, freedom: float = 4.0) -> Tensor:
    """The noise (m) of keypoints whose rays pass a pose at `distance` (m), if the pose itself is good to `sigma` (m).

    noise sqrt(1 + distance^2 / (freedom (sigma^2 + noise^2))): the standard deviation that a Student distribution of so
    many degrees of freedom has in an iteration of reweighted least squares (Lange et al. 1989). A keypoint that
    contradicts all others is heard less; in the limit of infinite `freedom`, as much. `[..., J]` -> `[..., J]`.
    """
    return noise * (1 + distance.square() / (freedom * (sigma**2 + noise.square()))).sqrt()


def ray_gain(sigma: Tensor | float, noise: Tensor) -> Tensor:
    """How far to believe rays of `noise` (m) rather than a pose of noise `sigma` (m): the gain of a Gaussian posterior.

    sigma^2 / (sigma^2 + noise^2): 1 in the limit of perfect keypoints, 0 for a missing one. `[..., J]` -> `[..., J, 1]`.
    """
    return (sigma**2 / (sigma**2 + noise.square())).unsqueeze(-1)


def distance_from_rays(points: Tensor, rays: Tensor) -> Tensor:
    """Distance (m) of camera-frame points from unit rays. `[..., J, 3]`, `[..., J, 3]` -> `[..., J]`.

    A ray begins at the camera: what lies behind it is as far as the camera is.
    """
    along = (points * rays).sum(-1, keepdim=True).clamp(min=0)
    return (points - along * rays).norm(dim=-1)


def mirrored_pose(pose: Tensor) -> Tensor:
    """The pose in a mirror that stands beside the camera: x negated, left and right exchanged. `[..., J, 3]`."""
    return pose[..., list(MIRROR), :] * pose.new_tensor([-1.0, 1.0, 1.0])


def mirrored_view(view: View) -> View:
    """What the camera would have seen of the mirrored pose."""
    up = None if view.up is None else view.up * view.up.new_tensor([-1.0, 1.0, 1.0])
    return View(mirrored_pose(view.rays), view.confidence[..., list(MIRROR)], up, view.bones)
