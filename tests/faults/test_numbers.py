"""Extreme numbers give an answer with a large uncertainty, or one line; threads change nothing."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.limits import limits
from scenes import in_front_of_camera, to_pixels
from zedo_cli import Keypoints, Lifter
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.io.files import bundled_prior
from zedo_cli.pipeline.presets import PRESETS, Preset

K = pinhole(1000.0, 1000.0, 500.0, 500.0)
POINTS = in_front_of_camera(3)
PIXELS = np.concatenate([to_pixels(POINTS, K), np.full((3, 17, 1), 0.9)], axis=-1)


@pytest.fixture(scope="module")
def lifter():
    return Lifter(bundled_prior("open-small"), "fast")


def keypoints(pixels, k=K):
    """Rows that share nothing, on Human3.6M's joints."""
    count = len(pixels)
    rows = np.arange(count)
    each = np.tile(k, (count, 1, 1))
    return Keypoints.from_arrays(pixels[..., :2], pixels[..., 2], "h36m17", each, rows, rows, np.zeros(count))


def answered(lifter, pixels, k=K):
    """Poses that are finite, or None where one line refuses them."""
    with limits():
        try:
            poses = lifter.lift(keypoints(pixels, k))
        except InputError as error:
            reason = str(error)
        else:
            reason = ""
    if reason:
        assert reason.isprintable()
        return None
    for name in ("poses_3d", "uncertainty", "translation", "keypoints_2d", "reprojection_error"):
        assert np.isfinite(getattr(poses, name)).all(), name
    return poses


@pytest.mark.parametrize("value", [0.0, 1e-30, -1e-30, 1e5, 1e30, -1e30, 3e38, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["one joint", "one axis", "one person", "confidence"])
def test_extreme_values(lifter, value, where):
    pixels = PIXELS.copy()
    target = {
        "one joint": (0, 5, slice(2)),
        "one axis": (0, slice(None), 0),
        "one person": (0, slice(None), slice(2)),
        "confidence": (0, slice(None), 2),
    }
    pixels[target[where]] = value
    poses = answered(lifter, pixels)
    if poses is not None and where != "confidence":
        others = poses.frame > 0  # rows of an array share nothing
        alone = lifter.lift(keypoints(PIXELS))
        assert np.abs(poses.poses_3d[others] - alone.poses_3d[1:]).max() < 1e-4


@pytest.mark.parametrize("focal", [1e-6, 1.0, 5.0, 10.0, 1e6, 1e12])
def test_extreme_cameras(lifter, focal):
    poses = answered(lifter, PIXELS, pinhole(focal, focal, 500.0, 500.0))
    assert poses is not None or focal < 100 or focal > 1e5


@pytest.mark.parametrize("shape", ["point", "line", "two points", "mirrored", "shuffled"])
def test_joints_that_are_no_person(lifter, shape):
    """A point is no person; whoever has an odd shape is uncertain, or does not fit, and a note says so."""
    pixels = PIXELS.copy()
    if shape == "point":
        pixels[:, :, :2] = 500.0
    elif shape == "line":
        pixels[:, :, 0], pixels[:, :, 1] = 500.0, np.linspace(300, 700, 17)
    elif shape == "two points":
        pixels[:, :8, :2], pixels[:, 8:, :2] = 400.0, 600.0
    elif shape == "mirrored":
        pixels[:, :, 0] = 1000 - pixels[:, :, 0]
    else:
        pixels = pixels[:, np.random.default_rng(0).permutation(17)]
    poses = answered(lifter, pixels)
    assert (poses is None) == (shape == "point")
    if shape in ("line", "two points", "shuffled"):
        normal = lifter.lift(keypoints(PIXELS))
        noted = "poses-do-not-fit" in {note.code for note in poses.notes}
        assert noted or poses.uncertainty.mean() > 1.5 * normal.uncertainty.mean()


@pytest.mark.parametrize("distance", [0.3, 1.0, 30.0, 100.0, 1000.0])
def test_people_at_any_distance(lifter, distance):
    """A person of 3 px at 1000 m is a guess, in metres; nobody is put behind the camera."""
    points = POINTS - POINTS[:, :1] + [0, 0, distance]
    inside = points[..., 2] > 0.05
    pixels = np.concatenate([to_pixels(points, K), np.where(inside, 0.9, 0.0)[..., None]], axis=-1)
    poses = answered(lifter, pixels)
    if poses is not None:
        assert (poses.poses_3d[..., 2] > 0).all()
        if distance >= 30:
            assert np.median(poses.poses_3d[:, 0, 2]) == pytest.approx(distance, rel=0.5)


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "steps": st.integers(-2, 40),
        "warmup": st.integers(-2, 50),
        "first_noise": st.floats(-1, 1e6),
        "last_noise": st.floats(-1, 1e6),
        "view_noise": st.floats(-1, 1e6),
        "least_noise": st.floats(-1, 1e3),
        "odds_noise": st.floats(-1, 1e3),
        "useless_noise": st.floats(-1, 1e3),
        "mirror": st.booleans(),
        "robust": st.booleans(),
        "answer": st.sampled_from(["first", "best", "none"]),
        "pull": st.sampled_from(["soft", "hard", "none"]),
        "step": st.sampled_from(["flow", "full", "sub-vp"]),
    },
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(changes=SETTINGS, name=st.sampled_from(sorted(PRESETS)))
def test_any_settings_end(lifter, changes, name):
    """Settings are refused, or lift to finite poses; none hangs."""
    words = [f"{key}={value}" for key, value in changes.items()]
    base = PRESETS[name].changed(["steps=10", "warmup=2", "optimise_start=false"] if name == "paper" else [])
    with limits():
        try:
            preset = base.changed(words)
        except InputError:
            return
        assert isinstance(preset, Preset)
        poses = Lifter(lifter.prior, preset).lift(keypoints(PIXELS))
    assert np.isfinite(poses.poses_3d).all()


def test_threads_change_nothing_that_matters():
    """1, 2 and 8 threads agree within 0.01 mm (sums in another order), for single rows and for tracks."""
    data = load_dataset("open-video", None, "detected").keypoints
    people = data.take(np.flatnonzero(data.clip < 2)[:120])
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 8):
            torch.set_num_threads(threads)
            found.append(
                [Lifter("open", "balanced", clips=clips).lift(people).poses_3d for clips in (False, True)]
            )
    finally:
        torch.set_num_threads(before)
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            assert np.abs(one - two).max() < 1e-5
