"""The translation solve: exact where it can be, ignorant of what is missing, linear in the pose."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import normalize

from zedo_cli.pipeline.rays import keypoints_to_directions, points_to_keypoints
from zedo_cli.pipeline.translation import solve_translation, translation_solver
from zedo_cli.pipeline.weights import confidence_weights, noise_weights

INTRINSICS = torch.tensor([[1100.0, 0, 500], [0, 1150, 520], [0, 0, 1]], dtype=torch.float64)


def people(seed: int, count: int = 4) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Poses, translations in front of the camera, and the directions in which the joints are seen."""
    generator = torch.Generator().manual_seed(seed)
    pose = 0.4 * torch.randn(count, 17, 3, generator=generator, dtype=torch.float64)
    offset = torch.rand(count, 1, 3, generator=generator, dtype=torch.float64)
    translation = offset * torch.tensor([2.0, 1, 5]) + torch.tensor([-1.0, -0.5, 3])
    keypoints = points_to_keypoints(pose + translation, INTRINSICS)
    return pose, translation, keypoints_to_directions(keypoints, INTRINSICS)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_exact_without_noise(seed):
    pose, translation, directions = people(seed)
    solved = translation_solver(directions, torch.ones(directions.shape[:2], dtype=torch.float64))(pose)
    assert torch.allclose(solved, translation, atol=1e-8)


def test_float32_is_good_to_a_millimetre():
    pose, translation, directions = people(1)
    solved = translation_solver(directions.float(), torch.ones(directions.shape[:2]))(pose.float())
    assert torch.allclose(solved, translation.float(), atol=1e-3)


def test_prepared_in_double_it_is_good_far_away_and_far_off_the_axis():
    pose, _, _ = people(8)
    translation = torch.tensor([10.0, 2, 20], dtype=torch.float64)
    directions = keypoints_to_directions(points_to_keypoints(pose + translation, INTRINSICS), INTRINSICS)
    weights = torch.ones(directions.shape[:2])
    solver = translation_solver(directions.float().double(), weights).to(directions.float())
    assert torch.allclose(solver(pose.float()), translation.float().expand(4, 1, 3), atol=1e-3)


def test_a_missing_joint_does_not_count():
    pose, translation, directions = people(2)
    weights = torch.ones(directions.shape[:2], dtype=torch.float64)
    weights[:, 5] = 0
    directions[:, 5] = torch.tensor([9.0, -9.0, 1.0])
    assert torch.allclose(translation_solver(directions, weights)(pose), translation, atol=1e-8)


def test_the_scale_of_the_weights_does_not_matter():
    pose, _, directions = people(3)
    directions = directions + 0.01 * torch.randn_like(directions)
    weights = torch.rand(directions.shape[:2], dtype=torch.float64) + 0.1
    one, other = translation_solver(directions, weights), translation_solver(directions, 7 * weights)
    assert torch.allclose(one(pose), other(pose))


def test_linear_in_the_pose():
    """Up to the sign: so the mean pose's translation is the mean of the translations."""
    pose, _, directions = people(4)
    other = pose + 0.02 * torch.randn_like(pose)
    solve = translation_solver(directions, torch.ones(directions.shape[:2], dtype=torch.float64))
    assert torch.allclose(solve((pose + 2 * other) / 3), (solve(pose) + 2 * solve(other)) / 3)


def test_remainder_is_what_the_solve_leaves():
    pose, _, directions = people(5)
    solver = translation_solver(directions, torch.ones(directions.shape[:2], dtype=torch.float64))
    assert (solver.remainder @ pose.flatten(1).unsqueeze(-1)).abs().max() < 1e-8
    bent = pose.clone()
    bent[:, 3, 0] += 0.1
    points = bent + solver(bent)
    plane = directions[..., :2] * points[..., 2:] - points[..., :2]
    left = (solver.remainder @ bent.flatten(1).unsqueeze(-1)).view(4, 17, 2)
    assert torch.allclose(left.abs(), plane.abs(), atol=1e-8)


def test_a_person_behind_the_camera_comes_to_the_front():
    pose, _, directions = people(6)
    assert (
        translation_solver(directions, torch.ones(directions.shape[:2], dtype=torch.float64))(-pose)[..., 2]
        > 0
    ).all()


def test_one_solver_serves_many_hypotheses():
    pose, _, directions = people(7)
    solver = translation_solver(directions, torch.ones(directions.shape[:2], dtype=torch.float64))
    hypotheses = torch.stack([pose, 2 * pose], dim=1)
    solved = solver.for_each_hypothesis()(hypotheses)
    assert solved.shape == (4, 2, 1, 3)
    assert torch.allclose(solved[:, 1], solver(2 * pose))


def test_paper_weights_are_squared_and_clamped():
    confidence = torch.tensor([0.0, 0.5, 3.0])
    assert confidence_weights(confidence).tolist() == pytest.approx([1e-8, 0.25, 1.0])


def test_the_regression_agrees_with_the_prepared_solve():
    torch.manual_seed(0)
    pose, place = (
        0.4 * torch.randn(4, 17, 3, dtype=torch.float64),
        torch.tensor([0.5, -0.3, 4], dtype=torch.float64),
    )
    rays = pose + place + 0.02 * torch.randn(4, 17, 3, dtype=torch.float64)
    weights = torch.rand(4, 17, dtype=torch.float64)
    assert torch.allclose(
        solve_translation(pose, rays, weights), translation_solver(rays, weights)(pose), atol=1e-9
    )
    exact = solve_translation(pose, normalize(pose + place, dim=-1), weights)
    assert torch.allclose(exact, place.expand(4, 1, 3), atol=1e-9)
    single = solve_translation(pose.float(), (pose + place).float(), weights.float())
    assert torch.allclose(single, place.float().expand(4, 1, 3), atol=1e-4)


def test_everybody_stands_in_front_of_the_camera():
    """Rays of a mirrored person ask for a place behind the camera."""
    pose = 0.4 * torch.randn(5, 17, 3)
    rays = -pose + torch.tensor([0.0, 0, 4])
    translation = solve_translation(pose, rays, torch.ones(5, 17))
    assert ((pose + translation)[..., 2] > 0.09).all()


def test_weights_fall_with_noise_and_leave_missing_joints_out():
    weights = noise_weights(torch.tensor([0.0, 0.01, 0.1, torch.inf]))
    assert (weights.diff() < 0).all()
    assert weights[-1] == 0


def test_a_person_without_rays_does_not_spoil_the_others():
    pose, _, directions = people(0)
    weights = torch.ones(directions.shape[:2], dtype=torch.float64)
    alone = translation_solver(directions, weights)(pose)
    weights[0] = 0
    together = translation_solver(directions, weights)(pose)
    assert together[0].isnan().all()
    assert torch.equal(together[1:], alone[1:])
