"""`zedo lift` of a video, from the file to animation."""

import json

import numpy as np
import pytest

from films import pictures, write_sound, write_video
from places import EXAMPLE
from zedo_cli.cli.app import run
from zedo_cli.detectors import detecting, mediapipe

pytestmark = pytest.mark.filterwarnings("ignore")  # of MediaPipe

VIDEO = EXAMPLE / "videos/multi_cam01.mp4"


def test_two_people(zedo, tmp_path):
    outputs = ("-o", tmp_path / "o.npz", "-o", tmp_path / "o.bvh", "--save-keypoints", tmp_path / "k.json")
    code, out, err = zedo("lift", VIDEO, "--preset", "fast", *outputs)
    assert code == 0, err
    assert "2 people tracked; joints blazepose33; camera assumed, 60 degrees; 60 frames/s" in out
    with np.load(tmp_path / "o.npz") as file:
        assert set(np.unique(file["person"])) == {0, 1}
        assert np.isfinite(file["time"]).all()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"o.npz", "o_person0.bvh", "o_person1.bvh", "k.json"}  # nothing else is left
    saved = json.loads((tmp_path / "k.json").read_text())
    assert (saved["fps"], saved["image_size"], len(saved["frames"])) == (60, [1088, 1920], 100)


def test_an_interrupted_detection_can_be_continued(tmp_path, monkeypatch, capfd):
    class Stops(mediapipe.MediaPipe):
        def detect(self, image, seconds):
            self.seen = getattr(self, "seen", 0) + 1
            if self.seen > 3:
                raise KeyboardInterrupt
            return super().detect(image, seconds)

    monkeypatch.setattr(detecting, "CHUNK", 2)
    monkeypatch.setattr(mediapipe, "MediaPipe", Stops)
    film = write_video(tmp_path / "film.mp4", pictures(5))
    code = run(["lift", str(film), "-o", str(tmp_path / "o.npz")])
    assert code == 130
    message = capfd.readouterr().err
    assert "interrupted; continue with --resume" in message
    (kept,) = tmp_path.glob("film-*.detected.partial.jsonl")
    assert str(kept) in message
    assert not (tmp_path / "o.npz").exists()


@pytest.mark.parametrize(
    ("name", "problem"),
    [("sound.mp4", "holds sound and no video"), ("empty.mp4", "is empty"), ("text.mp4", "cannot be decoded")],
)
def test_what_is_no_video_is_one_line(zedo, tmp_path, name, problem):
    write_sound(tmp_path / "sound.mp4")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("text")
    code, _, err = zedo("lift", tmp_path / name, "-o", tmp_path / "o.npz")
    assert code == 2
    assert err.startswith(f"zedo: {tmp_path / name}: {problem}")
    assert err.count("\n") == 1
