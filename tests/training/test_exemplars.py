"""Start poses."""

import torch

from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.training.exemplars import facing_camera, k_means


def test_facing_poses_have_their_left_on_the_cameras_right(prior):
    """A person who faces the camera has the left hip at larger x, and both hips at one depth."""
    yaw = torch.linspace(0, 6, len(prior.exemplars))
    turned = facing_camera(prior.exemplars @ camera_rotation(yaw, 0 * yaw, 0 * yaw).mT)
    assert torch.allclose(turned, prior.exemplars, atol=1e-4)
    across = (turned[:, 4] - turned[:, 1]) + (turned[:, 11] - turned[:, 14])
    assert (across[:, 0] >= 0).all()
    assert across[:, 2].abs().max() < 1e-5


def test_the_stored_exemplars_are_upright_people(prior):
    heads = prior.exemplars[:, 10, 1] < prior.exemplars[:, [3, 6], 1].min(1).values
    assert heads.float().mean() > 0.9
    thighs = (prior.exemplars[:, 2] - prior.exemplars[:, 1]).norm(dim=-1)
    assert ((thighs > 0.2) & (thighs < 0.6)).all()


def test_the_single_cluster_is_a_person_who_faces_the_camera(prior):
    person = prior.clusters(1)[0]
    assert person[4, 0] - person[1, 0] > 0.1
    assert person[11, 0] - person[14, 0] > 0.2


def test_k_means_finds_clusters_largest_first():
    centres = torch.randn(3, 17, 3)
    poses = torch.cat([centres[1].repeat(50, 1, 1), centres[0].repeat(30, 1, 1), centres[2].repeat(10, 1, 1)])
    found = k_means(poses + 1e-3 * torch.randn(90, 17, 3), 3, seed=0)
    assert torch.allclose(found, centres[[1, 0, 2]], atol=5e-3)
