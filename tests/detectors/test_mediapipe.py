"""The bundled detector on real videos."""

import numpy as np
import pytest

from films import pictures, write_video
from places import EXAMPLE
from zedo_cli.detectors.detecting import Detection, detect
from zedo_cli.detectors.film import open_film
from zedo_cli.detectors.mediapipe import MediaPipe, open_detector
from zedo_cli.errors import InputError
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise

pytestmark = pytest.mark.filterwarnings("ignore")  # of the package


@pytest.fixture(scope="module")
def images():
    frames = iter(open_film(EXAMPLE / "videos/multi_cam01.mp4").frames())
    return [next(frames).image for _ in range(40)]


def test_it_agrees_with_another_detector():
    """On the same film as OpenPose's keypoints, which are of the film at 1088 px."""
    ours = standardise(detect(EXAMPLE / "videos/cam01.mp4", Detection(people=1)), None)
    theirs = standardise(read_keypoints(EXAMPLE / "openpose/cam01_json", "body_25b"), None)
    limbs = [2, 3, 5, 6, 11, 12, 14, 15]
    errors = []
    for row in range(0, len(ours), 5):
        (match,) = np.flatnonzero(theirs.frame == ours.frame[row])[:1]
        errors.append(np.linalg.norm(ours.points[row, limbs] - theirs.points[match, limbs], axis=-1))
    assert ours.frame_count == len(ours) == 100
    assert np.median(errors) < 25  # px, of a person of 900


def test_people_who_are_there_are_found(images):
    for people, most in ((None, 2), (1, 1)):
        detector = open_detector(None, people)
        counts = [len(detector.detect(image, 0.0)) for image in images]
        detector.close()
        assert max(counts) == most
        assert min(counts) >= 1


def test_a_reset_forgets(images):
    detector = MediaPipe(None, None)
    first = [detector.detect(image, 0.0) for image in images[:4]]
    detector.reset()
    again = [detector.detect(image, 0.0) for image in images[:4]]
    detector.close()
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)


def test_it_is_silent(images, capfd):
    detector = MediaPipe(None, 1)
    detector.detect(images[0], 0.0)
    detector.close()
    assert capfd.readouterr() == ("", "")


def test_nobody_is_one_line(zedo, tmp_path):
    path = write_video(tmp_path / "o.mp4", pictures(3))
    code, _, err = zedo("lift", path, "-o", tmp_path / "o.npz")
    assert (code, err) == (2, f"zedo: {path}: no person in 3 frames\n")


def test_a_damaged_model_is_refused(tmp_path):
    (tmp_path / "o.task").write_text("no model")
    with pytest.raises(InputError, match=r"o\.task: is no model of MediaPipe, or is damaged"):
        open_detector(tmp_path / "o.task", 1)
    with pytest.raises(InputError, match="no such file"):
        open_detector(tmp_path / "none.task", 1)
