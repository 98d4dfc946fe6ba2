"""Metrics against straightforward loops and SciPy, and their invariances."""

import numpy as np
import pytest
from scipy.spatial import procrustes as scipy_procrustes
from scipy.spatial.transform import Rotation

from zedo_cli.metrics import mpjpe, pa_mpjpe, procrustes, root_centred


@pytest.fixture
def poses():
    generator = np.random.default_rng(0)
    truth = generator.normal(size=(6, 17, 3))
    return truth + 0.2 * generator.normal(size=truth.shape), truth


def test_mpjpe_is_the_loop(poses):
    predicted, truth = poses
    truth[1, 4] = np.nan
    for row, error in enumerate(mpjpe(predicted, truth)):
        distances = [np.linalg.norm(p - t) for p, t in zip(predicted[row], truth[row], strict=True) if np.isfinite(t).all()]
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
