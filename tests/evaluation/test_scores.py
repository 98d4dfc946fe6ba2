"""Figures of frames against straightforward loops, and what protocols change."""

import numpy as np
import pytest

from scenes import in_front_of_camera, to_pixels
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.evaluation import metrics
from zedo_cli.evaluation.protocol import PAPER, STRICT
from zedo_cli.evaluation.scores import ANSWERS, METRICS, score
from zedo_cli.skeletons import LIMBS

COUNT, SAMPLES = 5, 12
K = pinhole(1000.0, 1000.0, 500.0, 500.0)
TRUTH = in_front_of_camera(COUNT)


def dataset(joints=tuple(range(17)), truth=TRUTH):
    names = np.array([f"s{i}" for i in range(COUNT)])
    part = Part(to_pixels(TRUTH, K), truth, K, names, names, np.arange(COUNT))
    return dataset_of([part], joints=joints, name="made", kind="gt")


@pytest.fixture
def made():
    generator = np.random.default_rng(0)
    hypotheses = TRUTH[:, None] + 0.05 * generator.normal(size=(COUNT, SAMPLES, 17, 3)) + [0.3, 0.1, 0.5]
    origins = hypotheses[:, :, 0] + 0.02 * generator.normal(size=(COUNT, SAMPLES, 3))
    return Predictions(hypotheses[:, 0], hypotheses, np.full((COUNT, 17), 0.05), origins)


def test_perfect_lifts_have_no_error():
    scores = score(dataset(), Predictions(TRUTH, TRUTH[:, None], np.full((COUNT, 17), 0.1)), STRICT)
    for name in ("mpjpe", "pa_mpjpe", "n_mpjpe", "mpjpe_14", "pa_mpjpe_14", "bone_length", "orientation"):
        assert scores[f"answer.{name}"] == pytest.approx(np.zeros(COUNT), abs=1e-6)
    assert scores["answer.pck"] == pytest.approx(np.ones(COUNT))
    assert scores["answer.auc"] == pytest.approx(np.full(COUNT, 30 / 31))  # nothing is nearer than 0
    assert scores["answer.reprojection"] == pytest.approx(np.zeros(COUNT), abs=1e-3)
    assert not [name for name in scores if name.startswith(("mean.", "best.", "hypotheses."))]


def test_errors_are_the_loop(made):
    scores = score(dataset(), made, STRICT)
    fourteen = [joint for joint in range(17) if joint not in (0, 7, 9)]
    for row in range(COUNT):
        truth = TRUTH[row] - TRUTH[row, 0]
        each = made.hypotheses[row] - made.hypotheses[row][:, :1]
        distances = np.linalg.norm(each - truth, axis=-1)
        assert scores["answer.mpjpe"][row] == pytest.approx(distances[0].mean())
        assert scores["answer.mpjpe_14"][row] == pytest.approx(distances[0][fourteen].mean())
        assert scores["best.mpjpe"][row] == pytest.approx(distances.mean(1).min())
        aligned = [metrics.pa_mpjpe(pose[None], truth[None])[0] for pose in each]
        assert scores["best.pa_mpjpe"][row] == pytest.approx(min(aligned))
        assert scores["hypotheses.pa_mpjpe"][row] == pytest.approx(aligned, rel=1e-5)
        mean = np.linalg.norm(each.mean(0) - truth, axis=-1)
        assert scores["mean.mpjpe"][row] == pytest.approx(mean.mean())
        assert scores["answer.pck"][row] == pytest.approx(np.mean(distances[0] < 0.15))
        assert scores["best.pck"][row] == pytest.approx(np.mean(distances[distances.mean(1).argmin()] < 0.15))


def test_the_first_hypothesis_is_no_draw_unless_all_are(made):
    of_mean = score(dataset(), made, STRICT)
    of_all = score(dataset(), made._replace(draws=True), STRICT)
    each = made.hypotheses - made.hypotheses[:, :, :1]
    for scores, draws in ((of_mean, each[:, 1:]), (of_all, each)):
        spread = np.sqrt(draws[:, :, 1:].var(1, ddof=1).sum(-1)).mean(1)
        assert scores["answer.spread"] == pytest.approx(spread)
        inside = metrics.coverage(draws[:, :, 1:], (TRUTH - TRUTH[:, :1])[:, 1:], np.array([0.5]))
        assert scores["answer.coverage_50"] == pytest.approx(inside[:, 0])


def test_few_hypotheses_tell_no_calibration(made):
    few = made._replace(hypotheses=made.hypotheses[:, :4], origins=made.origins[:, :4])
    scores = score(dataset(), few, STRICT)
    assert "coverage" not in scores
    assert "answer.spread" in scores
    two = made._replace(hypotheses=made.hypotheses[:, :2], origins=made.origins[:, :2])
    assert "answer.spread" not in score(dataset(), two, STRICT)  # the mean and a single draw


def test_the_paper_compares_about_t_and_turns_mirror_images_back(made):
    scores = score(dataset(), made, PAPER)
    truth = TRUTH - TRUTH[:, :1]
    about_t = made.poses - made.origins[:, :1]
    assert scores["answer.mpjpe"] == pytest.approx(metrics.mpjpe(about_t, truth))
    assert (np.abs(scores["answer.mpjpe"] - score(dataset(), made, STRICT)["answer.mpjpe"]) > 1e-4).all()
    mirrored = TRUTH * [-1, 1, 1]
    flipped = Predictions(mirrored, mirrored[:, None], np.full((COUNT, 17), np.nan))
    assert score(dataset(), flipped, PAPER)["answer.pa_mpjpe"] == pytest.approx(np.zeros(COUNT), abs=1e-6)
    assert (score(dataset(), flipped, STRICT)["answer.pa_mpjpe"] > 0.01).all()


def test_the_answer_that_is_not_the_first_keeps_its_own_t(made):
    chosen = made._replace(poses=made.hypotheses[:, 7])
    about_t = made.hypotheses[:, 7] - made.origins[:, 7:8]
    truth = TRUTH - TRUTH[:, :1]
    assert score(dataset(), chosen, PAPER)["answer.mpjpe"] == pytest.approx(metrics.mpjpe(about_t, truth))


def test_only_scored_joints_count(made):
    truth = TRUTH.copy()
    others = [joint for joint in range(1, 17) if joint not in LIMBS]
    truth[:, others] = np.nan
    scores = score(dataset(LIMBS, truth), made, STRICT)
    distances = np.linalg.norm((made.poses - made.poses[:, :1]) - (TRUTH - TRUTH[:, :1]), axis=-1)
    assert scores["answer.mpjpe"] == pytest.approx(distances[:, list(LIMBS)].mean(1))
    assert scores["answer.mpjpe_14"] == pytest.approx(scores["answer.mpjpe"])
    assert np.isnan(scores["joint_errors"][:, others]).all()
    assert np.isfinite(scores["answer.orientation"]).all()


def test_poses_without_a_place_have_no_reprojection_error(made):
    relative = made.poses - made.poses[:, :1]
    scores = score(dataset(), Predictions(relative, relative[:, None], np.full((COUNT, 17), np.nan)), STRICT)
    assert np.isnan(scores["answer.reprojection"]).all()
    assert np.isfinite(scores["answer.mpjpe"]).all()


def test_every_figure_has_a_name(made):
    for key in score(dataset(), made, STRICT):
        answer, _, name = key.partition(".")
        assert (
            name in METRICS
            if answer in ANSWERS
            else answer in ("joint_errors", "uncertainty", "pose", "coverage", "hypotheses")
        )
