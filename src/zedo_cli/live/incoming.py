"""The frames of a stream, brought to the 17 joints one by one."""

import time as clock
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.errors import InputError, Note
from zedo_cli.joint_names import find_skeleton
from zedo_cli.keypoints.cleaning import cleaned
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.detections import without_implausible
from zedo_cli.keypoints.pinhole import seen_by
from zedo_cli.keypoints.standardise import skeleton_of, to_17_joints, without_unusable
from zedo_cli.keypoints.tracking import MAX_GAP, MAX_GAP_SECONDS, Tracker


class LiveFrame(NamedTuple):
    """A frame of a stream.

    people: `[P, J, 2 or 3]`, x and y in px and confidence; or `Keypoints` of the people of one frame.
    seconds: its time, None for its number over the frame rate, or the time of arrival. identities: `[P]`, if
    the detector knows who is who. number: of the frame, one more than the last without it.
    """

    people: Any
    seconds: float | None = None
    identities: Any = None
    number: int | None = None


class Incoming:
    """Standardises the frames of a stream: joint set, lens and identities.

    Args:
        camera: of the stream.
        skeleton: joint set of the keypoints; found from the first people without it, and kept.
        fps: frames/s, where frames have no times.
    """

    def __init__(self, camera: Camera, skeleton: Any = None, fps: float | None = None) -> None:
        self._camera, self._fps = camera, fps
        self._skeleton = find_skeleton(skeleton) if isinstance(skeleton, str) else skeleton
        self._tracker = Tracker(MAX_GAP if fps is None else max(1, round(MAX_GAP_SECONDS * fps)))
        self._begun = clock.monotonic()
        self._frames, self._number, self._seconds = 0, -1, -np.inf
        self._stamped, self._step = False, 1 / 30

    def standardised(self, frame: LiveFrame) -> tuple[int, float, Keypoints, list[Note]]:
        """Number and time of a frame, its people on the 17 joints, undistorted, with identities, and notes.

        Raises `InputError` if it is not after the one before, or cannot be used.
        """
        number, seconds = self._place(frame)
        people, notes = self._people(self._raw(frame, number, seconds), frame.identities is None)
        if frame.seconds is not None:
            if self._stamped:
                self._step = (seconds - self._seconds) / (number - self._number)
            self._stamped = True
        self._number, self._seconds = number, seconds
        return number, seconds, people, notes

    def _people(self, raw: Keypoints, unknown: bool) -> tuple[Keypoints, list[Note]]:
        self._frames += 1
        if not len(raw):
            return raw, []
        clean = cleaned(raw)
        notes: list[Note] = []
        if self._skeleton is None:
            self._skeleton, notes = skeleton_of(clean)
        mapped = to_17_joints(clean, self._skeleton)
        people = without_unusable(mapped)
        notes += people.notes
        if len(people) > 1 and unknown:
            people, more = without_implausible(people, np.ones(1, bool))
            notes += more
        if not len(people):
            return people, notes
        people = seen_by(replace(people, notes=()), (self._camera,))
        notes += people.notes
        if not all(people.of_clips("tracked")):
            identities = self._tracker.update(self._frames, people.points, people.confidence)
            people = replace(people, person=identities, notes=())
        return people, notes

    def _place(self, frame: LiveFrame) -> tuple[int, float]:
        """Number and time of a frame."""
        number = self._number + 1 if frame.number is None else int(frame.number)
        seconds = frame.seconds
        if seconds is None:
            seconds = self._assumed(number)
        if not np.isfinite(seconds) or seconds <= self._seconds or number <= self._number:
            raise InputError("is not after the one before", where=f"frame {number}", fix="leave it out")
        return number, float(seconds)

    def _assumed(self, number: int) -> float:
        """The time of a frame that does not say it: by the rate, as far on as the last, or by its arrival."""
        if self._fps:
            return number / self._fps
        if self._stamped:
            return self._seconds + self._step * (number - self._number)
        return clock.monotonic() - self._begun

    def _raw(self, frame: LiveFrame, number: int, seconds: float) -> Keypoints:
        given = frame.people
        if isinstance(given, Keypoints):
            points, confidence = given.points, given.confidence
            skeleton, names = given.skeleton, given.joint_names
            tracked = all(given.of_clips("tracked")) and len(np.unique(given.person)) == len(given)
            person = given.person
        else:
            if np.size(given) == 0:
                given = np.zeros((0, 17, 3))
            one = Keypoints.from_arrays(given)
            points, confidence, skeleton, names = one.points, one.confidence, None, None
            tracked = frame.identities is not None
            person = np.asarray(frame.identities if tracked else np.arange(len(points)), np.int64)
        count = len(points)
        if person.shape != (count,) or len(np.unique(person)) < count:
            raise InputError(f"must be {count} different numbers", setting="identities")
        return Keypoints(
            points=points,
            confidence=confidence,
            frame=np.full(count, number),
            person=person,
            clip=np.zeros(count, np.int64),
            clip_names=("stream",),
            frame_count=1,
            skeleton=self._skeleton or skeleton,
            joint_names=names,
            image_size=self._camera.size,
            fps=self._fps,
            tracked=tracked,
            time=np.full(count, seconds),
        )
