"""People far away, brought to the distances of the training: a body's size does not depend on its distance.

Priors are trained at 2 to 12 m. Beyond a few metres perspective says nothing of the pose, so the keypoints of
a person who appears farther than `FARTHEST` are magnified about their middle until the person appears at
`NEAR`. The pose is lifted there, and its depth multiplied back.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from zedo_cli.pipeline.hypotheses import BODY_RADIUS
from zedo_cli.pipeline.method import Lifted
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.rays import keypoints_to_directions

FARTHEST = 10.0
"""Distance (m) up to which people are lifted as they are."""

NEAR = 5.0
"""Distance (m) at which the others are lifted."""


class Zoom(NamedTuple):
    """How keypoints were magnified: `factor` `[B]`, 1 for people as they are, about `middle` `[B, 2]` px."""

    factor: Tensor
    middle: Tensor


def magnified(seen: Observation) -> tuple[Observation, Zoom]:
    """People as if they were no farther than `FARTHEST`, and how to undo it. On the CPU."""
    points, confidence, k = (part.numpy() for part in (seen.keypoints, seen.confidence, seen.intrinsics))
    known = confidence[..., None] > 0
    count = known.sum(1, dtype=np.float32).clip(1)
    middle = np.where(known, points, 0).sum(1) / count
    offset = np.where(known, points - middle[:, None], 0)
    on_plane = offset @ np.linalg.inv(k[:, :2, :2]).swapaxes(1, 2)  # at a depth of 1
    spread = np.square(on_plane).sum((1, 2)) / count[:, 0]
    distance = BODY_RADIUS / np.sqrt(spread).clip(1e-9)
    far = (distance > FARTHEST) & (count[:, 0] > 1)
    factor = np.where(far, distance / NEAR, np.float32(1))
    if far.any():
        near = middle[:, None] + factor[:, None, None] * offset
        points = np.where(known & far[:, None, None], near, points)
        seen = seen._replace(keypoints=torch.from_numpy(points))
    return seen, Zoom(torch.from_numpy(factor), torch.from_numpy(middle))


def restored(lifted: Lifted, zoom: Zoom, intrinsics: Tensor) -> Lifted:
    """The same people where they are. Root-relative poses stay; roots move along their rays.

    Args:
        intrinsics: K `[B, 3, 3]`.
    """
    far = torch.nonzero(zoom.factor > 1)[:, 0]
    if not len(far):
        return lifted
    some, zoom, k = (
        Lifted(*(part[far] for part in lifted)),
        Zoom(*(part[far] for part in zoom)),
        intrinsics[far],
    )
    root, roots = _moved(some.pose[:, 0], zoom, k), _moved(some.hypotheses[:, :, 0], zoom, k)
    pixels = zoom.middle[:, None] + (some.keypoints - zoom.middle[:, None]) / zoom.factor[:, None, None]
    moved = some._replace(
        pose=some.pose - some.pose[:, :1] + root[:, None],
        hypotheses=some.hypotheses - some.hypotheses[:, :, :1] + roots[:, :, None],
        translation=_moved(some.translation, zoom, k),
        reprojection_error=some.reprojection_error / zoom.factor,
        keypoints=torch.where(some.confidence[..., None] > 0, pixels, 0.0),
    )
    return Lifted(*(part.index_copy(0, far, new) for part, new in zip(lifted, moved, strict=True)))


def _moved(points: Tensor, zoom: Zoom, intrinsics: Tensor) -> Tensor:
    """Points `[B, ..., 3]` of the magnified view at their own depth, on their own ray."""
    extra = points.dim() - 2
    shape = (-1, *[1] * extra)
    k = intrinsics.reshape(-1, *[1] * extra, 3, 3)
    pixels = (k @ points[..., None])[..., 0]
    pixels = pixels[..., :2] / pixels[..., 2:]
    middle = zoom.middle.reshape(*shape, 2)
    factor = zoom.factor.reshape(*shape, 1)
    own = middle + (pixels - middle) / factor
    return keypoints_to_directions(own[..., None, :], k)[..., 0, :] * points[..., 2:] * factor
