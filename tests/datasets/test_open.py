"""The bundled held-out people: the same each time, exact where they should be, detected as detectors do."""

import numpy as np
import pytest
import torch

from zedo_cli.datasets.open import CLIP_ROWS, CLIPS, HELD_OUT
from zedo_cli.datasets.open import load as open_dataset
from zedo_cli.pipeline.body import bone_lengths
from zedo_cli.pipeline.rays import points_to_keypoints


@pytest.fixture(scope="module")
def exact():
    return open_dataset()


@pytest.fixture(scope="module")
def detected():
    return open_dataset(keypoints="detected")


def test_exact_keypoints_are_the_projection_of_the_truth(exact):
    intrinsics = torch.from_numpy(np.array(exact.keypoints.intrinsics))
    pixels = points_to_keypoints(torch.from_numpy(exact.truth), intrinsics).numpy()
    assert np.abs(pixels - exact.keypoints.points).max() < 0.01
    assert (exact.keypoints.confidence == 1).all()
    assert len(exact.keypoints) == len(HELD_OUT) * CLIPS * CLIP_ROWS
    assert (exact.truth[..., 2] > 1).all()


def test_a_clip_is_a_person_before_a_camera(exact):
    for rows in np.split(np.arange(len(exact.truth)), len(HELD_OUT) * CLIPS):
        assert len(set(exact.sequence[rows])) == 1
        assert np.ptp(exact.up[rows], axis=0).max() == 0
        lengths = bone_lengths(torch.from_numpy(exact.truth[rows])).numpy()
        assert (lengths.std(0) < 0.2 * lengths.mean(0)).all()
    lean = (exact.truth[:, 8] - exact.truth[:, 0]) / np.linalg.norm(
        exact.truth[:, 8] - exact.truth[:, 0], axis=1
    )[:, None]
    assert np.median((lean * exact.up).sum(1)) > 0.9


def test_the_same_seed_gives_the_same_people_and_another_gives_others(exact, detected):
    assert np.array_equal(open_dataset().keypoints.points, exact.keypoints.points)
    assert np.array_equal(detected.truth, exact.truth)
    assert not np.allclose(open_dataset(seed=1).truth, exact.truth)


def test_detections_have_noise_faults_and_confidences_that_tell_some_of_it(exact, detected):
    seen = detected.keypoints.confidence > 0
    height = 1145 * 1.7 / exact.truth[:, :1, 2]
    off = np.linalg.norm(detected.keypoints.points - exact.keypoints.points, axis=-1) / height
    assert 0.004 < np.median(off[seen]) < 0.016
    assert 0.01 < (off[seen] > 0.1).mean() < 0.04
    assert 0.05 < (~seen).mean() < 0.15
    unsure = detected.keypoints.confidence < 0.5
    assert np.median(off[seen & unsure]) > 2 * np.median(off[seen & ~unsure])
