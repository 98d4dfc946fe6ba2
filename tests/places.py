"""Where the tests find real data."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.io.files import bundled
from zedo_cli.pipeline.rays import keypoints_to_directions

GOLDEN = Path(__file__).parent / "golden"
EXAMPLE = bundled("data/pose2sim")
ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "zedo_cli"

INTRINSICS = torch.tensor([[1000.0, 0, 500], [0, 1020, 480], [0, 0, 1]])
"""K (px) of a camera."""


def keypoints_to_rays(keypoints: Tensor, intrinsics: Tensor) -> Tensor:
    """Unit rays through keypoints."""
    return normalize(keypoints_to_directions(keypoints, intrinsics), dim=-1)


STANDING = np.array(
    [
        *((0, 0, 0), (-0.12, 0, 0), (-0.12, 0, -0.45), (-0.12, 0.02, -0.88), (0.12, 0, 0), (0.12, 0, -0.45)),
        *(
            (0.12, 0.02, -0.88),
            (0, 0, 0.24),
            (0, 0, 0.5),
            (0, -0.02, 0.61),
            (0, 0, 0.73),
            (0.16, 0, 0.49),
            (0.18, 0, 0.2),
        ),
        *((0.2, -0.05, -0.05), (-0.16, 0, 0.49), (-0.18, 0, 0.2), (-0.2, -0.05, -0.05)),
    ]
)
"""A person who stands, faces -Y of a world with Z up, and has no feet: `[17, 3]`, metres."""


def people(count: int, seed: int = 0) -> np.ndarray:
    """The standing person with a centimetre of jitter, `[count, 17, 3]`."""
    return STANDING + 0.01 * np.random.default_rng(seed).normal(size=(count, 17, 3))
