"""MMPose's predictions: a list of people for each image, a list of frames for a video, or a document with
`meta_info`, which names the joints.

An instance has `keypoints` `[J, 2]` and `keypoint_scores` `[J]`. MMPose writes no identities, unless a
tracking demo adds `track_id`. Predictions in 3D are refused.
"""

from typing import Any

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows, identity, rows_of_lists


def accepts(content: Content) -> bool:
    """Whether the document is a list of frames with instances, or has `instance_info`."""
    document = content.json
    if isinstance(document, dict):
        return "instance_info" in document
    return _first(document, "instances") is not None


def accepts_images(content: Content) -> bool:
    """Whether the document is the list of people of one image."""
    return _first(content.json, "keypoint_scores") is not None


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read a video's document. Raises `InputError` that names the frame and the person."""
    (content,) = contents
    document = content.json
    names = None
    frames = document
    if isinstance(document, dict):
        names = _joint_names(document.get("meta_info"))
        frames = document["instance_info"]
    if not isinstance(frames, list):
        raise InputError("is not a list", source=content.path, where="instance_info")
    if frames and _first(frames, "instances") is None:  # one image
        frames = [{"frame_id": 0, "instances": frames}]
    rows = Rows(name)
    for place, frame in enumerate(frames):
        number = frame.get("frame_id", place) if isinstance(frame, dict) else None
        if not isinstance(number, int) or not isinstance(frame.get("instances"), list):
            raise InputError("is not a frame with instances", source=content.path, where=str(place))
        rows.add_frame(number)
        _add(rows, number, frame["instances"], content, f"{place}.instances")
    return rows.keypoints(joint_names=names)


def read_images(name: str, contents: list[Content]) -> Keypoints:
    """Read files of one image each. Raises `InputError` that names the file and the person."""
    return rows_of_lists(name, contents, _add).keypoints()


def _add(rows: Rows, frame: int, instances: list[Any], content: Content, where: str) -> None:
    for place, instance in enumerate(instances):
        spot = f"{where}.{place}".lstrip(".")
        points = _plain(instance.get("keypoints")) if isinstance(instance, dict) else None
        if not isinstance(points, list) or not points:
            raise InputError("has no keypoints", source=content.path, where=spot)
        if isinstance(points[0], list) and len(points[0]) != 2:
            raise InputError(
                f"keypoints of {len(points[0])} coordinates",
                source=content.path,
                where=f"{spot}.keypoints",
                fix="give the predictions in 2D, in pixels",
            )
        scores = _plain(instance.get("keypoint_scores"))
        person = identity(instance.get("track_id"))
        rows.add(frame, points, scores, person, source=content.path, where=spot, time=content.time)


def _plain(value: Any) -> Any:
    """Lists, also of arrays as json_tricks writes them."""
    return value["__ndarray__"] if isinstance(value, dict) and "__ndarray__" in value else value


def _joint_names(about: Any) -> tuple[str, ...] | None:
    """The names of the joints in their order, of `keypoint_id2name`."""
    names = about.get("keypoint_id2name") if isinstance(about, dict) else None
    if not isinstance(names, dict) or not names:
        return None
    ordered = [names.get(str(place), names.get(place)) for place in range(len(names))]
    return tuple(map(str, ordered)) if all(isinstance(name, str) for name in ordered) else None


def _first(document: Any, key: str) -> Any:
    first = document[0] if isinstance(document, list) and document else None
    return first.get(key) if isinstance(first, dict) else None
