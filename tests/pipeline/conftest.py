"""Points in front of a camera."""

import pytest
import torch


@pytest.fixture
def points():
    """`[3, 17, 3]` m, camera frame."""
    generator = torch.Generator().manual_seed(0)
    spread = torch.randn(3, 17, 3, generator=generator, dtype=torch.float64) * 0.4
    return spread + torch.tensor([0.2, -0.1, 4])
