"""MediaPipe's pose landmarks (BlazePose, 33), with the bundled model, offline."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.files import bundled

MODEL = "checkpoints/pose_landmarker_full.task"

MOST_PEOPLE = 6
"""People that are looked for where their number is not given."""

LOOK_EVERY = 30
"""Frames between two looks at whether more people have come in."""


class MediaPipe:
    """Detects and follows people in frames that come in order.

    The number of people to follow costs time, so it starts at one and grows when a look at the whole image
    finds more of them, up to `people`.
    """

    skeleton = "blazepose33"

    def __init__(self, model: Path | None, people: int | None) -> None:
        self._model, self._most = model or bundled(MODEL), people or MOST_PEOPLE
        self._landmarker: Any = None
        self._looker: Any = None
        self._count, self._frame = 1, 0
        self.reset()

    def reset(self) -> None:
        """Forget the frames that were seen."""
        self._frame = 0
        self._count = 1
        self._follow()

    def detect(self, image: np.ndarray, seconds: float) -> np.ndarray:
        """People in an image `[H, W, 3]` uint8: x, y in pixels and visibility, `[P, 33, 3]`."""
        mediapipe = _mediapipe()
        picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=image)
        with quiet():
            if self._most > 1 and self._frame % LOOK_EVERY == 0 and self._count < self._most:
                if self._looker is None:
                    self._looker = self._open(self._most, video=False)
                found = min(self._most, len(self._looker.detect(picture).pose_landmarks))
                if found > self._count:
                    self._count = found
                    self._follow()
            self._frame += 1
            people = self._landmarker.detect_for_video(picture, self._frame * 10).pose_landmarks
        height, width = image.shape[:2]
        points = [[(p.x * width, p.y * height, p.visibility) for p in person] for person in people]
        return np.array(points, np.float64).reshape(-1, 33, 3)

    def close(self) -> None:
        """Free the models."""
        with quiet():
            for landmarker in (self._landmarker, self._looker):
                if landmarker is not None:
                    landmarker.close()
        self._landmarker = self._looker = None

    def _follow(self) -> None:
        with quiet():
            if self._landmarker is not None:
                self._landmarker.close()
            self._landmarker = self._open(self._count, video=True)

    def _open(self, people: int, video: bool) -> Any:
        _mediapipe()
        from mediapipe.tasks.python import BaseOptions, vision

        mode = vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE
        try:
            content = self._model.read_bytes()
            options = vision.PoseLandmarkerOptions(
                base_options=BaseOptions(model_asset_buffer=content), running_mode=mode, num_poses=people
            )
            return vision.PoseLandmarker.create_from_options(options)
        except (OSError, RuntimeError, ValueError) as error:
            problem = (
                "no such file" if not self._model.is_file() else "is no model of MediaPipe, or is damaged"
            )
            fix = "give a .task file of a pose landmarker, or leave `detector_model` out"
            raise InputError(problem, source=self._model, fix=fix) from error


def open_detector(model: Path | None, people: int | None) -> MediaPipe:
    """The detector, with the bundled model if none is given."""
    return MediaPipe(model, people)


def _mediapipe() -> Any:
    """The package. Raises `InputError` if a library of the system that it needs is missing."""
    try:
        import mediapipe
    except (ImportError, OSError) as error:
        fix = "install it (Debian: apt install libgl1 libegl1 libgles2), or lift a file of keypoints"
        problem = f"mediapipe cannot be loaded ({error})"
        raise InputError(problem, setting="detector", value="mediapipe", fix=fix) from error
    return mediapipe


@contextmanager
def quiet() -> Iterator[None]:
    """Without what libraries in C++ write to the terminal (file descriptor 2)."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
