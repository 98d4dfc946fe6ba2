"""People before cameras, and what of them may be known besides what is seen."""

import math
from typing import NamedTuple

from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.bones import bone_lengths
from zedo_cli.training.random_batch import Draw

VERTICAL_KNOWN, BONES_KNOWN = 0.4, 0.4
"""Shares of views with a known vertical (a calibration, a level, or many frames) and known bones (many frames, a tape)."""

VERTICAL_ERROR_DEGREES = 3.0
"""Error of such a vertical: none of a calibration with a board on the floor, 3-5 degrees of an estimate from a clip."""

SIZE_ERROR, BONE_ERROR = 0.025, 0.04
"""Relative errors of known bones, all together and each: no tape meets a joint, no estimate is better."""


class Scene(NamedTuple):
    """People before cameras: poses `[batch, 17, 3]` and places of their pelvises `[batch, 3]`, metres, half the image's
    width and height as tangents `[batch, 2]`, and the vertical `[batch, 3]`, a unit vector upward. Camera frame."""

    poses: Tensor
    places: Tensor
    border: Tensor
    up: Tensor


def known_vertical(scene: Scene, generator: Generator, share: float = VERTICAL_KNOWN) -> Tensor:
    """The vertical `[batch, 3]` as well as it is known of a `share` of the cameras; zeros of the others."""
    draw = Draw(len(scene.poses), generator)
    error = math.radians(VERTICAL_ERROR_DEGREES) / 2**0.5 * draw.normal(3)
    return normalize(scene.up + error, dim=-1) * draw.chance(share)[:, None]


def known_bones(scene: Scene, generator: Generator, share: float = BONES_KNOWN) -> Tensor:
    """Lengths of `BONES` (m) `[batch, 10]` as well as they are known of a `share` of the people; zeros of the others."""
    draw = Draw(len(scene.poses), generator)
    lengths = bone_lengths(scene.poses)
    error = SIZE_ERROR * draw.normal(1) + BONE_ERROR * draw.normal(lengths.shape[1])
    return lengths * error.exp() * draw.chance(share)[:, None]
