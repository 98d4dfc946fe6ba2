"""Poses to start from: k-means centres of the training poses."""

import numpy as np
import torch
from torch import Tensor

from zedo_cli.pipeline.rotations import rotation_about_y
from zedo_cli.training.virtual_cameras import draw_orientations

CLUSTERS = (1, 50)
"""Numbers of hypotheses for which centres for the paper's start are stored."""

EXEMPLARS = 500
"""Number of poses for the exemplar start."""

_SAMPLE = 50_000


def start_poses(poses: Tensor, weights: Tensor, seed: int, rotation: bool = True) -> dict[str, Tensor]:
    """K-means centres of upright poses `[N, 17, 3]`, sampled with `weights [N]`.

    `exemplars [500, 17, 3]`: of poses turned to face the camera, for the start over orientations. `clusters_S
    [S, 17, 3]`: of poses as random cameras see them (or as they are, without `rotation`), for the paper's
    start; but a single one is of poses that face the camera, since the mean over all directions has no left
    and right, which R and T need.
    """
    generator = torch.Generator().manual_seed(seed)
    sample = poses[torch.multinomial(weights, _SAMPLE, replacement=True, generator=generator)]
    seen = sample @ draw_orientations(_SAMPLE, generator)[0].mT if rotation else sample
    facing = facing_camera(sample)
    centres = {f"clusters_{count}": k_means(seen if count > 1 else facing, count, seed) for count in CLUSTERS}
    return centres | {"exemplars": k_means(facing, EXEMPLARS, seed)}


def facing_camera(poses: Tensor) -> Tensor:
    """Upright poses `[N, 17, 3]` turned about the vertical so that hips and shoulders face the camera."""
    across = (poses[:, 4] - poses[:, 1]) + (poses[:, 11] - poses[:, 14])
    return poses @ rotation_about_y(torch.atan2(across[:, 2], across[:, 0])).mT


def k_means(poses: Tensor, count: int, seed: int) -> Tensor:
    """`count` k-means centres of `poses [N, J, 3]`, most populous first. Needs scikit-learn."""
    from sklearn.cluster import KMeans

    fit = KMeans(count, n_init=1, random_state=seed).fit(poses.flatten(1).cpu().numpy())
    order = np.argsort(-np.bincount(fit.labels_, minlength=count), kind="stable")
    return torch.from_numpy(fit.cluster_centers_[order].astype(np.float32)).view(count, *poses.shape[1:])
