"""What a camera sees of a person, independent of K: rays, confidences, and side information."""

from functools import cache
from typing import NamedTuple, Self

import torch
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

    def rows(self, index: Tensor | slice) -> Self:
        """The rows of an index, of a view with leading dimensions."""
        return self._replace(
            **{name: part[index] for name, part in self._asdict().items() if part is not None}
        )


def mirrored_pose(pose: Tensor) -> Tensor:
    """The pose in a mirror beside the camera: x negated, left and right exchanged. `[..., J, 3]` -> `[..., J,
    3]`."""
    return pose.index_select(-2, mirror_order(pose)) * _sign(pose)


def mirrored_view(view: View) -> View:
    """What the camera would see of the mirrored pose."""
    up = None if view.up is None else view.up * _sign(view.up)
    confidence = view.confidence.index_select(-1, mirror_order(view.confidence))
    return View(mirrored_pose(view.rays), confidence, up, view.bones)


def mirror_order(like: Tensor) -> Tensor:
    """`MIRROR` as a tensor on the device of another one."""
    return constant(MIRROR, torch.long, like.device)


def _sign(like: Tensor) -> Tensor:
    return constant((-1.0, 1.0, 1.0), like.dtype, like.device)


@cache
def constant(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """A tensor that is made once: the loop uses it in every evaluation, and a copy to a GPU waits for it."""
    return torch.tensor(values, dtype=dtype, device=device)
