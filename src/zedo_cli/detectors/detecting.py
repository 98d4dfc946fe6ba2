"""Keypoints of a film: frames pass a detector in chunks, and finished chunks outlive an interruption."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.detectors.film import Film, open_film
from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.registry import DETECTORS

CHUNK = 300
"""Frames of a chunk. The detector forgets what it saw at the start of each, so that a run that is continued
gives what an unbroken one gives."""

_FORMAT = "zedo-detection"

Progress = Callable[[int, int], None]
"""Called with the number of frames done, and of all frames (0 if unknown)."""


class FrameDetector(Protocol):
    """A detector with its model loaded. `skeleton` names the joint set of what it returns."""

    skeleton: str

    def reset(self) -> None:
        """Forget the frames that were seen."""
        ...

    def detect(self, image: np.ndarray, seconds: float) -> np.ndarray:
        """People in an RGB image `[H, W, 3]` uint8, at a time from the start of the film: `[P, J, 3]`, x and
        y in pixels, and confidence."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


@dataclass(frozen=True)
class Detection:
    """How keypoints are detected in films.

    detector: its name in the registry. model: a model file in place of the detector's own. people: how many
    are looked for at most; found out without it. folder: where finished chunks are kept until the work is
    done; nowhere without it. resume: go on with those that are there. progress: see `Progress`.
    """

    detector: str = "mediapipe"
    model: Path | None = None
    people: int | None = None
    folder: Path | None = None
    resume: bool = False
    progress: Progress | None = None

    def partial(self, film: Path) -> Path | None:
        """The file of finished chunks of a film."""
        if self.folder is None:
            return None
        place = blake2b(str(film.resolve()).encode(), digest_size=4).hexdigest()  # films may share a name
        return self.folder / f"{film.stem}-{place}.detected.partial.jsonl"

    def check(self, source: Path) -> None:
        """Raise `InputError` if the detector is unknown or not installed."""
        DETECTORS.find(self.detector).check_installed(source)


def detect(path: Path, how: Detection) -> Keypoints:
    """Detect the people in a video, an image or a folder of images.

    Args:
        path: of the film.
        how: with which detector.

    Returns:
        Keypoints on the joints of the detector, in pixels of the film, with the times of its frames.

    Raises:
        InputError: the film cannot be decoded, the model cannot be loaded, or there is nobody.
    """
    how.check(path)
    film = open_film(path)
    chunks = _Chunks(how.partial(path), _about(film, how), how.resume)
    if not chunks.complete:
        detector: FrameDetector = DETECTORS.find(how.detector).open(how.model, how.people)
        try:
            _work(film, detector, chunks, how.progress)
        finally:
            detector.close()
    return _keypoints(film, chunks)


def _work(film: Film, detector: FrameDetector, chunks: "_Chunks", progress: Progress | None) -> None:
    chunks.skeleton = detector.skeleton
    buffer: list[tuple[float, list[Any]]] = []
    for frame in film.frames(chunks.frames):
        if frame.number % CHUNK == 0:
            detector.reset()
        people = detector.detect(frame.image, frame.seconds if math.isfinite(frame.seconds) else 0.0)
        people = np.asarray(people, np.float64) * [frame.scale, frame.scale, 1.0]
        buffer.append((frame.seconds, np.round(people, 4).tolist()))
        if len(buffer) == CHUNK:
            chunks.add(buffer)
            buffer = []
        if progress:
            progress(frame.number + 1, max(film.count, frame.number + 1))
    chunks.add(buffer, last=True)


class _Chunks:
    """Finished chunks, in memory and, if a path is given, in a file of JSON lines that starts with what they
    are of."""

    def __init__(self, path: Path | None, about: dict[str, Any], resume: bool) -> None:
        self.path, self.about, self.complete = path, about, False
        self.rows: list[tuple[float, list[Any]]] = []
        self.skeleton = ""
        if path is not None and resume and path.exists():
            self._read(path, about)
        elif path is not None:
            path.unlink(missing_ok=True)

    @property
    def frames(self) -> int:
        return len(self.rows)

    def add(self, rows: list[tuple[float, list[Any]]], last: bool = False) -> None:
        self.rows += rows
        self.complete = last
        if self.path is not None:
            plain = [[None if math.isnan(time) else time, people] for time, people in rows]
            begun = self.path.exists()
            with self.path.open("a", encoding="utf-8") as file:
                if not begun:
                    file.write(json.dumps(self.about) + "\n")
                file.write(json.dumps({"skeleton": self.skeleton, "frames": plain, "last": last}) + "\n")

    def _read(self, path: Path, about: dict[str, Any]) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        try:
            known = json.loads(lines[0]) if lines else {}
            if known != about:
                raise InputError(
                    "is of another film or detector", source=path, fix="remove it, or leave `resume` out"
                )
            size = len(lines[0])
            for line in lines[1:]:
                if not line.endswith(b"\n"):
                    break  # the run was stopped while it was written
                chunk = json.loads(line)
                self.skeleton = str(chunk["skeleton"])
                for time, people in chunk["frames"]:
                    if people and np.asarray(people, np.float64).shape[2:] != (3,):
                        raise ValueError("a person must be points of three numbers")
                    self.rows.append((math.nan if time is None else float(time), people))
                self.complete = bool(chunk["last"])
                size += len(line)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("is damaged", source=path, fix="remove it, or leave `resume` out") from error
        with path.open("r+b") as file:
            file.truncate(size)


def _about(film: Film, how: Detection) -> dict[str, Any]:
    """What chunks must agree in to be continued."""
    state = film.path.stat()
    model = str(how.model.resolve()) if how.model else None
    about = {"format": _FORMAT, "version": 1, "film": str(film.path.resolve()), "size": state.st_size}
    return about | {
        "modified": state.st_mtime_ns,
        "detector": how.detector,
        "model": model,
        "people": how.people,
    }


def _keypoints(film: Film, chunks: _Chunks) -> Keypoints:
    people = [
        (number, place, np.array(person))
        for number, (_, found) in enumerate(chunks.rows)
        for place, person in enumerate(found)
    ]
    if not people:
        if chunks.path is not None:
            chunks.path.unlink(missing_ok=True)  # there is nothing to continue
        raise InputError(f"no person in {chunks.frames} frames", source=film.path)
    numbers, places = (np.array([row[column] for row in people]) for column in (0, 1))
    data = np.stack([person for _, _, person in people])
    time = np.array([seconds for seconds, _ in chunks.rows])
    k = None
    if film.focal is not None:
        k = pinhole(film.focal, film.focal, film.size[0] / 2, film.size[1] / 2).astype(np.float32)
        k = np.broadcast_to(k, (len(data), 3, 3))
    fps = film.fps
    return Keypoints(
        points=data[..., :2],
        confidence=data[..., 2].clip(0, 1),
        frame=numbers,
        person=places,
        clip=np.zeros(len(data), np.int64),
        clip_names=(str(film.path),),
        frame_count=chunks.frames,
        skeleton=chunks.skeleton,
        image_size=film.size,
        intrinsics=k,
        fps=fps,
        time=time[numbers] if np.isfinite(time).all() else None,
        tracked=False,
        notes=tuple(film.notes),
    )
