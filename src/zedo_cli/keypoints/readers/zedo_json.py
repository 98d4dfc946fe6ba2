"""zedo's own JSON of 2D keypoints, version 1, and its schema."""

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from zedo_cli.errors import InputError
from zedo_cli.io.schema import validated
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.standardise import in_named_order

FORMAT = "zedo-keypoints"

Point = Annotated[list[float | None], Field(min_length=2, max_length=3)]
"""x, y in pixels, and a confidence in 0..1 (1 if left out); null for a missing joint."""

Index = Annotated[int, Field(ge=-(2**63), lt=2**63)]

Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]

Row = Annotated[list[float], Field(min_length=3, max_length=3)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Person(_Strict):
    """A person in a frame: an id, stable within the clip, and a point for each joint."""

    id: Index = 0
    keypoints: list[Point]


class Frame(_Strict):
    """A frame and the people in it; an empty list says that nobody was detected."""

    frame: Index
    people: list[Person]


class KeypointsDocument(_Strict):
    """One clip of one static camera. Pixels; the origin is the image's upper left corner."""

    format: Literal["zedo-keypoints"]
    version: Literal[1]
    skeleton: str | None = None
    joint_names: list[str] | None = None
    image_size: tuple[Size, Size] | None = None
    fps: Size | None = None
    intrinsics: Annotated[list[Row], Field(min_length=3, max_length=3)] | None = None
    frames: list[Frame]


def accepts(content: Content) -> bool:
    """Whether the document says that it is of this format."""
    return isinstance(content.json, dict) and content.json.get("format") == FORMAT


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read the document of one clip. Raises `InputError` that names the field and the index."""
    (content,) = contents
    document = validated(KeypointsDocument, content.json, content.path)
    rows = [(frame.frame, person) for frame in document.frames for person in frame.people]
    joints = len(rows[0][1].keypoints) if rows else 0
    data = np.full((len(rows), joints, 3), np.nan)
    for row, (frame, person) in enumerate(rows):
        if len(person.keypoints) != joints:
            raise InputError(
                f"{len(person.keypoints)} keypoints; the first person has {joints}",
                source=content.path,
                where=f"frame {frame}, person {person.id}",
            )
        for joint, point in enumerate(person.keypoints):
            x, y, confidence = (*point, 1.0)[:3]
            missing = None in (x, y, confidence) or (len(point) == 2 and x == y == 0)
            data[row, joint] = (0, 0, 0) if missing else (x, y, confidence)
    intrinsics = None
    if document.intrinsics is not None:
        intrinsics = np.broadcast_to(np.array(document.intrinsics, np.float32), (len(rows), 3, 3))
    keypoints = Keypoints(
        points=data[..., :2],
        confidence=data[..., 2],
        frame=np.array([frame for frame, _ in rows], np.int64),
        person=np.array([person.id for _, person in rows], np.int64),
        clip=np.zeros(len(rows), np.int64),
        clip_names=(name,),
        frame_count=len({frame.frame for frame in document.frames}),
        skeleton=document.skeleton,
        image_size=document.image_size,
        intrinsics=intrinsics,
    )
    return in_named_order(keypoints, document.joint_names)
