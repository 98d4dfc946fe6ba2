"""Stages before the loop, through the public interface."""

import numpy as np
import pytest

import zedo_cli as zedo
from zedo_cli.datasets.loading import load_dataset


def test_exact_keypoints_are_met_and_others_are_not():
    data = load_dataset("open").keypoints
    rows = data.take(np.arange(0, 100, 5))
    arrays = {"intrinsics": rows.intrinsics, "skeleton": "h36m17"}
    exact = zedo.lift(rows.points, known=zedo.SideInformation(keypoint_noise="exact"), **arrays)
    assumed = zedo.lift(rows.points, **arrays)
    assert exact.reprojection_error.max() < 0.02
    assert assumed.reprojection_error.mean() > 0.5
    assert assumed.uncertainty.mean() > 1.15 * exact.uncertainty.mean()


def test_a_true_vertical_does_no_harm_under_a_ceiling_camera():
    """The camera looks straight down; its vertical is noted and not used."""
    data = load_dataset("open").keypoints
    rows = data.take(np.arange(0, 30, 5))
    arrays = {"intrinsics": rows.intrinsics, "skeleton": "h36m17"}
    down = zedo.lift(rows.points, known=zedo.SideInformation(up=np.array([0, -0.1, -1.0])), **arrays)
    without = zedo.lift(rows.points, **arrays)
    assert "vertical-not-used" in [note.code for note in down.notes]
    assert down.poses_3d == pytest.approx(without.poses_3d, abs=1e-5)
