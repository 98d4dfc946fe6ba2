"""AlphaPose's results: one JSON file for a video or a folder of images.

Three shapes: a list of people with `image_id` (the name of the image) and `keypoints`; in its formats `open`
and `cmu` a frame of OpenPose for each image name (COCO-18); and PoseFlow's people by image name. 17 joints
are COCO's, 26, 68 and 136 Halpe's, 133 those of COCO-WholeBody. Confidences may reach 6. `idx` is an identity
where tracking was on; without tracking it is 0 for everybody.
"""

from pathlib import Path
from typing import Any

from zedo_cli.errors import InputError, Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.frames import clips_of
from zedo_cli.keypoints.readers.openpose import frame_people
from zedo_cli.keypoints.rows import Rows, identity


def accepts(content: Content) -> bool:
    """Whether the document is a list with image names, or people by image name."""
    document = content.json
    if isinstance(document, list):
        first = document[0] if document else None
        return isinstance(first, dict) and isinstance(first.get("image_id"), str) and "keypoints" in first
    if not isinstance(document, dict) or not document:
        return False
    name, frame = next(iter(document.items()))
    if not Path(name).suffix:
        return False
    if isinstance(frame, dict):
        return "people" in frame or "bodies" in frame
    return isinstance(frame, list) and all(isinstance(p, dict) and "keypoints" in p for p in frame)


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read the results of one video. Raises `InputError` that names the entry."""
    (content,) = contents
    document = content.json
    people = _listed(document, content) if isinstance(document, list) else _by_image(document, content)
    numbers, notes = _numbers([image for image, _, _, _ in people])
    identities = [person for _, _, person, _ in people]
    if not any(identities):  # all 0 or none: there was no tracking
        identities = [None] * len(people)
    rows = Rows(name)
    for (image, points, _, where), person in zip(people, identities, strict=True):
        rows.add(numbers[image], points, person=person, source=content.path, where=where)
    for image in document if isinstance(document, dict) else ():
        if image in numbers:
            rows.add_frame(numbers[image])
    return rows.keypoints(notes=notes)


def _listed(document: list[Any], content: Content) -> list[tuple[str, Any, int | None, str]]:
    people = []
    for place, entry in enumerate(document):
        image = entry.get("image_id") if isinstance(entry, dict) else None
        if not isinstance(image, str):
            raise InputError("has no image name", source=content.path, where=f"{place}.image_id")
        people.append((image, _triples(entry, content, str(place)), _track(entry), str(place)))
    return people


def _by_image(document: dict[str, Any], content: Content) -> list[tuple[str, Any, int | None, str]]:
    people: list[tuple[str, Any, int | None, str]] = []
    for image, frame in document.items():
        if isinstance(frame, dict):
            for place, person in enumerate(frame_people(frame, content)):
                if person.points is not None:
                    people.append((image, person.points, person.identity, f"{image}.people.{place}"))
            continue
        if not isinstance(frame, list):
            raise InputError("is not a list of people", source=content.path, where=image)
        for place, entry in enumerate(frame):
            where = f"{image}.{place}"
            if not isinstance(entry, dict):
                raise InputError("is not a person", source=content.path, where=where)
            people.append((image, _triples(entry, content, where), _track(entry), where))
    return people


def _triples(entry: dict[str, Any], content: Content, where: str) -> list[list[Any]]:
    """x, y, confidence of each joint, from a flat list."""
    numbers, scores = entry.get("keypoints"), entry.get("scores")
    if isinstance(numbers, list) and isinstance(scores, list) and 0 < len(numbers) == 2 * len(scores):
        return [[*numbers[2 * i : 2 * i + 2], score] for i, score in enumerate(scores)]
    if not isinstance(numbers, list) or len(numbers) % 3 or not numbers:
        raise InputError(
            "must be a list of x, y, confidence for each joint",
            source=content.path,
            where=f"{where}.keypoints",
        )
    return [numbers[start : start + 3] for start in range(0, len(numbers), 3)]


def _track(entry: dict[str, Any]) -> int | None:
    """`idx`: a number, a list of one, or nested lists, which mean nothing."""
    return identity(entry.get("idx"))


def _numbers(images: list[str]) -> tuple[dict[str, int], tuple[Note, ...]]:
    """The number of the frame of each image, from its name."""
    names = list(dict.fromkeys(images))
    clips = clips_of([Path(name) for name in names])
    if len(clips) == 1:
        found = {str(file.path): file.number for file in clips[0].files}
        return {name: found[str(Path(name))] for name in names}, clips[0].notes
    text = "the image names do not number the frames of one clip: numbered in the order of the file"
    return {name: number for number, name in enumerate(names)}, (Note("warning", text, "frames-by-name"),)
