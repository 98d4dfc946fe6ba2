"""The denoiser convention."""

import torch

from zedo_cli.prior.score_network import GroupNorm, ScoreNetwork


def test_leading_dimensions_are_kept(small_prior):
    pose, sigma = torch.randn(3, 2, 17, 3), torch.tensor(0.1)
    whole = small_prior(pose, sigma)
    assert whole.shape == pose.shape
    assert torch.allclose(whole[1, 1], small_prior(pose[1, 1], sigma), atol=1e-5)


def test_no_noise_leaves_the_pose(small_prior):
    pose = torch.randn(3, 17, 3)
    assert torch.allclose(small_prior(pose, torch.tensor(1e-6)), pose, atol=1e-4)


def test_poses_of_one_level_stand_together(small_prior):
    poses, sigma = torch.randn(6, 17, 3), torch.tensor([0.05, 0.2])
    together = small_prior(poses, sigma)
    apart = torch.cat([small_prior(poses[:3], sigma[:1]), small_prior(poses[3:], sigma[1:])])
    assert torch.allclose(together, apart, atol=1e-5)


def test_group_norm_is_torchs():
    x, norm = torch.randn(5, 64), GroupNorm(8, 64)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    assert torch.allclose(norm(x), torch.nn.functional.group_norm(x, 8, norm.weight, norm.bias), atol=1e-5)


def test_dropout_is_for_training_only():
    network = ScoreNetwork(hidden=64, embed=32, dropout=0.5)
    pose, time = torch.randn(4, 17, 3), torch.tensor([50.0])
    assert not torch.equal(network(pose, time), network(pose, time))
    network.eval()
    assert torch.equal(network(pose, time), network(pose, time))
