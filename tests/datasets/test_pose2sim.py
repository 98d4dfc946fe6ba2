"""The bundled real detections."""

import numpy as np

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.datasets.pose2sim import load as pose2sim_dataset
from zedo_cli.evaluation.metrics import root_centred
from zedo_cli.skeletons import LIMBS


def test_keypoints_and_truth_belong_together():
    data = pose2sim_dataset()
    assert 390 < len(data.truth) <= 400
    assert data.joints == LIMBS
    points = data.truth @ np.swapaxes(data.keypoints.intrinsics, 1, 2)
    pixels = points[..., :2] / points[..., 2:]
    off = np.linalg.norm(pixels - data.keypoints.points, axis=-1)[:, LIMBS]
    seen = data.keypoints.confidence[:, LIMBS] > 0
    assert np.nanmedian(off[seen]) < 35  # the three other cameras are not quite synchronous with this one
    assert len(set(data.group)) == 4


def test_the_vertical_is_that_of_the_person():
    data = pose2sim_dataset()
    centred = root_centred(data.truth)
    standing = centred[:, 8] - np.nanmin(centred[:, [3, 6]], axis=1)
    known = np.isfinite(standing).all(1)
    assert np.median((standing * data.up).sum(1)[known] / np.linalg.norm(standing[known], axis=1)) > 0.85


def test_the_truths_own_projection_are_keypoints_too():
    data, detected = load_dataset("pose2sim", None, "gt"), load_dataset("pose2sim")
    assert (data.kind, detected.kind) == ("gt", "detected")
    assert np.array_equal(data.truth, detected.truth, equal_nan=True)
    points = data.truth @ np.swapaxes(data.keypoints.intrinsics, 1, 2)
    known = np.isfinite(data.truth).all(-1)
    assert (data.keypoints.confidence == known).all()
    assert np.abs((points[..., :2] / points[..., 2:])[known] - data.keypoints.points[known]).max() < 0.01
    assert set(data.keypoints.of_clips("noise")) == {0.0}
