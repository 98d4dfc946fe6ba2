"""MediaPipe's pose landmarks (BlazePose, 33) as programs write them: JSON of frames, or CSV.

JSON: a list of frames, alone or under `frames` with `image_size` and `fps`; a frame is a list of people, or
one person, or an object that holds them; a person is 33 landmarks `{x, y, z, visibility}` or `[x, y,
visibility]`. CSV: a row for each landmark (`frame, landmark, x, y, z, visibility`), or for each frame
(`frame, x0, y0, z0, v0, x1, ...`). MediaPipe's x and y are parts of the image; z is no depth, and is ignored.
"""

import re
from typing import Any

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows

_COUNT = 33
_ALIASES = {
    "landmark_id": "landmark",
    "landmark_index": "landmark",
    "frame_id": "frame",
    "frame_idx": "frame",
}
_PEOPLE_KEYS = ("people", "poses", "pose_landmarks", "landmarks", "keypoints")


def accepts(content: Content) -> bool:
    """Whether the document has frames of 33 landmarks."""
    return any(True for _, _ in _people(content.json))


def accepts_table(content: Content) -> bool:
    """Whether the header is that of landmarks."""
    header = _header(content)
    return _is_long(header) or _is_wide(header)


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read the document of one clip. Raises `InputError` that names the frame."""
    (content,) = contents
    document = content.json
    rows = Rows(name)
    for frame, _ in enumerate(_frames(document)):
        rows.add_frame(_number(_frames(document)[frame], frame))
    for frame, person in _people(document):
        rows.add(
            frame,
            [_point(p, content, f"frame {frame}") for p in person],
            source=content.path,
            where=f"frame {frame}",
        )
    about = document if isinstance(document, dict) else {}
    size, fps = about.get("image_size"), about.get("fps")
    known = (
        isinstance(size, list) and len(size) == 2 and all(isinstance(s, int | float) and s > 0 for s in size)
    )
    return rows.keypoints(
        skeleton="blazepose33",
        image_size=(float(size[0]), float(size[1])) if known else None,  # type: ignore[index]
        fps=float(fps) if isinstance(fps, int | float) and fps > 0 else None,
    )


def read_table(name: str, contents: list[Content]) -> Keypoints:
    """Read a CSV. Raises `InputError` that names the line."""
    (content,) = contents
    header = _header(content)
    lines = [dict(zip(header, line, strict=False)) for line in content.table()[1:] if line]
    people: dict[tuple[int, str], dict[int, list[Any]]] = {}
    for number, line in enumerate(lines, 2):
        try:
            frame = int(float(line.get("frame") or number - 2))
            person = line.get("person") or ""
            found = people.setdefault((frame, person), {})
            if _is_long(header):
                found[int(float(line["landmark"]))] = [
                    *(float(line[axis]) for axis in "xy"),
                    float(line.get("visibility") or 1),
                ]
            else:
                found.update(_wide(line, header))
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            raise InputError(
                "is not a row of numbers", source=content.path, where=f"line {number}"
            ) from error
    rows = Rows(name)
    for (frame, person), landmarks in people.items():
        if max(landmarks, default=0) >= _COUNT:
            raise InputError(f"landmark {max(landmarks)}; there are {_COUNT}", source=content.path)
        points = [landmarks.get(place, [0, 0, 0]) for place in range(_COUNT)]
        who = int(person) if person.isdecimal() else None
        rows.add(frame, points, person=who, source=content.path, where=f"frame {frame}")
    return rows.keypoints(skeleton="blazepose33")


def _frames(document: Any) -> list[Any]:
    frames = document.get("frames") if isinstance(document, dict) else document
    return frames if isinstance(frames, list) else []


def _people(document: Any) -> Any:
    """Pairs of frame number and 33 landmarks."""
    for place, frame in enumerate(_frames(document)):
        number = _number(frame, place)
        if isinstance(frame, dict):
            frame = next((frame[key] for key in _PEOPLE_KEYS if key in frame), [])
        if _is_person(frame):
            yield number, frame
            continue
        for person in frame if isinstance(frame, list) else ():
            if isinstance(person, dict):
                person = next((person[key] for key in _PEOPLE_KEYS if key in person), person)
            if _is_person(person):
                yield number, person


def _is_person(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != _COUNT:
        return False
    return all((isinstance(p, dict) and "x" in p) or (isinstance(p, list) and len(p) >= 2) for p in value)


def _number(frame: Any, place: int) -> int:
    number = frame.get("frame", frame.get("frame_id", place)) if isinstance(frame, dict) else place
    return number if isinstance(number, int) else place


def _point(point: Any, content: Content, where: str) -> list[Any]:
    """x, y, visibility. A list is x, y, visibility, or x, y, z, visibility, or x, y, visibility, presence."""
    if isinstance(point, dict):
        seen = point.get("visibility")
        return [point.get("x"), point.get("y"), 1.0 if seen is None else seen]
    if not all(value is None or isinstance(value, int | float) for value in point):
        raise InputError("is not a landmark of numbers", source=content.path, where=where)
    return [*point[:2], point[2] if len(point) > 2 else 1.0]


def _header(content: Content) -> list[str]:
    first = content.head.split("\n", 1)[0].strip().lower()
    names = [name.strip().strip('"') for name in first.split(",")]
    return [_ALIASES.get(name, name) for name in names]


def _is_long(header: list[str]) -> bool:
    return {"landmark", "x", "y"} <= set(header)


def _is_wide(header: list[str]) -> bool:
    numbers = {int(match[1]) for name in header if (match := re.fullmatch(r"x_?(\d+)", name))}
    return numbers in (set(range(_COUNT)), set(range(1, _COUNT + 1)))


def _wide(line: dict[str, Any], header: list[str]) -> dict[int, list[Any]]:
    first = min(int(match[1]) for name in header if (match := re.fullmatch(r"x_?(\d+)", name)))
    values: dict[int, dict[str, float]] = {}
    for name in header:
        match = re.fullmatch(r"(x|y|v|visibility|vis)_?(\d+)", name)
        if match and line[name] not in (None, ""):
            values.setdefault(int(match[2]) - first, {})[match[1][0]] = float(line[name])
    return {place: [v["x"], v["y"], v.get("v", 1.0)] for place, v in values.items() if "x" in v and "y" in v}
