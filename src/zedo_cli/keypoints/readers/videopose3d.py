"""2D keypoints as VideoPose3D takes them, in NPZ files whose arrays are pickled: only plain data is
unpickled.

`data_2d_custom_*.npz` has `positions_2d` (by video and action) and `metadata` with the layout of the joints
and the size of each video. The NPZ of its Detectron2 script has `boxes`, `segments`, `keypoints` and
`metadata`: for each frame a list of classes, the last of which holds people of 4 x 17 numbers (x, y, logit,
probability).
"""

from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.pickles import load_pickled_npz
from zedo_cli.keypoints.container import Keypoints, joined
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows

_LAYOUTS = {"coco": "coco17", "h36m": "h36m17", "mpii": "mpii16"}


def accepts(content: Content) -> bool:
    """Whether the archive has positions by video."""
    return "positions_2d" in content.keys


def accepts_detections(content: Content) -> bool:
    """Whether the archive has detections of Detectron2."""
    return {"boxes", "keypoints", "metadata"} <= content.keys


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read a custom data set, a clip for each video, action and camera. Raises `InputError`."""
    (content,) = contents
    videos = load_pickled_npz(content.path, "positions_2d")
    about = load_pickled_npz(content.path, "metadata") if "metadata" in content.keys else {}
    about = about if isinstance(about, dict) else {}
    if not isinstance(videos, dict) or not videos:
        raise InputError("'positions_2d' is not a map of videos", source=content.path)
    clips: dict[str, tuple[Any, Any]] = {}
    for video, actions in videos.items():
        if not isinstance(actions, dict):
            raise InputError("is not a map of actions", source=content.path, where=str(video))
        for action, cameras in actions.items():
            for camera, points in enumerate(cameras if isinstance(cameras, list) else [cameras]):
                parts = [str(video), *([str(action)] if action != "custom" else [])]
                parts += [f"camera {camera}"] if isinstance(cameras, list) and len(cameras) > 1 else []
                clips["/".join(parts)] = (points, _about(about, video))
    if not clips:
        raise InputError("'positions_2d' holds no videos", source=content.path)
    skeleton = _LAYOUTS.get(str(about.get("layout_name", "")).lower())
    return joined(
        [
            _clip(f"{name}#{clip}" if len(clips) > 1 else name, points, video, skeleton, content)
            for clip, (points, video) in clips.items()
        ]
    )


def read_detections(name: str, contents: list[Content]) -> Keypoints:
    """Read the detections of one video. Raises `InputError` that names the frame."""
    (content,) = contents
    frames = load_pickled_npz(content.path, "keypoints")
    about = load_pickled_npz(content.path, "metadata")
    if np.ndim(frames) == 0 or isinstance(frames, str):
        raise InputError("is not a list of frames", source=content.path, where="keypoints")
    rows = Rows(name)
    for frame, classes in enumerate(frames):
        rows.add_frame(frame)
        where = f"keypoints.{frame}"
        try:
            people = [np.atleast_1d(np.asarray(one, dtype=object)) for one in classes if len(one)]
        except TypeError as error:
            raise InputError("is not a list of classes", source=content.path, where=where) from error
        for place, person in enumerate(people[-1] if people else ()):
            try:
                values = np.asarray(person, np.float64)
            except (TypeError, ValueError) as error:
                raise InputError("is not an array of numbers", source=content.path, where=where) from error
            if values.ndim != 2 or values.shape[0] != 4:
                raise InputError(
                    f"people of shape {list(values.shape)}; they must be [4, J]",
                    source=content.path,
                    where=where,
                )
            rows.add(frame, values[[0, 1, 3]].T, source=content.path, where=f"{where}.{place}")
    size, fps = _size(about)
    return rows.keypoints(skeleton="coco17", image_size=size, fps=fps)


def _clip(name: str, points: Any, about: Any, skeleton: str | None, content: Content) -> Keypoints:
    values = np.asarray(points)
    if values.dtype.kind not in "fiu" or values.ndim != 3 or values.shape[2] not in (2, 3):
        raise InputError(
            f"positions of shape {list(values.shape)}; they must be [frames, joints, 2]",
            source=content.path,
            where=name.partition("#")[2] or "positions_2d",
        )
    rows = Rows(name)
    for frame, person in enumerate(values):
        rows.add(frame, person, person=0, source=content.path, where=f"frame {frame}")
    size, fps = _size(about)
    return rows.keypoints(skeleton=skeleton, image_size=size, fps=fps)


def _about(about: dict[Any, Any], video: Any) -> Any:
    videos = about.get("video_metadata")
    return videos.get(video) if isinstance(videos, dict) else None


def _size(about: Any) -> tuple[tuple[float, float] | None, float | None]:
    """Width and height, and frames/s, where they are known."""
    if not isinstance(about, dict):
        return None, None

    def positive(key: str) -> float | None:
        value = about.get(key)
        return float(value) if isinstance(value, int | float | np.number) and 0 < value < 1e6 else None

    width, height = positive("w"), positive("h")
    return ((width, height) if width and height else None), positive("fps")
