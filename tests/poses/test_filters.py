"""The Butterworth filter."""

from dataclasses import replace

import numpy as np
import pytest

from motions import filmed, walker
from zedo_cli.errors import InputError
from zedo_cli.poses.filters import filtered


def test_noise_goes_and_motion_stays():
    poses = filmed(walker(frames=90))
    noise = np.random.default_rng(0).normal(scale=0.02, size=poses.poses_3d.shape).astype(np.float32)
    noisy = replace(poses, poses_3d=poses.poses_3d + noise, hypotheses_3d=(poses.poses_3d + noise)[:, None])
    smooth = filtered(noisy, "butterworth:5")
    error = np.linalg.norm(smooth.poses_3d - poses.poses_3d, axis=-1).mean()
    assert error < 0.7 * np.linalg.norm(noise, axis=-1).mean()
    np.testing.assert_allclose(smooth.hypotheses_3d[:, 0], smooth.poses_3d, atol=1e-5)
    assert smooth.meta["filter"] == "butterworth, order 4, 5 Hz, zero lag"


def test_it_has_no_lag_and_the_stated_cut_off():
    time = np.arange(300) / 30
    for hertz, gain in ((0.5, 1.0), (5.0, 0.5), (12.0, 0.0)):
        wave = np.sin(2 * np.pi * hertz * time)
        poses = filmed(np.tile(wave[:, None, None], (1, 17, 3)))
        ours = filtered(
            replace(poses, poses_3d=np.tile(wave[:, None, None], (1, 17, 3)).astype(np.float32)),
            "butterworth:5",
        )
        inner = slice(60, -60)
        kept = (ours.poses_3d[inner, 0, 0] @ wave[inner]) / (wave[inner] @ wave[inner])
        assert kept == pytest.approx(gain, abs=0.03)


def test_what_is_assumed_of_times_is_said():
    unknown = filtered(filmed(walker(), fps=None), "butterworth:3")
    assert [note.code for note in unknown.notes] == ["filter-rate"]
    poses = filmed(walker())
    uneven = filtered(replace(poses, time=poses.time + np.linspace(0, 1, 60) ** 2), "butterworth:3")
    assert [note.code for note in uneven.notes] == ["filter-uneven"]


def test_gaps_are_not_crossed_and_short_parts_stay():
    frames = np.append(np.arange(40), np.arange(50, 55))
    poses = filmed(walker(frames=45), frames=frames)
    smooth = filtered(poses, "butterworth:3")
    np.testing.assert_array_equal(smooth.poses_3d[40:], poses.poses_3d[40:])
    assert [note.code for note in smooth.notes] == ["not-filtered"]
    alone = filtered(filmed(walker(frames=45)[:40]), "butterworth:3")
    np.testing.assert_allclose(smooth.poses_3d[:40], alone.poses_3d, atol=1e-6)


@pytest.mark.parametrize(
    "text", ["butterworth", "butterworth:", "butterworth:-1", "butterworth:nan", "median:3", ""]
)
def test_what_is_no_filter_is_refused(text):
    with pytest.raises(InputError, match="write butterworth and its cut-off"):
        filtered(filmed(walker()), text)


def test_the_cut_off_must_be_below_half_the_rate():
    with pytest.raises(InputError, match="below half the frame rate, 15 Hz"):
        filtered(filmed(walker()), "butterworth:15")
