"""Figures of a run, from the scores of its frames."""

import numpy as np
import pytest

from reports import made_scores
from zedo_cli.errors import Note
from zedo_cli.evaluation.protocol import STRICT
from zedo_cli.evaluation.summary import Report, RunDescription, summary


@pytest.fixture(scope="module")
def report_and_scores():
    data, scores = made_scores()
    notes = [Note("info", "a note", "test")]
    return summary(data, scores, STRICT, RunDescription("zedo test", 12, {"seed": 0}, 3), notes), data, scores


def test_means_are_over_the_groups_and_in_millimetres(report_and_scores):
    report, data, scores = report_and_scores
    groups = [scores["answer.mpjpe"][data.group == group].mean() for group in ("one", "two")]
    assert report.figures["answer"]["mpjpe"].mean == pytest.approx(1000 * np.mean(groups), abs=1e-3)
    assert report.figures["answer"]["pck"].mean == pytest.approx(
        100 * np.mean([scores["answer.pck"][data.group == group].mean() for group in ("one", "two")]),
        abs=1e-3,
    )
    figure = report.figures["best"]["pa_mpjpe"]
    assert figure.low < figure.mean < figure.high
    assert report.groups["two"]["mpjpe"].mean == pytest.approx(1000 * groups[1], abs=1e-3)
    assert report.groups["one"]["best.mpjpe"].mean < report.groups["one"]["mpjpe"].mean


def test_the_error_against_s_falls_to_the_best(report_and_scores):
    report, _, _ = report_and_scores
    errors = report.against_samples["mpjpe"]
    assert len(errors) == 12
    assert (np.diff(errors) <= 1e-6).all()
    assert errors[0] == pytest.approx(report.figures["answer"]["mpjpe"].mean, abs=0.01)
    assert errors[-1] == pytest.approx(report.figures["best"]["mpjpe"].mean, abs=0.01)


def test_calibration(report_and_scores):
    report, data, scores = report_and_scores
    assert report.calibration["level"][9] == pytest.approx(50)
    inside = np.mean([scores["coverage"][data.group == group].mean(0) for group in ("one", "two")], axis=0)
    assert report.calibration["inside"] == pytest.approx(100 * inside, abs=1e-3)
    expected = np.abs(inside - np.linspace(0.05, 0.95, 19)).mean()
    assert report.figures["answer"]["ece"].mean == pytest.approx(100 * expected, abs=1e-3)
    errors = np.sqrt(np.square(scores["joint_errors"][:, 1:]).mean())
    assert report.error_over_uncertainty == pytest.approx(errors / 0.05, abs=1e-3)


def test_every_frame_is_reported_and_all_of_it_is_json(report_and_scores):
    report, data, scores = report_and_scores
    again = Report.model_validate_json(report.model_dump_json())
    assert again == report
    assert again.frames["answer.mpjpe"] == pytest.approx(1000 * scores["answer.mpjpe"], abs=1e-3)
    assert again.frames["sequence"] == list(data.sequence)
    assert {len(column) for column in again.frames.values()} == {len(data)}
    assert "strict protocol" in again.about.describe()
    assert "mean of 2 groups" in again.about.describe()
