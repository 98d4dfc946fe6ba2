"""OpenPose's `--write_json`: a JSON file for each frame, its number in the file's name. Pose2Sim writes the same.

Missing joints are 0, 0, 0. Person ids are not kept by OpenPose: people are numbered by their place in the file.
"""

import re
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ValidationError

from zedo_cli.errors import InputError, first_fault
from zedo_cli.io.files import read_json
from zedo_cli.keypoints.container import Keypoints


class _Person(BaseModel):
    """A person; some writers put an empty one into a frame without people."""

    pose_keypoints_2d: list[float] = []


class _Frame(BaseModel):
    people: list[_Person]


def is_openpose(document: object) -> bool:
    """Whether a JSON document looks like a frame of OpenPose's."""
    return isinstance(document, dict) and "people" in document and "frames" not in document


def read_openpose(name: str, paths: list[Path]) -> Keypoints:
    """Read the frames of one clip. Raises `InputError` that names the file, the person and the mend."""
    paths = sorted(paths, key=_natural)
    numbers = [_frame_number(path) for path in paths]
    notes = []
    if len(set(numbers)) < len(paths):
        numbers = list(range(len(paths)))
        notes.append(f"{name}: file names do not number the frames: numbered in order of name")
    rows: list[np.ndarray] = []
    frame: list[int] = []
    person: list[int] = []
    for number, path in zip(numbers, paths, strict=True):
        for index, values in enumerate(_people(path)):
            if rows and values.shape != rows[0].shape:
                have, want = len(values), len(rows[0])
                raise InputError(f"{path}: people.{index}: {have} joints; people before it have {want}")
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
        frame_count=len(paths),
        tracked=max(person, default=0) == 0,
        notes=tuple(notes),
    )


def _people(path: Path) -> list[np.ndarray]:
    try:
        document = _Frame.model_validate(read_json(path))
    except ValidationError as error:
        raise InputError(f"{path}: {first_fault(error)}; OpenPose's JSON is needed") from error
    people = []
    for index, person in enumerate(document.people):
        values = np.array(person.pose_keypoints_2d, float)
        if len(values) % 3:
            raise InputError(f"{path}: people.{index}.pose_keypoints_2d: {len(values)} numbers; x, y, confidence are needed")
        if len(values):
            people.append(values.reshape(-1, 3))
    return people


def _frame_number(path: Path) -> int:
    """The last number in the name: `video_000000000123_keypoints.json`, `cam01.0123.json`."""
    numbers = re.findall(r"\d+", path.stem.removesuffix("_keypoints"))
    return int(numbers[-1][-18:]) if numbers else 0


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name)]
