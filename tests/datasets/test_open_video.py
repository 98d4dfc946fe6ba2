"""The bundled videos: the same people at all rates, seen from above as they should be, with slow errors."""

import numpy as np
import pytest

from zedo_cli.cameras.intrinsics import project
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.datasets.open_video import slow
from zedo_cli.skeletons import BONES, INDEX, PARENTS

KINDS = ("gt", "gt-10", "gt-60", "gt-bodies", "detected")


@pytest.fixture(scope="module")
def videos():
    return {kind: load_dataset("open-video", keypoints=kind) for kind in KINDS}


def test_keypoints_are_projections_of_the_truth(videos):
    for kind in KINDS[:4]:
        data = videos[kind]
        assert project(data.truth, data.keypoints.intrinsics) == pytest.approx(
            data.keypoints.points, abs=0.02
        )
        assert data.keypoints.of_clips("noise") == (0.0,) * len(data.keypoints.clip_names)


def test_rates_show_the_same_motion(videos):
    slow_clip, usual, fast = (videos[kind] for kind in ("gt-10", "gt", "gt-60"))
    assert fast.keypoints.of_clips("fps")[0] == 60
    for data, every in ((slow_clip, 3), (usual, 1)):
        own = data.truth[data.keypoints.clip == 5]
        base = usual.truth[usual.keypoints.clip == 5][::every]
        assert own == pytest.approx(base[: len(own)], abs=1e-5)
    assert fast.truth[fast.keypoints.clip == 5][::2] == pytest.approx(
        usual.truth[usual.keypoints.clip == 5][: (fast.keypoints.clip == 5).sum() // 2 + 1], abs=1e-4
    )


def test_cameras_look_down_more_than_up_and_the_vertical_is_that_of_the_people(videos):
    data = videos["gt"]
    upward = ((data.truth[:, INDEX["thorax"]] - data.truth[:, 0]) * data.up).sum(1)
    assert np.median(upward) > 0.35
    assert (data.up[:, 1] < 0).all()
    assert data.up[:, 2].mean() < 0  # against the viewing direction: the camera sees people from above


def test_people_are_in_the_image_and_in_front(videos):
    for data in videos.values():
        assert data.truth[..., 2].min() > 1
    points = videos["gt"].keypoints.points
    assert ((points > -50) & (points < 1050)).all(-1).mean() > 0.98


def test_redrawn_bodies_are_others_and_rigid(videos):
    def bones(data):
        return np.linalg.norm(data.truth[:, 1:] - data.truth[:, list(PARENTS[1:])], axis=-1)

    own, other = bones(videos["gt"]), bones(videos["gt-bodies"])
    assert np.abs(own / other - 1).mean() > 0.03
    clip = videos["gt-bodies"].keypoints.clip == 7
    assert (other[clip].std(0) / other[clip].mean(0)).max() < 1e-3
    assert len(BONES) == 10


def test_errors_are_slow_and_as_large_as_detectors(videos):
    data, exact = videos["detected"], videos["gt"]
    seen = data.keypoints.confidence > 0
    off = np.where(seen[..., None], data.keypoints.points - exact.keypoints.points, np.nan)
    height = 1145 * 1.7 / data.truth[:, 0, 2]
    relative = np.linalg.norm(off, axis=-1) / height[:, None]
    assert 0.015 < np.nanmedian(relative) < 0.035
    same = np.diff(data.keypoints.clip) == 0
    step = np.linalg.norm(np.diff(off, axis=0)[same], axis=-1) / height[1:][same][:, None]
    assert np.nanmedian(step) < 0.4 * np.nanmedian(relative)


def test_slow_noise_has_unit_variance_and_the_stated_correlation():
    import torch

    noise = slow(torch.randn(20_000, 2, generator=torch.Generator().manual_seed(0)), 10.0)
    assert noise.std().item() == pytest.approx(1, rel=0.05)
    assert (noise[10:] * noise[:-10]).mean().item() == pytest.approx(np.exp(-0.25), abs=0.06)
