"""OpenPose's `--write_json`: a JSON file for each frame, its number in the name of the file.

Others write the same with their own joint sets: Pose2Sim and rtmlib (17, 26 or 133 joints), AlphaPose's
formats `open` and `cmu` with one file for each frame. Old versions name the list `pose_keypoints`. Hands and
face are ignored.

A missing joint is 0, 0, 0. A `person_id` of 0 or more is an identity. Pose2Sim writes empty people to keep
each person at its place in the list: the place is then the identity. Otherwise there are none.
"""

from typing import Any, NamedTuple

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows, identity

_PEOPLE = ("people", "bodies")
_POINTS = ("pose_keypoints_2d", "pose_keypoints", "joints")


class _Person(NamedTuple):
    points: np.ndarray | None
    identity: int | None


def accepts(content: Content) -> bool:
    """Whether the document looks like a frame of OpenPose."""
    document = content.json
    return isinstance(document, dict) and _people_key(document) is not None and "frames" not in document


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read the frames of one clip. Raises `InputError` that names the file, the person and the fix."""
    frames = [frame_people(content.json, content) for content in contents]
    rows = Rows(name)
    slots = _slots_are_identities(frames)
    for content, people in zip(contents, frames, strict=True):
        rows.add_frame(content.frame)
        for index, person in enumerate(people):
            if person.points is not None:
                rows.add(
                    content.frame,
                    person.points,
                    person=index if slots else person.identity,
                    source=content.path,
                    where=f"people.{index}",
                    time=content.time,
                )
    return rows.keypoints()


def frame_people(document: Any, content: Content) -> list[_Person]:
    """The people of a frame; one without keypoints keeps its place."""
    key = _people_key(document) if isinstance(document, dict) else None
    entries = document[key] if key else None
    if not isinstance(entries, list):
        raise InputError(
            "has no list of people", source=content.path, where=key, fix="give a JSON file of OpenPose"
        )
    return [_person(entry, content, f"{key}.{index}") for index, entry in enumerate(entries)]


def _person(entry: Any, content: Content, where: str) -> _Person:
    if not isinstance(entry, dict):
        raise InputError("is not a person", source=content.path, where=where)
    key = next((key for key in _POINTS if key in entry), None)
    numbers = entry[key] if key else []
    if not isinstance(numbers, list):
        raise InputError("is not a list of numbers", source=content.path, where=f"{where}.{key}")
    if len(numbers) % 3:
        raise InputError(
            f"{len(numbers)} numbers; they must be x, y, confidence for each joint",
            source=content.path,
            where=f"{where}.{key}",
        )
    try:
        values = np.array(numbers, np.float64).reshape(-1, 3)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("is not a list of numbers", source=content.path, where=f"{where}.{key}") from error
    nobody = not np.nan_to_num(values).any()
    return _Person(None if nobody else values, identity(entry.get("person_id")))


def _people_key(document: dict[str, Any]) -> str | None:
    return next((key for key in _PEOPLE if key in document), None)


def _slots_are_identities(frames: list[list[_Person]]) -> bool:
    """Whether a place in the list stays the same person: some places are empty, and the lists equally
    long."""
    lengths = {len(people) for people in frames if people}
    empty = any(person.points is None for people in frames for person in people)
    ahead = any(
        person.points is None and any(other.points is not None for other in people[place:])
        for people in frames
        for place, person in enumerate(people)
    )
    return empty and max(lengths, default=0) > 1 and (len(lengths) == 1 or ahead)
