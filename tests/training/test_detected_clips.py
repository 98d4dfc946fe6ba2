"""The detector of clips: exact where it says so, slow errors elsewhere, confidences that mean something."""

import pytest
import torch

from zedo_cli.io.files import bundled
from zedo_cli.mocap.recordings import read_recordings
from zedo_cli.skeletons import ADULT, INDEX
from zedo_cli.training.detected_clips import EXACT, detected_clips
from zedo_cli.training.virtual_clips import MotionPool

COUNT, FRAMES = 400, 40


@pytest.fixture(scope="module")
def seen():
    generator = torch.Generator().manual_seed(0)
    clips = MotionPool(read_recordings(bundled("data/motion/validation.npz"))).clips(COUNT, FRAMES, generator)
    return clips, detected_clips(clips, generator)


def errors(seen):
    """In heights of the person, `[C, T, 17, 2]`; NaN for missing keypoints."""
    clips, found = seen
    true = clips.points[..., :2] / clips.points[..., 2:]
    off = (found.plane - true) * clips.points[:, :, :1, 2:] / ADULT
    return torch.where(found.confidence[..., None] > 0, off, torch.nan)


def test_a_third_of_the_clips_is_exact(seen):
    exact = (errors(seen).abs().nan_to_num(0).amax((1, 2, 3)) < 1e-6) & (seen[1].confidence == 1).all((1, 2))
    assert abs(exact.float().mean() - EXACT) < 0.08


def test_errors_of_detectors_are_slow(seen):
    limbs = errors(seen)[:, :, [INDEX["left_wrist"], INDEX["right_ankle"]]]
    noisy = limbs[limbs.abs().nan_to_num(0).amax((1, 2, 3)) > 1e-6]
    size = noisy.square().nanmean().sqrt()
    steps = noisy.diff(dim=1).abs().nanmedian() / noisy.abs().nanmedian()
    assert 0.01 < size < 0.06
    assert steps < 0.6


def test_confidences_tell_of_the_error(seen):
    off, confidence = errors(seen).norm(dim=-1), seen[1].confidence
    stated = (confidence > 0) & (confidence < 1) & off.isfinite()
    low = stated & (confidence < 0.4)
    high = stated & (confidence > 0.8)
    assert off[low].median() > 2 * off[high].median()


def test_some_joints_are_lost_for_a_while_and_some_clips_have_no_spine(seen):
    lost = seen[1].confidence == 0
    spineless = lost[:, :, INDEX["spine"]].all(1)
    assert 0.15 < spineless.float().mean() < 0.4
    wrists = lost[:, :, INDEX["left_wrist"]]
    assert 0.002 < wrists.float().mean() < 0.05
