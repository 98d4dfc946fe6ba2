"""Stages before the loop, through the public interface."""

import numpy as np

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
    assert assumed.uncertainty.mean() > 1.2 * exact.uncertainty.mean()
