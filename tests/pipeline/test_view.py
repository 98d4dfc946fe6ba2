"""Mirror images of poses and views."""

import torch
from torch.nn.functional import normalize

from zedo_cli.pipeline.view import View, mirrored_pose, mirrored_view


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
