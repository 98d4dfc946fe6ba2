"""Metrics against straightforward loops and SciPy, and their invariances."""

import numpy as np
import pytest
import roma
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.spatial import procrustes as scipy_procrustes
from scipy.spatial.transform import Rotation

from places import STANDING, people
from zedo_cli.evaluation.metrics import (
    auc,
    bone_length_error,
    coverage,
    mpjpe,
    n_mpjpe,
    pa_mpjpe,
    pck,
    procrustes,
    root_centred,
    root_orientation_error,
    symmetry_error,
)


@pytest.fixture
def poses():
    generator = np.random.default_rng(0)
    truth = generator.normal(size=(6, 17, 3))
    return truth + 0.2 * generator.normal(size=truth.shape), truth


def test_mpjpe_is_the_loop(poses):
    predicted, truth = poses
    truth[1, 4] = np.nan
    for row, error in enumerate(mpjpe(predicted, truth)):
        distances = [
            np.linalg.norm(p - t)
            for p, t in zip(predicted[row], truth[row], strict=True)
            if np.isfinite(t).all()
        ]
        assert error == pytest.approx(np.mean(distances))


def test_alignment_is_scipys(poses):
    predicted, truth = poses
    for row, aligned in enumerate(procrustes(predicted, truth)):
        _, _, disparity = scipy_procrustes(truth[row], predicted[row])
        size = np.square(truth[row] - truth[row].mean(0)).sum()
        assert np.square(aligned - truth[row]).sum() / size == pytest.approx(disparity)


def test_pa_mpjpe_ignores_rotation_scale_and_translation(poses):
    predicted, truth = poses
    turn = Rotation.random(rng=1).as_matrix()
    assert pa_mpjpe(0.7 * predicted @ turn.T + 3, truth) == pytest.approx(pa_mpjpe(predicted, truth))
    assert pa_mpjpe(2 * truth @ turn.T, truth) == pytest.approx(np.zeros(6), abs=1e-9)


def test_pa_mpjpe_does_not_reflect(poses):
    _, truth = poses
    assert (pa_mpjpe(truth * [-1, 1, 1], truth) > 0.1).all()


def test_what_is_unknown_does_not_count(poses):
    predicted, truth = poses
    gaps = truth.copy()
    gaps[:, 5] = np.nan
    kept = np.delete(np.arange(17), 5)
    assert pa_mpjpe(predicted, gaps) == pytest.approx(pa_mpjpe(predicted[:, kept], truth[:, kept]))
    gaps[0] = np.nan
    assert np.isnan(mpjpe(predicted, gaps)[0])
    assert np.isnan(pa_mpjpe(predicted, gaps)[0])


def test_root_centred(poses):
    assert (root_centred(poses[0], 3)[:, 3] == 0).all()


def test_a_batch_of_hypotheses_is_the_loop_over_them(poses):
    predicted, truth = poses
    many = np.stack([predicted, 1.1 * predicted, predicted + 0.1], axis=1)
    for error in (mpjpe, n_mpjpe, pa_mpjpe, pck, auc, root_orientation_error, bone_length_error):
        whole = error(many, truth[:, None])
        for s in range(3):
            assert whole[:, s] == pytest.approx(error(many[:, s], truth))


def test_n_mpjpe_is_the_best_factor(poses):
    predicted, truth = root_centred(poses[0]), root_centred(poses[1])
    for row in range(len(truth)):
        best = minimize_scalar(lambda s, row=row: np.square(s * predicted[row] - truth[row]).sum()).x
        assert n_mpjpe(predicted, truth)[row] == pytest.approx(mpjpe(best * predicted, truth)[row], abs=1e-6)
    assert n_mpjpe(0.6 * truth, truth) == pytest.approx(np.zeros(6), abs=1e-12)
    assert (n_mpjpe(predicted, truth) <= mpjpe(predicted, truth) + 0.02).all()


def test_reflection_is_allowed_where_the_paper_allows_it(poses):
    predicted, truth = poses
    mirrored = truth * [-1, 1, 1]
    assert pa_mpjpe(mirrored, truth, reflection=True) == pytest.approx(np.zeros(6), abs=1e-9)
    assert (pa_mpjpe(mirrored, truth) > 0.1).all()
    assert (pa_mpjpe(predicted, truth, reflection=True) <= pa_mpjpe(predicted, truth) + 1e-9).all()


def test_alignment_is_romas(poses):
    predicted, truth = (torch.from_numpy(part) for part in poses)
    rotation, translation, scale = roma.rigid_points_registration(predicted, truth, compute_scaling=True)
    aligned = scale[:, None, None] * predicted @ rotation.mT + translation[:, None]
    assert procrustes(*poses) == pytest.approx(aligned.numpy())


def test_pck_and_auc_are_the_loops(poses):
    predicted, truth = root_centred(poses[0]), root_centred(poses[1])
    predicted = truth + 0.3 * (predicted - truth)
    truth[2, 7] = np.nan
    for row in range(len(truth)):
        known = [j for j in range(17) if np.isfinite(truth[row, j]).all()]
        errors = [np.linalg.norm(predicted[row, j] - truth[row, j]) for j in known]
        assert pck(predicted, truth)[row] == pytest.approx(np.mean([e < 0.15 for e in errors]))
        shares = [np.mean([e < t for e in errors]) for t in np.linspace(0, 0.15, 31)]
        assert auc(predicted, truth)[row] == pytest.approx(np.mean(shares))


@given(angle=st.floats(0, 179.9), seed=st.integers(0, 100))
def test_orientation_error_is_the_angle_of_the_turn(angle, seed):
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=(1, 17, 3))
    axis = generator.normal(size=3)
    turn = Rotation.from_rotvec(np.radians(angle) * axis / np.linalg.norm(axis)).as_matrix()
    assert root_orientation_error(truth @ turn.T, truth)[0] == pytest.approx(angle, abs=1e-6)
    assert root_orientation_error(2.5 * truth + 1, truth)[0] == pytest.approx(0, abs=1e-6)


def test_bones_and_sides():
    truth = people(3)
    longer = truth.copy()
    longer[:, 3] += (
        0.16 * (truth[:, 3] - truth[:, 2]) / np.linalg.norm(truth[:, 3] - truth[:, 2], axis=1, keepdims=True)
    )
    assert bone_length_error(longer, truth) == pytest.approx(np.full(3, 0.01))
    gaps = truth.copy()
    gaps[:, 3] = np.nan
    assert bone_length_error(longer, gaps) == pytest.approx(np.zeros(3))
    even = STANDING[None]
    assert symmetry_error(even) == pytest.approx([0])
    uneven = even.copy()
    uneven[:, 3, 2] -= 0.06
    length = np.linalg.norm(uneven[0, 3] - uneven[0, 2]) - np.linalg.norm(even[0, 3] - even[0, 2])
    assert symmetry_error(uneven) == pytest.approx([length / 6])


@pytest.mark.parametrize("count", [8, 19, 50])
def test_calibrated_draws_cover_as_much_as_they_say(count):
    generator = np.random.default_rng(0)
    draws, truth = generator.normal(size=(4000, count, 2, 3)), generator.normal(size=(4000, 2, 3))
    levels = np.array([0.05, 0.25, 0.5, 0.9])
    assert coverage(draws, truth, levels).mean(0) == pytest.approx(levels, abs=0.015)
    assert coverage(0.1 * draws, truth, levels).mean(0)[2] < 0.15
    assert coverage(10 * draws, truth, levels).mean(0)[2] > 0.8


def test_coverage_is_the_loop_where_levels_fall_on_draws():
    generator = np.random.default_rng(1)
    draws, truth = generator.normal(size=(5, 19, 4, 3)), generator.normal(size=(5, 4, 3))
    truth[0, 1] = np.nan
    for row in range(5):
        inside = []
        for joint, axis in np.ndindex(4, 3):
            if np.isfinite(truth[row, joint, axis]):
                ordered = np.sort(draws[row, :, joint, axis])
                inside.append(ordered[4] < truth[row, joint, axis] < ordered[14])  # 10 of 20 gaps
        assert coverage(draws, truth, np.array([0.5]))[row, 0] == pytest.approx(np.mean(inside))


def test_errors_do_not_depend_on_where_and_how_everything_is_turned(poses):
    predicted, truth = poses
    turn = Rotation.random(rng=3).as_matrix()
    for error in (mpjpe, pa_mpjpe, pck, auc, root_orientation_error, bone_length_error):
        assert error(predicted @ turn.T + 2, truth @ turn.T + 2) == pytest.approx(error(predicted, truth))
