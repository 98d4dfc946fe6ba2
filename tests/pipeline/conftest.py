"""Points in front of a camera, and people as it sees them."""

import pytest
import torch

from places import INTRINSICS
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.rays import points_to_keypoints


@pytest.fixture
def points():
    """`[3, 17, 3]` m, camera frame."""
    generator = torch.Generator().manual_seed(0)
    spread = torch.randn(3, 17, 3, generator=generator, dtype=torch.float64) * 0.4
    return spread + torch.tensor([0.2, -0.1, 4])


@pytest.fixture
def seen(prior):
    """Six people; of the second two joints are missing."""
    points = prior.clusters(50)[:6] + torch.tensor([0.2, 0.1, 4.0])
    keypoints = points_to_keypoints(points, INTRINSICS)
    confidence = torch.full((6, 17), 0.9)
    confidence[1, [3, 6]] = 0
    return Observation(keypoints, confidence, INTRINSICS.expand(6, 3, 3))
