"""How noisy keypoints are: stated, by their confidences, or by their track."""

from dataclasses import replace

import numpy as np
import pytest

from zedo_cli import Lifter
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.errors import InputError
from zedo_cli.io.files import bundled_prior
from zedo_cli.keypoints.noise import NoiseModel, checked_noise, heights_in_pixels, trusted, white_noise
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.pipeline.weights import keypoint_noise

MODEL = NoiseModel.of(PRESETS["balanced"])


@pytest.fixture(scope="module")
def clips():
    """Exact and detected keypoints of four clips of 30 frames/s, with confidences of 1."""
    found = {}
    for kind in ("gt", "detected"):
        people = load_dataset("validation-video", keypoints=kind).keypoints
        people = people.take(people.clip < 4)
        ones = (people.confidence > 0).astype(np.float32)
        found[kind] = replace(people, confidence=ones, noise=None)
    return found


def test_trust_is_the_confidence_that_stands_for_a_noise():
    import torch

    confidence = torch.tensor([1.0, 0.9, 0.5, 0.2])
    heights = keypoint_noise(confidence, MODEL.least, MODEL.odds) / 1.7
    assert MODEL.trust(heights.numpy()) == pytest.approx(confidence.numpy(), abs=1e-5)
    assert MODEL.noise(confidence.numpy()) == pytest.approx(heights.numpy(), rel=1e-4)


def test_useless_keypoints_are_missing():
    assert MODEL.trust(np.array([0.49, 0.51]))[1] == 0


def test_smooth_tracks_without_confidences_are_exact(clips):
    trust, notes = trusted(clips["gt"], MODEL, "auto")
    assert [note.code for note in notes] == ["noise-exact"]
    assert trust.min() == 1


def test_detections_without_confidences_get_the_noise_of_a_detector(clips):
    people = clips["detected"]
    trust, notes = trusted(people, MODEL, "auto")
    assert [note.code for note in notes] == ["noise-assumed"]
    assert trust[people.confidence > 0] == pytest.approx(float(MODEL.trust(np.array(MODEL.assumed))))
    first = np.flatnonzero(people.clip == 0)
    assert white_noise(people, first) > 3 * white_noise(clips["gt"], first)


def test_single_frames_without_confidences_are_a_detectors(clips):
    alone = replace(clips["gt"], tracked=False)
    assert trusted(alone, MODEL, "auto")[1][0].code == "noise-assumed"


def test_informative_confidences_stay(clips):
    people = clips["detected"]
    generator = np.random.default_rng(0)
    confidence = people.confidence * generator.uniform(0.3, 1, people.confidence.shape)
    trust, notes = trusted(replace(people, confidence=confidence), MODEL, "auto")
    assert not notes
    assert trust == pytest.approx(confidence, abs=1e-6)


def test_high_confidences_everywhere_say_nothing(clips):
    people = clips["detected"]
    trust, notes = trusted(replace(people, confidence=0.97 * people.confidence), MODEL, "auto")
    assert "high everywhere" in notes[0].text
    assert trust.max() < 0.7


def test_a_stated_noise_is_used(clips):
    people = clips["detected"]
    exact, notes = trusted(people, MODEL, "exact")
    assert not notes
    assert exact[people.confidence > 0].min() == 1
    height = heights_in_pixels(people, np.ones(len(people), bool))
    pixels, _ = trusted(people, MODEL, 8.0)
    expected = MODEL.trust(np.broadcast_to((8 / height)[:, None], pixels.shape))
    assert pixels[people.confidence > 0] == pytest.approx(expected[people.confidence > 0])


@pytest.mark.parametrize("bad", ["-1", "loud", 1e9, None])
def test_bad_noise_is_refused(bad):
    with pytest.raises(InputError, match="auto, exact, or pixels"):
        checked_noise(bad)


def test_people_whose_keypoints_say_nothing_are_guesses_with_a_warning(clips):
    """At a confidence of 0.008 an error is more than the person is tall; the pose stays finite."""
    people = clips["detected"].take(np.arange(6))
    low = np.where(people.confidence > 0, 0.8, 0).astype(np.float32)
    low[:2] = np.where(people.confidence[:2] > 0, 0.008, 0)
    trust, notes = trusted(replace(people, confidence=low), MODEL, "auto")
    assert ((trust > 0) == (people.confidence > 0)).all()
    assert trust[:2].max() == pytest.approx(MODEL.trust(np.array([MODEL.useless]))[0])
    (note,) = notes
    assert note.level == "warning"
    assert note.text.startswith("2 poses are guesses")
    poses = Lifter(bundled_prior("open-small"), "fast").lift(replace(people, confidence=low))
    assert np.isfinite(poses.poses_3d).all()
    assert poses.uncertainty[:2].mean() > 1.2 * poses.uncertainty[2:].mean()
