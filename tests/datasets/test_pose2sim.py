"""The bundled real detections."""

import numpy as np

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
