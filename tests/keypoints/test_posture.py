"""Films on their side and upside down are noted."""

import numpy as np
import pytest

from places import people
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.standardise import standardise

UPRIGHT = people(12)[..., [0, 2]] * [220, -220]


@pytest.mark.parametrize(
    ("points", "posture"),
    [
        (UPRIGHT, None),
        (-UPRIGHT, "is upside down"),
        (UPRIGHT[..., ::-1], "lies on the side"),
    ],
)
def test_posture(points, posture):
    found = standardise(Keypoints.from_arrays(points + 1000, skeleton="h36m17"))
    notes = [note.text for note in found.notes if note.code == "unusual-posture"]
    assert [posture in text for text in notes] == [True] * (posture is not None)
    assert found.caution == (2.0 if posture else 1.0,)
    assert np.array_equal(standardise(found).caution, found.caution)
