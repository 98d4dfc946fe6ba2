"""Stages before the loop, through the public interface."""

from dataclasses import replace

import numpy as np
import pytest
import torch

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
    assert assumed.uncertainty.mean() > 1.15 * exact.uncertainty.mean()


@pytest.mark.parametrize(("frames", "expected"), [(20, 20), (180, 50), (700, 70)])
def test_vertical_and_bones_come_from_some_frames_of_a_long_track(frames, expected):
    data = load_dataset("validation-video").keypoints
    own = data.take(np.resize(np.flatnonzero(data.clip == 0), frames))
    lifter, seen = zedo.Lifter(), []
    first_pass = lifter.first_pass
    lifter.first_pass = lambda some: seen.append(some) or first_pass(some)
    people = replace(own, frame=np.arange(frames), time=None, fps=30.0)
    prepared = lifter.prepare(people, None, zedo.SideInformation())
    assert sum(len(some.keypoints) for some in seen) == expected
    assert prepared.seen.bones.unique(dim=0).shape == (1, 10)
    assert prepared.seen.bones.all()
    ends = [torch.cat([some.keypoints for some in seen])[row] for row in (0, -1)]
    assert torch.equal(torch.stack(ends), prepared.seen.keypoints[[0, -1]])


def test_a_true_vertical_does_no_harm_under_a_ceiling_camera():
    """The camera looks straight down; its vertical is noted and not used."""
    data = load_dataset("open").keypoints
    rows = data.take(np.arange(0, 30, 5))
    arrays = {"intrinsics": rows.intrinsics, "skeleton": "h36m17"}
    down = zedo.lift(rows.points, known=zedo.SideInformation(up=np.array([0, -0.1, -1.0])), **arrays)
    without = zedo.lift(rows.points, **arrays)
    assert "vertical-not-used" in [note.code for note in down.notes]
    assert down.poses_3d == pytest.approx(without.poses_3d, abs=1e-5)
