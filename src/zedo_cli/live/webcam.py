"""Images of a webcam, or of any device, address or file that PyAV opens, as they come."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from zedo_cli.detectors.detecting import FrameDetector
from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.live.incoming import LiveFrame
from zedo_cli.registry import DETECTORS, missing_extra


class DetectedImages:
    """The images of a source, and the people that a detector sees in them.

    Args:
        source: see `images`. detector, model, people: as in `detectors.detecting.Detection`.

    Raises:
        InputError: the source or the model cannot be opened.
    """

    def __init__(self, source: str, detector: str, model: Path | None, people: int | None) -> None:
        entry = DETECTORS.find(detector)
        entry.check_installed(source)
        self.live = _device(source)[1] is not None or "://" in source
        """Whether images come by themselves and do not wait."""
        self._images = images(source)
        first = next(self._images, None)
        if first is None:
            raise InputError("gives no images", setting="camera", value=source)
        self._first = first
        height, width = first.pixels.shape[:2]
        self.size = float(width), float(height)
        self._detector: FrameDetector = entry.open(model, people)

    def images(self) -> "Iterator[Image]":
        """All of them, once."""
        yield self._first
        yield from self._images

    def frame(self, image: "Image", number: int) -> LiveFrame:
        """The people in an image."""
        found = np.asarray(self._detector.detect(image.pixels, image.seconds), np.float64)
        count = len(found)
        if not count:
            return LiveFrame(np.zeros((0, 17, 3)), image.seconds)
        people = Keypoints(
            points=found[..., :2],
            confidence=found[..., 2].clip(0, 1),
            frame=np.zeros(count, np.int64),
            person=np.arange(count),
            clip=np.zeros(count, np.int64),
            clip_names=("stream",),
            frame_count=1,
            skeleton=self._detector.skeleton,
            tracked=False,
        )
        return LiveFrame(people, image.seconds)


class Image(NamedTuple):
    """pixels: `[H, W, 3]` uint8, RGB, contiguous. seconds: since the first image."""

    pixels: np.ndarray
    seconds: float


def images(source: str) -> Iterator[Image]:
    """The images of a source. Raises `InputError` if it cannot be opened.

    source: number of a webcam, a device, an address (rtsp://...) or a file.
    """
    try:
        import av
    except ImportError as error:
        raise missing_extra("av", "video") from error
    place, format = _device(source)
    try:
        with av.open(place, format=format) as container:
            if not container.streams.video:
                raise InputError("has no images", setting="camera", value=source)
            begun = None
            for frame in container.decode(video=0):
                now = time.monotonic() if format else float(frame.time or 0.0)
                begun = now if begun is None else begun
                yield Image(np.ascontiguousarray(frame.to_ndarray(format="rgb24")), now - begun)
    except (av.error.FFmpegError, OSError) as error:
        raise InputError(
            f"cannot be opened ({error})", setting="camera", value=source, fix="is it in use, or not there?"
        ) from error


def _device(source: str) -> tuple[str, str | None]:
    """Where PyAV finds a source, and the format of devices."""
    if not source.isdecimal():
        return source, "v4l2" if source.startswith("/dev/") else "dshow" if source.startswith(
            "video="
        ) else None
    if sys.platform == "darwin":
        return source, "avfoundation"
    if sys.platform == "win32":
        raise InputError(
            "cameras have names on Windows", setting="camera", value=source, fix="give video=NAME"
        )
    return f"/dev/video{source}", "v4l2"
