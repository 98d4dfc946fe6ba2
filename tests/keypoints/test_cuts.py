"""How far a body moves from frame to frame; cuts themselves are tested with the tracking."""

import numpy as np
import pytest

from zedo_cli.keypoints.cuts import displacements
from zedo_cli.skeletons import MIRROR


def test_displacements_are_medians_of_the_common_joints():
    generator = np.random.default_rng(0)
    points = generator.uniform(0, 500, (20, 17, 2))
    confidence = (generator.uniform(size=(20, 17)) > 0.4).astype(float)
    confidence[7] = 0
    found = displacements(points, confidence)
    for row in range(19):
        if 7 in (row, row + 1):
            assert np.isnan(found[row])
            continue
        size = max(np.hypot(*np.ptp(points[r][confidence[r] > 0], axis=0)) for r in (row, row + 1))
        steps = []
        for order in (range(17), MIRROR):
            both = [(j, o) for j, o in enumerate(order) if confidence[row + 1, j] and confidence[row, o]]
            steps.append(np.median([np.hypot(*(points[row + 1, j] - points[row, o])) for j, o in both]))
        assert found[row] == pytest.approx(min(steps) / size)
