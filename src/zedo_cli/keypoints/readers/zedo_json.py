"""zedo's own JSON of 2D keypoints, version 1, and its schema."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from zedo_cli.io.schema import validated
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows

FORMAT = "zedo-keypoints"

Point = Annotated[list[float | None], Field(min_length=2, max_length=3)]
"""x, y in pixels, and a confidence in 0..1 (1 if left out); null for a missing joint."""

Index = Annotated[int, Field(ge=-(2**63), lt=2**63)]

Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]

Row = Annotated[list[float], Field(min_length=3, max_length=3)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Person(_Strict):
    """A person in a frame: an id, stable within the clip, if it is known, and a point for each joint."""

    id: Index | None = None
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
    rows = Rows(name)
    for frame in document.frames:
        rows.add_frame(frame.frame)
        for person in frame.people:
            points = [(*point, 1.0)[:3] for point in person.keypoints]
            where = f"frame {frame.frame}, person {person.id}"
            rows.add(frame.frame, points, person=person.id, source=content.path, where=where)
    keypoints = rows.keypoints(
        skeleton=document.skeleton,
        joint_names=tuple(document.joint_names) if document.joint_names else None,
        image_size=document.image_size,
        fps=document.fps,
    )
    if document.intrinsics is None:
        return keypoints
    k = np.array(document.intrinsics, np.float32)
    return replace(keypoints, intrinsics=np.broadcast_to(k, (len(keypoints), 3, 3)))
