"""What the frames of a track share: the vertical of the camera, and the bones and the size of the person.

All functions take the poses `[T, 17, 3]` of one track (m, camera frame, root-relative or not) in order of
time.
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.body import bone_lengths, standing_height
from zedo_cli.skeletons import INDEX

MIN_FRAMES = 5
"""A track of fewer frames is too short to estimate anything from."""


STEEPEST_DEGREES = 45.0
"""Pitch of a camera up to which its vertical is used. The prior was trained on cameras up to 35 degrees. At
60 and 85 degrees the true vertical gains 2 and loses 1 mm for people who stand (41, 50 mm without), and loses
15 and 42 mm for people who lie (69, 86)."""


def usable_vertical(up: Tensor) -> Tensor:
    """Verticals `[..., 3]`, with zeros in place of those of steep cameras."""
    steep = up[..., 2:].abs() > math.sin(math.radians(STEEPEST_DEGREES))
    return up.masked_fill(steep, 0)


UPRIGHT_DEGREES = 8.0
"""Median angle of a body from the vertical of its track up to which the track tells the vertical. On
`validation-video` the vertical is 8 degrees off (RMS) where bodies spread by less, and 30 to 80 where they
lie, crawl or bend: it then counts as unknown."""


def vertical_of_track(poses: Tensor) -> Tensor:
    """The vertical (unit vector upward, camera frame) `[3]`; zeros for a track of too few frames, and for one
    whose body does not stay upright.

    People stand on average: the geometric median of the directions from between the ankles to the thorax.
    """
    ankles = poses[:, [INDEX["right_ankle"], INDEX["left_ankle"]]].mean(1)
    directions = normalize(poses[:, INDEX["thorax"]] - ankles, dim=-1)
    if len(poses) < MIN_FRAMES:
        return torch.zeros_like(directions[0])
    directions = directions[directions.isfinite().all(-1)]
    middle = torch.from_numpy(_geometric_median(directions.double().numpy())).to(directions)
    tilt = (directions @ middle).clamp(-1, 1).arccos().rad2deg()
    return middle if tilt.median() <= UPRIGHT_DEGREES else torch.zeros_like(middle)


def _geometric_median(directions: np.ndarray) -> np.ndarray:
    """The direction of the least sum of distances from unit vectors `[N, 3]` (Weiszfeld's algorithm)."""
    middle = directions.sum(0)
    middle /= max(float(np.linalg.norm(middle)), 1e-12)
    for _ in range(20):
        weights = 1 / np.linalg.norm(directions - middle, axis=-1).clip(0.02)
        before, middle = middle, weights @ directions
        middle /= max(float(np.linalg.norm(middle)), 1e-12)
        if np.linalg.norm(before - middle) < 1e-6:
            break
    return middle


def bones_of_track(poses: Tensor) -> Tensor:
    """Bone lengths (m) `[10]`, medians over the track; zeros for a track of too few frames."""
    lengths = bone_lengths(poses)
    return lengths.nanmedian(0).values if len(poses) >= MIN_FRAMES else torch.zeros_like(lengths[0])


SIZE_ERROR = 0.08
"""RMS relative error of the size of people: 0.03 to 0.04 on recorded people of `validation-video`, 0.11 with
bodies drawn anew (children among them), where the view says little."""

BONE_ERRORS = {
    "hip": 0.15,
    "thigh": 0.09,
    "shin": 0.09,
    "lower trunk": 0.09,
    "upper trunk": 0.1,
    "neck": 0.16,
    "head": 0.18,
    "shoulder": 0.16,
    "upper arm": 0.11,
    "forearm": 0.11,
}
"""RMS relative errors of the bones of a track on `validation-video`, over exact and noisy keypoints, recorded
bodies and those drawn anew. Hips, shoulders, neck and head depend on the definition of the joints."""

LARGEST_SIZE_ERROR = 3.0
"""Standard deviations of the size from which a stated height is implausible."""


def implausible_size(factor: float) -> bool:
    """Whether a stated height, `factor` times that of the estimate, does not fit what is seen."""
    return abs(math.log(factor)) > LARGEST_SIZE_ERROR * SIZE_ERROR if factor > 0 else False


def size_factor(poses: Tensor, height: float) -> Tensor:
    """The factor by which poses and translations grow if the person is `height` (m) tall. Joints stay on
    their rays."""
    return height / standing_height(bone_lengths(poses)).nanmedian()
