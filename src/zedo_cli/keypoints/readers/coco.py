"""COCO's results (a list with an integer `image_id`) and annotations (`images`, `annotations`), also
PoseTrack's.

In annotations the third number is 0 (not labelled), 1 (hidden) or 2 (visible), which become confidences of 0,
0.5 and 1; `scores` of a PoseTrack file take their place. `categories` names the joints. Images of one size
whose numbers follow each other are a clip of one camera; others share nothing.
"""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.keypoints.container import Keypoints, joined
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.frames import clips_of
from zedo_cli.keypoints.rows import Rows, identity

_LARGEST_STEP = 10
"""Of the image numbers, as median, up to which images are a video."""


def accepts(content: Content) -> bool:
    """Whether the document is a list of results with image numbers, or has images and annotations."""
    document = content.json
    if isinstance(document, dict):
        return isinstance(document.get("annotations"), list) and isinstance(document.get("images"), list)
    first = document[0] if isinstance(document, list) and document else None
    number = first.get("image_id") if isinstance(first, dict) else None
    return isinstance(number, int) and isinstance(first, dict) and "keypoints" in first


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read one file. Raises `InputError` that names the entry."""
    (content,) = contents
    document = content.json
    if isinstance(document, list):
        return _results(name, document, content)
    return _annotations(name, document, content)


def _results(name: str, document: list[Any], content: Content) -> Keypoints:
    rows = Rows(name)
    frames = set()
    for place, entry in enumerate(document):
        number = entry.get("image_id") if isinstance(entry, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            raise InputError("is not a number", source=content.path, where=f"{place}.image_id")
        frames.add(number)
        points = _joints(entry, content, str(place))
        person = identity(entry.get("track_id"))
        rows.add(number, points, person=person, source=content.path, where=str(place))
    video, notes = _is_video(sorted(frames), name)
    return rows.keypoints(static=video, notes=notes)


def _annotations(name: str, document: dict[str, Any], content: Content) -> Keypoints:
    images = {}
    for place, image in enumerate(document["images"]):
        if not isinstance(image, dict) or not isinstance(image.get("id"), str | int):
            raise InputError("has no id", source=content.path, where=f"images.{place}")
        images[image["id"]] = image
    by_video: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for place, entry in enumerate(document["annotations"]):
        where = f"annotations.{place}"
        image_id = entry.get("image_id") if isinstance(entry, dict) else None
        if not isinstance(image_id, str | int) or image_id not in images:
            raise InputError("its image_id is none of the images", source=content.path, where=where)
        if any(_numbers(entry, content, where)):
            by_video[str(images[image_id].get("vid_id", ""))].append((where, entry))
    if not by_video:
        return Rows(name).keypoints(frame_count=len(images))
    parts = [
        _clip(f"{name}#{video}" if len(by_video) > 1 else name, people, images, content)
        for video, people in by_video.items()
    ]
    names = _joint_names(document)
    return joined([replace(part, joint_names=names) for part in parts])


def _clip(
    name: str, people: list[tuple[str, dict[str, Any]]], images: dict[Any, dict[str, Any]], content: Content
) -> Keypoints:
    files = {entry["image_id"]: _file_name(images[entry["image_id"]]) for _, entry in people}
    clips = clips_of([Path(file) for file in dict.fromkeys(files.values())])
    numbers = {file.path: file.number for file in clips[0].files} if len(clips) == 1 else {}
    order = {file: place for place, file in enumerate(dict.fromkeys(files.values()))}
    rows = Rows(name)
    levels: list[Any] = []
    for where, entry in people:
        file = files[entry["image_id"]]
        points = _joints(entry, content, where)
        levels += [point[2] for point in points]
        frame = numbers.get(Path(file), order[file])
        person = identity(entry.get("track_id"))
        rows.add(frame, points, person=person, source=content.path, where=where)
    sizes = {_size(images[key]) for key in files}
    size = next(iter(sizes)) if len(sizes) == 1 else None
    video, notes = _is_video(sorted(numbers.values()) if len(sizes) == 1 else [], name)
    keypoints = rows.keypoints(
        static=video and "vid_id" not in images[people[0][1]["image_id"]],
        image_size=size,
        notes=notes,
    )
    if 2 in levels and all(level in (0, 1, 2) for level in levels):  # visibility, not confidence
        keypoints = replace(keypoints, confidence=keypoints.confidence / 2)
    return keypoints


def _joints(entry: dict[str, Any], content: Content, where: str) -> list[list[Any]]:
    numbers = _numbers(entry, content, where)
    if not numbers:
        raise InputError("has no keypoints", source=content.path, where=where)
    points = [numbers[start : start + 3] for start in range(0, len(numbers), 3)]
    scores = entry.get("scores")
    if isinstance(scores, list) and len(scores) == len(points):
        points = [[*point[:2], score] for point, score in zip(points, scores, strict=True)]
    return points


def _numbers(entry: dict[str, Any], content: Content, where: str) -> list[Any]:
    """The flat list of keypoints, which may be empty or left out."""
    numbers = entry.get("keypoints", [])
    if not isinstance(numbers, list) or len(numbers) % 3:
        raise InputError(
            "must be a list of x, y, confidence for each joint",
            source=content.path,
            where=f"{where}.keypoints",
        )
    return numbers


def _size(image: dict[str, Any]) -> tuple[float, float] | None:
    """Width and height in pixels, if they are known."""
    sides = image.get("width"), image.get("height")
    width, height = (float(s) if isinstance(s, int | float) and 0 < s < 1e6 else 0.0 for s in sides)
    return (width, height) if width and height else None


def _file_name(image: dict[str, Any]) -> str:
    name = image.get("file_name")
    return name if isinstance(name, str) and name else f"{image['id']}.jpg"


def _joint_names(document: dict[str, Any]) -> tuple[str, ...] | None:
    categories = document.get("categories")
    for category in categories if isinstance(categories, list) else ():
        names = category.get("keypoints") if isinstance(category, dict) else None
        if isinstance(names, list) and names and all(isinstance(name, str) for name in names):
            return tuple(names)
    return None


def _is_video(numbers: list[int], name: str) -> tuple[bool, tuple[Note, ...]]:
    """Whether images with these numbers follow each other."""
    if len(numbers) < 2 or float(np.median(np.diff(numbers))) <= _LARGEST_STEP:
        return bool(numbers), ()
    text = f"{name}: the images are no video: nothing is shared between them"
    return False, (Note("info", text, "images-not-video"),)
