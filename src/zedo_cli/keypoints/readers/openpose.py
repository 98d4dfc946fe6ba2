"""OpenPose's `--write_json`: a JSON file for each frame, its number in the name of the file. Pose2Sim writes
the same.

Missing joints are 0, 0, 0. OpenPose keeps no identities: people are numbered by their place in the file.
"""

import re
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from zedo_cli.errors import InputError, Note
from zedo_cli.io.schema import validated
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.registry import FOLDER


class _Person(BaseModel):
    """A person; some writers put an empty one into a frame without people."""

    pose_keypoints_2d: list[float] = []


class _Frame(BaseModel):
    people: list[_Person]


def accepts(content: Content) -> bool:
    """Whether the document, or one in the folder, looks like a frame of OpenPose."""
    if content.suffix == FOLDER:
        return any(accepts(Content(path)) for path in content.files if path.suffix.lower() == ".json")
    document = content.json
    return isinstance(document, dict) and "people" in document and "frames" not in document


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read the frames of one clip. Raises `InputError` that names the file, the person and the fix."""
    contents = sorted(contents, key=lambda content: _natural(content.path))
    numbers = [_frame_number(content.path) for content in contents]
    notes = []
    if len(set(numbers)) < len(contents):
        numbers = list(range(len(contents)))
        notes.append(
            Note(
                "info",
                f"{name}: the file names do not number the frames: numbered in order of name",
                "frames-by-name",
            )
        )
    rows: list[np.ndarray] = []
    frame: list[int] = []
    person: list[int] = []
    for number, content in zip(numbers, contents, strict=True):
        for index, values in enumerate(_people(content)):
            if rows and values.shape != rows[0].shape:
                raise InputError(
                    f"{len(values)} joints; the people before have {len(rows[0])}",
                    source=content.path,
                    where=f"people.{index}",
                )
            rows.append(values)
            frame.append(number)
            person.append(index)
    data = np.stack(rows) if rows else np.zeros((0, 0, 3))
    return Keypoints(
        points=data[..., :2],
        confidence=data[..., 2],
        frame=np.array(frame, np.int64),
        person=np.array(person, np.int64),
        clip=np.zeros(len(rows), np.int64),
        clip_names=(name,),
        frame_count=len(contents),
        tracked=max(person, default=0) == 0,
        notes=tuple(notes),
    )


def _people(content: Content) -> list[np.ndarray]:
    document = validated(_Frame, content.json, content.path, fix="give a JSON file of OpenPose")
    people = []
    for index, person in enumerate(document.people):
        values = np.array(person.pose_keypoints_2d, float)
        if len(values) % 3:
            raise InputError(
                f"{len(values)} numbers; they must be x, y, confidence for each joint",
                source=content.path,
                where=f"people.{index}.pose_keypoints_2d",
            )
        if len(values):
            people.append(values.reshape(-1, 3))
    return people


def _frame_number(path: Path) -> int:
    """The last number in the name: `video_000000000123_keypoints.json`, `cam01.0123.json`."""
    numbers = re.findall(r"\d+", path.stem.removesuffix("_keypoints"))
    return int(numbers[-1][-18:]) if numbers else 0


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name)]
