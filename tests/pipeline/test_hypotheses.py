"""Scores, choice and spread."""

import torch

from places import keypoints_to_rays
from zedo_cli.pipeline.hypotheses import best, hypothesis_spread, log_likelihood, reprojection_error
from zedo_cli.pipeline.rays import points_to_keypoints

INTRINSICS = torch.tensor([[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]])


def test_the_hypothesis_on_its_rays_wins():
    torch.manual_seed(0)
    truth = 0.3 * torch.randn(5, 1, 17, 3) + torch.tensor([0.0, 0, 4])
    hypotheses = torch.cat([truth + 0.05 * torch.randn(5, 2, 17, 3), truth], dim=1)
    rays = keypoints_to_rays(points_to_keypoints(truth, INTRINSICS), INTRINSICS)
    score = log_likelihood(hypotheses, rays, torch.full((5, 1, 17), 0.01))
    assert (score.argmax(1) == 2).all()
    assert torch.equal(best(hypotheses, score), truth[:, 0])


def test_neither_a_tiny_person_at_the_lens_nor_one_behind_it_wins():
    torch.manual_seed(1)
    truth = 0.3 * torch.randn(5, 1, 17, 3) + torch.tensor([0.0, 0, 4])
    rays = keypoints_to_rays(points_to_keypoints(truth, INTRINSICS), INTRINSICS)
    near = truth + 0.02 * torch.randn_like(truth)
    tiny = 0.1 * (truth + 0.1 * torch.randn_like(truth))
    hypotheses = torch.cat([tiny, -truth, 0.001 * torch.randn_like(truth), near], dim=1)
    assert (log_likelihood(hypotheses, rays, torch.full((5, 1, 17), 0.01)).argmax(1) == 3).all()


def test_the_score_does_not_depend_on_the_size_of_the_world():
    torch.manual_seed(2)
    truth = 0.3 * torch.randn(5, 2, 17, 3) + torch.tensor([0.0, 0, 4])
    rays = keypoints_to_rays(points_to_keypoints(truth[:, :1], INTRINSICS), INTRINSICS)
    noise = torch.full((5, 1, 17), 0.01)
    torch.testing.assert_close(
        log_likelihood(3 * truth, rays, noise), log_likelihood(truth, rays, noise), rtol=1e-3, atol=1e-2
    )


def test_a_missing_joint_neither_scores_nor_reprojects():
    truth = 0.3 * torch.randn(2, 17, 3) + torch.tensor([0.0, 0, 4])
    keypoints, confidence = points_to_keypoints(truth, INTRINSICS), torch.ones(2, 17)
    confidence[:, 4] = 0
    moved = truth.clone()
    moved[:, 4] += 1
    rays = keypoints_to_rays(keypoints, INTRINSICS)
    assert log_likelihood(moved, rays, 0.01 / confidence).abs().max() < 1e-3
    assert reprojection_error(moved, keypoints, confidence, INTRINSICS).max() < 1e-2
    moved[:, 5, 0] += 0.1
    assert (log_likelihood(moved, rays, 0.01 / confidence) < -1).all()


def test_spread():
    hypotheses = 0.1 * torch.randn(2, 20000, 17, 3)
    assert torch.allclose(hypothesis_spread(hypotheses), torch.full((2, 17), 0.1 * 3**0.5), rtol=0.03)
    assert hypothesis_spread(hypotheses[:, :1]).isnan().all()
