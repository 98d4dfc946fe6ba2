"""Where the tests find real data."""

from pathlib import Path

from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.files import bundled
from zedo_cli.pipeline.rays import keypoints_to_directions

GOLDEN = Path(__file__).parent / "golden"
EXAMPLE = bundled("data/pose2sim")


def keypoints_to_rays(keypoints: Tensor, intrinsics: Tensor) -> Tensor:
    """Unit rays through keypoints."""
    return normalize(keypoints_to_directions(keypoints, intrinsics), dim=-1)
