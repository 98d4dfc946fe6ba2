"""A walk as a stream, and its truth."""

import numpy as np
import pytest

from zedo_cli.cameras.container import Camera
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.lifter import Lifter


@pytest.fixture(scope="session")
def walk():
    """Detections `[90, 17, 3]`, true poses `[90, 17, 3]`, and their camera."""
    data = load_dataset("open-video", None, "detected")
    people = data.keypoints
    rows = np.flatnonzero(people.clip == 0)[:90]
    frames = np.concatenate([people.points[rows], people.confidence[rows][..., None]], axis=-1)
    camera = Camera("c", np.asarray(people.intrinsics[rows[0]], np.float64))
    return frames, data.truth[rows], camera


@pytest.fixture(scope="session")
def lifter():
    return Lifter(preset="fast", device="cpu")
