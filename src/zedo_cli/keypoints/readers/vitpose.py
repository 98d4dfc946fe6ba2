"""easy_ViTPose's JSON: `keypoints`, for each frame the people by id, and `skeleton`, the names of the joints.

A joint is (y, x, score): the order is not that of the others. The names in the file decide which joints they
are.
"""

from typing import Any

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows, identity


def accepts(content: Content) -> bool:
    """Whether the document has keypoints and a skeleton that names them."""
    document = content.json
    return isinstance(document, dict) and {"keypoints", "skeleton"} <= set(document)


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read the document of one clip. Raises `InputError` that names the frame and the person."""
    (content,) = contents
    document = content.json
    frames, skeleton = document["keypoints"], document["skeleton"]
    if isinstance(frames, dict):
        frames = [frames]
    if not isinstance(frames, list) or not isinstance(skeleton, dict):
        raise InputError("keypoints must be a list and skeleton a map of names", source=content.path)
    rows = Rows(name)
    for frame, people in enumerate(frames):
        rows.add_frame(frame)
        if not isinstance(people, dict):
            raise InputError("is not a map of people", source=content.path, where=f"keypoints.{frame}")
        for key, joints in people.items():
            where = f"keypoints.{frame}.{key}"
            points = [_swapped(joint, content, where) for joint in _listed(joints, content, where)]
            person = identity(int(key)) if str(key).isdecimal() and len(frames) > 1 else None
            rows.add(frame, points, person=person, source=content.path, where=where)
    ordered = [skeleton.get(str(place)) for place in range(len(skeleton))]
    named = ordered and all(isinstance(joint, str) for joint in ordered)
    return rows.keypoints(joint_names=tuple(ordered) if named else None)


def _listed(joints: Any, content: Content, where: str) -> list[Any]:
    if not isinstance(joints, list):
        raise InputError("is not a list of joints", source=content.path, where=where)
    return joints


def _swapped(joint: Any, content: Content, where: str) -> list[Any]:
    """(y, x, score) as x, y, score."""
    if not isinstance(joint, list) or len(joint) != 3:
        raise InputError("a joint must be y, x, score", source=content.path, where=where)
    return [joint[1], joint[0], joint[2]]
