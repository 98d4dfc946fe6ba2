"""Tracks over time: what is smoothed, and that tracks and frames do not depend on what is not theirs."""

import numpy as np
import pytest

from zedo_cli.pipeline.track_smoothing import smoothed_tracks

TIMES = np.arange(40) / 30
UNEVEN = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.1, 40))


def test_exact_keypoints_are_smoothed_less():
    generator = np.random.default_rng(2)
    poses = (
        np.array([0, 0, 4.0])
        + 0.3 * generator.normal(size=(1, 17, 3))
        + 0.01 * generator.normal(size=(40, 17, 3))
    )
    spread = np.full((40, 17), 0.08)
    moved = [
        np.abs(pose + root[:, None] - poses).mean()
        for pose, root in (smoothed_tracks(poses, spread, np.full(40, noisy), TIMES) for noisy in (0.0, 1.0))
    ]
    assert moved[0] < moved[1]


def test_a_track_does_not_depend_on_the_others():
    generator = np.random.default_rng(3)
    poses = np.array([0, 0, 4.0]) + 0.3 * generator.normal(size=(60, 17, 3))
    spread, noisy = generator.uniform(0.01, 0.1, (60, 17)), generator.uniform(size=60)
    lengths = (30, 1, 2, 27)
    track = np.repeat(np.arange(4), lengths)
    times = np.concatenate([UNEVEN[:length] for length in lengths])
    together = smoothed_tracks(poses, spread, noisy, times, track)
    for number in range(4):
        rows = track == number
        alone = smoothed_tracks(poses[rows], spread[rows], noisy[rows], times[rows])
        for one, other in zip(alone, together, strict=True):
            assert one == pytest.approx(other[rows], abs=1e-9)
