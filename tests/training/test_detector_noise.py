"""The model of detectors: what is drawn lies where the constants say."""

import torch

from zedo_cli.pipeline.presets import LEAST_NOISE, ODDS_NOISE
from zedo_cli.pipeline.view import View
from zedo_cli.pipeline.weights import keypoint_noise
from zedo_cli.skeletons import ADULT, JOINTS, MIRROR
from zedo_cli.training import detector_noise
from zedo_cli.training.detector_noise import detected_view, training_view
from zedo_cli.training.virtual_cameras import exact_view

SPINE = JOINTS.index("spine")


def heights_off(view, exact, scene):
    """Angles between the rays, in heights of the person in the image."""
    return (view.rays - exact.rays).norm(dim=-1) * scene.places[:, 2:] / ADULT


def test_noise_is_of_the_size_that_was_asked_for(scene, exact, detected):
    error, seen = heights_off(detected, exact, scene), detected.confidence > 0
    median = error[seen].median()
    assert 0.005 < median < 0.02
    wrists = [i for i, name in enumerate(JOINTS) if name.endswith("wrist")]
    knees = [i for i, name in enumerate(JOINTS) if name.endswith("knee")]
    assert error[:, wrists][seen[:, wrists]].median() > 1.2 * error[:, knees][seen[:, knees]].median()
    assert 0.02 < (error[seen] > 0.1).float().mean() < 0.12


def test_confidence_tells_a_part_of_the_truth(scene, exact, detected):
    error, seen = heights_off(detected, exact, scene), detected.confidence > 0
    trusted, weak = (
        error[seen & part].mean() for part in (detected.confidence > 0.8, detected.confidence < 0.4)
    )
    assert weak > 1.5 * trusted
    assert ((detected.confidence >= 0) & (detected.confidence <= 1)).all()


def test_joints_and_halves_are_missing(detected):
    missing = detected.confidence == 0
    limbs = [i for i, name in enumerate(JOINTS) if name.startswith(("left", "right"))]
    assert 0.1 < missing[:, limbs].float().mean() < 0.25
    legs = [i for i in limbs if JOINTS[i].endswith(("hip", "knee", "ankle"))]
    assert 0.04 < missing[:, legs].all(1).float().mean() < 0.2
    assert ((~missing[:, limbs]).sum(1) < 2).float().mean() < 0.01
    assert missing[:, SPINE].float().mean() > 0.4


def test_whole_bodies_are_swapped_now_and_then(scene, monkeypatch):
    """With swaps alone, a keypoint lies on its own joint or on its mirror image."""
    monkeypatch.setattr(detector_noise, "NOISE", (1e-6, 2e-6))
    monkeypatch.setattr(detector_noise, "LEAST_NOISE", 0.0)
    monkeypatch.setattr(detector_noise, "OUTLIERS", 0.0)
    monkeypatch.setattr(detector_noise, "OTHER_JOINTS", 0.0)
    view = detected_view(scene, torch.Generator().manual_seed(2))
    exact = exact_view(scene)
    points = scene.poses + scene.places[:, None]
    whole = ((points[..., :2] / points[..., 2:]).abs() < scene.border[:, None]).all(-1).all(-1)
    own, mirrored = (
        heights_off(view, exact, scene),
        heights_off(view, View(exact.rays[:, list(MIRROR)], exact.confidence), scene),
    )
    seen = (view.confidence > 0) & whole[:, None]
    assert torch.minimum(own, mirrored)[seen].max() < 0.01
    wrong = ((own > 0.01) & seen).any(1)[whole].float().mean()
    assert abs(wrong - 2 * detector_noise.LIMB_SWAPS - detector_noise.BODY_SWAPS) < 0.03


def test_without_faults_there_is_noise_and_nothing_else(scene, exact):
    view = detected_view(scene, torch.Generator().manual_seed(5), faults=False)
    error = heights_off(view, exact, scene)
    assert (view.confidence > 0).all()
    assert 0.005 < error.median() < 0.02
    assert (error > 0.1).float().mean() < 0.02


def test_training_mixes_exact_detected_and_masked(scene, exact):
    view = training_view(scene, torch.Generator().manual_seed(3))
    masked = (view.confidence == 0).all(1).float().mean()
    assert abs(masked - detector_noise.MASKED) < 0.02
    full = (view.confidence == 1).all(1)
    assert torch.allclose(view.rays[full].norm(dim=-1), torch.ones(int(full.sum()), 17), atol=1e-5)
    assert (heights_off(view, exact, scene)[full] < 1e-5).all(1).float().mean() > 0.15


def test_the_same_generator_draws_the_same(scene):
    one, other = (training_view(scene, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(one.rays, other.rays)
    assert torch.equal(one.confidence, other.confidence)


def test_stated_noise_is_the_noise(scene, exact):
    """The errors are those that the confidences stand for. The median of a distance is 1.18 times the noise
    of a coordinate, less where one noise is stated for all keypoints of a view."""
    view = detected_view(scene, torch.Generator().manual_seed(6), faults=False, stated=1.0)
    clear = (view.confidence > 0.03) & (view.confidence < 0.98)
    stated = (keypoint_noise(view.confidence, LEAST_NOISE, ODDS_NOISE) / ADULT)[clear]
    ratio = heights_off(view, exact, scene)[clear] / stated
    assert 0.65 < ratio.median() / 1.18 < 1.1
    order = stated.argsort()
    low, high = (heights_off(view, exact, scene)[clear][part].median() for part in order.chunk(3)[::2])
    assert high > 3 * low


def test_without_stated_noise_nothing_else_is_drawn(scene, detected):
    none, some = (
        detected_view(scene, torch.Generator().manual_seed(1), stated=share) for share in (0.0, 1.0)
    )
    assert torch.equal(none.rays, detected.rays)
    assert torch.equal(none.confidence, detected.confidence)
    assert not torch.equal(none.confidence, some.confidence)
