"""Mirror images of poses and views."""

import pytest
import torch
from torch.nn.functional import normalize

from zedo_cli.pipeline.view import View, mirrored_pose, mirrored_view

INTRINSICS = torch.tensor([[900.0, 2, 400], [0, 950, 300], [0, 0, 1]], dtype=torch.float64)


@pytest.fixture
def points():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 17, 3, generator=generator, dtype=torch.float64) * 0.4 + torch.tensor(
        [0.2, -0.1, 4]
    )


def test_the_mirror_image_of_a_view_is_the_view_of_the_mirror_image(points):
    view = View(
        normalize(points, dim=-1), torch.rand(3, 17), torch.tensor([[0.6, -0.8, 0.0]]), torch.ones(3, 10)
    )
    mirrored = mirrored_view(view)
    assert torch.equal(mirrored.rays, normalize(mirrored_pose(points), dim=-1))
    assert torch.equal(mirrored.up, torch.tensor([[-0.6, -0.8, 0.0]]))
    again = mirrored_view(mirrored)
    assert torch.equal(again.rays, view.rays)
    assert torch.equal(again.confidence, view.confidence)
