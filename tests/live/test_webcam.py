"""A camera's images: a film stands in for a device, which no test machine has."""

import sys
from dataclasses import dataclass

import numpy as np
import pytest
from tests.films import write_sound, write_video

from zedo_cli.errors import InputError
from zedo_cli.live.webcam import DetectedImages, images
from zedo_cli.registry import DETECTORS, Detector


@dataclass
class OnePerson:
    """A stand-in for a detector: one person wherever there is light."""

    skeleton: str = "coco17"

    def reset(self):
        """Nothing is remembered."""

    def detect(self, image, seconds):
        """A person in bright images."""
        return np.full((1, 17, 3), 0.5) if image.mean() > 100 else np.zeros((0, 17, 3))

    def close(self):
        """Nothing is open."""


@pytest.fixture
def film(tmp_path):
    return write_video(tmp_path / "a.mp4", [np.full((48, 64, 3), 200 * (n % 2), np.uint8) for n in range(6)])


def test_images_come_with_their_times(film):
    found = list(images(str(film)))
    assert len(found) == 6
    assert found[0].pixels.shape == (48, 64, 3)
    assert found[0].pixels.flags["C_CONTIGUOUS"]
    assert [image.seconds for image in found] == pytest.approx([n / 30 for n in range(6)], abs=1e-3)


def test_people_in_images(film, monkeypatch):
    entry = Detector(title="stand-in", open=lambda model, people: OnePerson(), name="one")
    monkeypatch.setitem(DETECTORS.entries, "one", entry)
    source = DetectedImages(str(film), "one", None, None)
    assert source.size == (64, 48)
    assert not source.live
    frames = [source.frame(image, number) for number, image in enumerate(source.images())]
    assert [len(frame.people) for frame in frames] == [0, 1, 0, 1, 0, 1]
    assert frames[1].people.skeleton == "coco17"
    assert frames[1].seconds == pytest.approx(1 / 30, abs=1e-3)


@pytest.mark.parametrize("source", ["nowhere.mp4", "/dev/video987", "sound"])
def test_what_gives_no_images_is_named(source, tmp_path):
    path = str(write_sound(tmp_path / "s.wav")) if source == "sound" else source
    with pytest.raises(InputError, match="camera=") as error:
        list(images(path))
    assert path in str(error.value)


@pytest.mark.skipif(sys.platform != "linux", reason="devices have other names")
def test_a_number_is_a_device():
    with pytest.raises(InputError, match="cannot be opened"):
        list(images("987"))
