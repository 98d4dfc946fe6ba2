"""What was observed of people, and the rays that follow from it. Pixels and K end here."""

from typing import NamedTuple, Self

import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.rays import keypoints_to_directions
from zedo_cli.pipeline.view import View
from zedo_cli.pipeline.weights import keypoint_noise


class Observation(NamedTuple):
    """What was observed of B people.

    keypoints: `[B, J, 2]` px, undistorted. confidence: `[B, J]`; a joint of confidence 0 is missing, and its
    keypoint is ignored. intrinsics: K `[B, 3, 3]`. up `[B, 3]`, bones `[B, 10]`: side information, see
    `View`. mean `[B, J, 3]` and spread `[B, J]` (m): what the prior makes of this view alone, if that is
    known already.
    """

    keypoints: Tensor
    confidence: Tensor
    intrinsics: Tensor
    up: Tensor | None = None
    bones: Tensor | None = None
    mean: Tensor | None = None
    spread: Tensor | None = None

    def rows(self, index: Tensor | slice) -> Self:
        """The rows of an index."""
        return self._replace(**{name: part[index] for name, part in self._known().items()})

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return self._replace(**{name: part.to(device) for name, part in self._known().items()})

    def _known(self) -> dict[str, Tensor]:
        return {name: part for name, part in self._asdict().items() if part is not None}


class ObservedRays(NamedTuple):
    """An observation without the camera.

    view: rays, confidences and the rest with an axis for hypotheses, `[B, 1, J, ...]`. directions: `[B, J,
    3]`, z = 1. noise: of the keypoints, a length at the person (m), `[B, 1, J]`.
    """

    view: View
    directions: Tensor
    noise: Tensor


def observed_rays(seen: Observation, least_noise: float, odds_noise: float) -> ObservedRays:
    """The rays of an observation, line 3 of Algorithm 1, and the noise that the confidences stand for."""
    directions = keypoints_to_directions(seen.keypoints, seen.intrinsics)
    up, bones = (None if part is None else part[:, None] for part in (seen.up, seen.bones))
    view = View(normalize(directions, dim=-1)[:, None], seen.confidence[:, None], up, bones)
    return ObservedRays(view, directions, keypoint_noise(view.confidence, least_noise, odds_noise))
