"""What a camera sees of a person, independent of K: rays, confidences, and side information."""

from typing import NamedTuple

from torch import Tensor

from zedo_cli.skeletons import MIRROR


class View(NamedTuple):
    """What a denoiser may see of a person.

    rays: `[..., J, 3]`, unit vectors in the camera frame. confidence: `[..., J]` in 0..1; 0 is a missing
    joint, whose ray carries no information. up: `[..., 3]`, the unit vector against gravity in the camera
    frame. bones: `[..., 10]`, lengths (m) of the person's `BONES`, all of them. Up and bones are None, or
    zeros, where they are not known.
    """

    rays: Tensor
    confidence: Tensor
    up: Tensor | None = None
    bones: Tensor | None = None


def mirrored_pose(pose: Tensor) -> Tensor:
    """The pose in a mirror beside the camera: x negated, left and right exchanged. `[..., J, 3]` -> `[..., J,
    3]`."""
    return pose[..., list(MIRROR), :] * pose.new_tensor([-1.0, 1.0, 1.0])


def mirrored_view(view: View) -> View:
    """What the camera would see of the mirrored pose."""
    up = None if view.up is None else view.up * view.up.new_tensor([-1.0, 1.0, 1.0])
    return View(mirrored_pose(view.rays), view.confidence[..., list(MIRROR)], up, view.bones)
