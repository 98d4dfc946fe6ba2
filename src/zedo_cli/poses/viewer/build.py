"""The data of the page, and the page as one file that needs no network."""

import base64
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from zedo_cli.cameras.intrinsics import project
from zedo_cli.errors import InputError
from zedo_cli.poses.angles import joint_angles
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import World, worlds
from zedo_cli.registry import VIDEO_SUFFIXES
from zedo_cli.skeletons import PARENTS

MOST_DRAWS = 8
"""Hypotheses of a person that the page holds."""

_UNKNOWN = -32768
_SD_STEP = 0.004
"""Metres for a step of the uncertainty, which is stored in a byte."""

_MIME = {".webm": "video/webm", ".ogv": "video/ogg"}


def page(poses: Poses, folder: Path) -> str:
    """The page as text.

    Args:
        poses: of one clip, in the world frame (Z up).
        folder: where the page will be, for the link to the video. `meta["video"]` names another video than
            the input (`path`), and whether the page holds it (`embed`).
    """
    template = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
    text = json.dumps(_data(poses, folder), allow_nan=False, separators=(",", ":"))
    return template.replace("__DATA__", text.replace("<", "\\u003c").replace(">", "\\u003e"))


def _data(poses: Poses, folder: Path) -> dict[str, Any]:
    known = np.isfinite(poses.poses_3d).all((1, 2))
    clip = int(poses.clip[known][0]) if known.any() else 0
    source = str(poses.meta.get("inputs", ["?"])[clip])
    rate = poses.of_clips("fps")[clip] or 30.0
    time = np.where(np.isfinite(poses.time), poses.time, poses.frame / rate)
    points, world = poses.poses_3d[known].astype(np.float64), worlds(poses)[clip]
    low, high = points.reshape(-1, 3).min(0), points.reshape(-1, 3).max(0)
    unit = float(np.abs(points).max() / 32000) if len(points) else 1.0
    size = poses.of_clips("image_size")[clip]
    spread = np.where(poses.confidence[..., None] > 0, poses.keypoints_2d, 0)
    width, height = size or (float(spread[..., 0].max() * 1.05), float(spread[..., 1].max() * 1.05))
    pixel = max(1.0, 2 * max(width, height) / 32000)
    people = [
        _person(poses, np.flatnonzero(known & (poses.person == person)), time, unit, pixel, world)
        for person in np.unique(poses.person[known]).tolist()
    ]
    return {
        "title": Path(source).name,
        "notes": [str(note.get("text", "")) for note in poses.meta.get("notes", [])],
        "joints": list(poses.joint_names),
        "parents": list(PARENTS),
        "unit": unit,
        "pixel": pixel,
        "image": [width, height],
        "step": 1 / rate,
        "start": float(time[known].min()),
        "end": float(time[known].max()),
        "centre": ((low + high) / 2).tolist(),
        "size": float(max(2.0, (high - low).max())),
        "camera": _frustum(world, poses.intrinsics[known][0].astype(np.float64), width, height),
        "angles": sorted(people[0]["angles"]) if people else [],
        "people": people,
        "video": _video(poses, source, folder),
    }


def _person(
    poses: Poses, rows: np.ndarray, time: np.ndarray, unit: float, pixel: float, world: World
) -> dict[str, Any]:
    rows = rows[np.argsort(time[rows], kind="stable")]
    points = poses.poses_3d[rows].astype(np.float64)
    sd = np.nan_to_num(poses.uncertainty[rows]) / _SD_STEP
    image = project(world.to_camera(points), poses.intrinsics[rows].astype(np.float64)) / pixel
    seen = (poses.confidence[rows] > 0)[..., None]
    draws = poses.hypotheses_3d[rows][:, 1 : 1 + MOST_DRAWS].astype(np.float64)
    return {
        "name": str(int(poses.person[rows[0]])),
        "frames": poses.frame[rows].tolist(),
        "times": np.round(time[rows], 6).tolist(),
        "pos": _int16(points / unit),
        "sd": _base64(np.clip(np.round(sd), 0, 255).astype(np.uint8)),
        "points": _int16(np.where(seen, poses.keypoints_2d[rows] / pixel, np.nan)),
        "projection": _int16(image),
        "draws": [_int16(draws[:, place] / unit) for place in range(draws.shape[1])],
        "angles": {name: _int16(10 * angle) for name, angle in joint_angles(points).items()},
    }


def _int16(values: np.ndarray) -> str:
    """Rounded to 16 bits; what is not finite becomes the least number."""
    whole = np.clip(np.round(np.nan_to_num(values)), -32767, 32767)
    return _base64(np.where(np.isfinite(values), whole, _UNKNOWN).astype("<i2"))


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def _frustum(world: World, k: np.ndarray, width: float, height: float) -> dict[str, Any]:
    """Position and the corners of the image 0.5 m away from it, in the world frame."""
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64)
    return {
        "position": world.translation.tolist(),
        "corners": world.to_world(0.5 * corners @ np.linalg.inv(k).T).tolist(),
    }


def _video(poses: Poses, source: str, folder: Path) -> str | None:
    """A link to the video, or the video itself; None if there is none."""
    about = poses.meta.get("video") or {}
    path = Path(about.get("path") or source)
    if path.suffix.lower() not in VIDEO_SUFFIXES or not path.is_file():
        return None
    if not about.get("embed"):
        return quote(os.path.relpath(path, folder).replace(os.sep, "/"))
    try:
        content = base64.b64encode(path.read_bytes()).decode("ascii")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=path) from error
    return f"data:{_MIME.get(path.suffix.lower(), 'video/mp4')};base64,{content}"
