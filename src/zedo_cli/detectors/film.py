"""Films: a video, a folder of images, or an image, as RGB frames with their times."""

import math
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.registry import IMAGE_SUFFIXES, VIDEO_SUFFIXES, missing_extra

LARGEST = 1920
"""Longer side (px) to which larger frames are reduced; keypoints come back in pixels of the film."""

_AHEAD = 4
"""Frames that are decoded before they are asked for."""

_FOCAL_KEYS = ("com.apple.quicktime.camera.focal_length.35mm_equivalent", "focal_length_35mm")
_FILM_WIDTH_MM = 36.0


class Frame(NamedTuple):
    """number: from 0. seconds: from the start, NaN where unknown. image: `[H, W, 3]` uint8, RGB, contiguous,
    upright. scale: pixels of the film for a pixel of the image."""

    number: int
    seconds: float
    image: np.ndarray
    scale: float


@dataclass
class Film:
    """What is known of a film before it is decoded.

    size: width and height of upright frames (px). fps: mean frames/s, None if unknown. count: frames as the
    file states them, 0 if unknown. focal: focal length (px) from the metadata, None if unknown. notes: what
    was found while decoding.
    """

    path: Path
    size: tuple[float, float]
    fps: float | None
    count: int
    focal: float | None
    notes: list[Note]

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """The frames from number `start` on, decoded in another thread.

        Raises `InputError` if there are none.
        """
        source = self._decode(start) if self.path.suffix.lower() in VIDEO_SUFFIXES else self._images(start)
        yield from _ahead(source)

    def _decode(self, start: int) -> Iterator[Frame]:
        import av

        damaged, number, first = 0, -1, None
        with _opened(self.path) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for packet in container.demux(stream):
                try:
                    pictures = packet.decode()
                except av.error.FFmpegError:
                    damaged += 1
                    continue
                for picture in pictures:
                    number += 1
                    time = picture.time
                    first = time if first is None else first
                    if number >= start:
                        seconds = math.nan if time is None or first is None else float(time - first)
                        image, scale = _upright(picture)
                        yield Frame(number, seconds, image, scale)
        if number < 0:
            raise InputError("no frame can be decoded", source=self.path, fix="is the file complete?")
        if damaged:
            text = f"{self.path}: {damaged} damaged parts of the video could not be decoded"
            self.notes.append(Note("warning", text, "video-damaged"))

    def _images(self, start: int) -> Iterator[Frame]:
        width, height = map(int, self.size)
        for number, path in enumerate(images_of(self.path)):
            if number >= start:
                image = _read_image(path)
                if image.shape[:2] != (height, width):
                    problem = (
                        f"has {image.shape[1]}x{image.shape[0]} pixels, the first image {width}x{height}"
                    )
                    raise InputError(problem, source=path, fix="lift images of different cameras one by one")
                image, scale = _reduced(image)
                yield Frame(number, math.nan, image, scale)


def open_film(path: Path) -> Film:
    """A video, an image or a folder of images. Raises `InputError` that says what is wrong with it."""
    if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file():
        return _open_video(path)
    first = images_of(path)[0]
    height, width = _read_image(first).shape[:2]
    size = float(width), float(height)
    focal = _focal_of_photo(first)
    notes = []
    if focal is not None:
        text = (
            f"{path}: focal length {focal / max(size) * _FILM_WIDTH_MM:g} mm of its EXIF (as of 35 mm film)"
        )
        notes.append(Note("info", text, "focal-length"))
    return Film(path, size, None, len(images_of(path)), focal, notes)


def images_of(path: Path) -> list[Path]:
    """The images of a folder, by the numbers in their names; or the image itself."""
    if path.is_file():
        return [path]
    found = [p for p in path.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES and not p.name.startswith(".")]
    if not found:
        raise InputError("no images in this folder", source=path)
    return sorted(found, key=lambda p: [int(w) if w.isdecimal() else w for w in re.split(r"(\d+)", p.name)])


def _open_video(path: Path) -> Film:
    notes: list[Note] = []
    with _opened(path) as container:
        stream = container.streams.video[0]
        rate = stream.average_rate or stream.guessed_rate
        fps = float(rate) if rate and 0 < rate < 10_000 else None
        seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        count = stream.frames or round(seconds * (fps or 0))
        picture = next(_pictures(container, path))
        image, scale = _upright(picture)
        size = float(round(image.shape[1] * scale)), float(round(image.shape[0] * scale))
        about = {**container.metadata, **stream.metadata}
        focal = _focal_35mm(about)
    if focal is not None:
        text = f"{path}: focal length {focal:g} mm of its metadata (as of 35 mm film)"
        notes.append(Note("info", text, "focal-length"))
    return Film(path, size, fps, count, focal and focal / _FILM_WIDTH_MM * max(size), notes)


def _opened(path: Path) -> Any:
    """The container of a video. Raises `InputError` if there is no video in it."""
    try:
        import av
    except ImportError as error:
        raise missing_extra("av", "video", source=path) from error
    if path.stat().st_size == 0:
        raise InputError("is empty", source=path, fix="record or copy it again")
    av.logging.set_level(av.logging.PANIC)
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be decoded as a video ({reason})", source=path) from error
    if not container.streams.video:
        what = "holds sound and no video" if container.streams.audio else "holds no video"
        container.close()
        raise InputError(what, source=path, fix="give a video")
    return container


def _pictures(container: Any, path: Path) -> Iterator[Any]:
    import av

    for packet in container.demux(container.streams.video[0]):
        with suppress(av.error.FFmpegError):
            yield from packet.decode()
    raise InputError("no frame can be decoded", source=path, fix="is the file complete?")


def _upright(picture: Any) -> tuple[np.ndarray, float]:
    """The image of a decoded picture, reduced and turned as the file says, and its scale.

    Detectors read the memory of an image, so it must be contiguous: rows of a decoded picture are padded.
    """
    scale = max(1.0, max(picture.width, picture.height) / LARGEST)
    width, height = round(picture.width / scale), round(picture.height / scale)
    image = picture.to_ndarray(format="rgb24", width=width, height=height)
    quarters = round(getattr(picture, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(image, quarters)), scale


def _reduced(image: np.ndarray) -> tuple[np.ndarray, float]:
    from PIL import Image

    scale = max(1.0, max(image.shape[:2]) / LARGEST)
    if scale == 1:
        return image, scale
    size = round(image.shape[1] / scale), round(image.shape[0] / scale)
    return np.ascontiguousarray(Image.fromarray(image).resize(size, Image.Resampling.BOX)), scale


def _read_image(path: Path) -> np.ndarray:
    """An image, upright, `[H, W, 3]` uint8."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise missing_extra("PIL", "video", source=path) from error
    try:
        with Image.open(path) as image:
            return np.ascontiguousarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"is not an image, or is damaged ({error})", source=path) from error


def _focal_of_photo(path: Path) -> float | None:
    """The focal length (px) in the EXIF of an image."""
    from zedo_cli.cameras.readers.photo import read

    try:
        return float(read(path)[0].intrinsics[0, 0])
    except InputError:
        return None


def _focal_35mm(metadata: dict[str, str]) -> float | None:
    """The focal length as of 35 mm film (mm) that some phones write."""
    for key, value in metadata.items():
        if key.lower() in _FOCAL_KEYS:
            with suppress(ValueError):
                return float(value) if 5 <= float(value) <= 2000 else None
    return None


def _ahead(source: Iterator[Frame]) -> Iterator[Frame]:
    """The frames of an iterator that runs in a thread of its own, a few of them ahead."""
    queue: Queue[Frame | BaseException | None] = Queue(_AHEAD)
    stopped = threading.Event()

    def work() -> None:
        end: BaseException | None = None
        try:
            for frame in source:
                queue.put(frame)
                if stopped.is_set():
                    return
        except BaseException as error:  # handed to the reader
            end = error
        queue.put(end)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if isinstance(item, BaseException):
                raise item
            if item is None:
                return
            yield item
    finally:
        stopped.set()
        while thread.is_alive():
            with suppress(Exception):
                queue.get(timeout=0.05)
            thread.join(timeout=0.01)
