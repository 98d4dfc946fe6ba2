"""People in front of cameras, and side information."""

import math
from typing import NamedTuple

from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.body import bone_lengths
from zedo_cli.training.random_batch import RandomBatch

VERTICAL_KNOWN, BONES_KNOWN = 0.4, 0.4
"""Shares of views with a known vertical (from a calibration, a level or many frames) and known bones (many
frames, a tape measure)."""

VERTICAL_ERROR_DEGREES = 3.0
"""Error of such a vertical: none from a calibration with a board on the floor, 3-5 degrees from an estimate
over a clip."""

SIZE_ERROR, BONE_ERROR = 0.025, 0.04
"""Relative errors of known bones, of all together and of each: neither a tape measure nor an estimate is
better."""


class Scene(NamedTuple):
    """People in front of cameras. Camera frame, metres.

    poses: `[batch, 17, 3]`, root-relative. places: of their pelvises `[batch, 3]`. border: half the width and
    height of the image as tangents `[batch, 2]`. up: the vertical `[batch, 3]`, a unit vector upward.
    """

    poses: Tensor
    places: Tensor
    border: Tensor
    up: Tensor


def known_vertical(scene: Scene, generator: Generator, share: float = VERTICAL_KNOWN) -> Tensor:
    """The vertical `[batch, 3]` with its error for a `share` of the cameras; zeros for the others."""
    draw = RandomBatch(len(scene.poses), generator)
    error = math.radians(VERTICAL_ERROR_DEGREES) / 2**0.5 * draw.normal(3)
    return normalize(scene.up + error, dim=-1) * draw.chance(share)[:, None]


def known_bones(scene: Scene, generator: Generator, share: float = BONES_KNOWN) -> Tensor:
    """Lengths of `BONES` (m) `[batch, 10]` with their error for a `share` of the people; zeros for the
    others."""
    draw = RandomBatch(len(scene.poses), generator)
    lengths = bone_lengths(scene.poses)
    error = SIZE_ERROR * draw.normal(1) + BONE_ERROR * draw.normal(lengths.shape[1])
    return lengths * error.exp() * draw.chance(share)[:, None]
