"""Reading cameras: which reader a file is for, and which of its cameras is that of a clip."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import WRITE_K
from zedo_cli.errors import InputError
from zedo_cli.io.numbers import real_numbers
from zedo_cli.registry import CAMERA_READERS


def read_camera(path: str | Path, name: str | None = None) -> Camera:
    """Read a camera from a file of any registered format (`CAMERA_READERS`).

    Args:
        path: a camera file, or a format of a plug-in.
        name: of the camera in a calibration with several.

    Returns:
        The camera; pixels, and metres for its place in the world if the file has it.

    Raises:
        InputError: one line with the file, the place in it and the fix.
    """
    cameras = read_cameras(path)
    if name is not None:
        return named_camera(cameras, name, path)
    if len(cameras) > 1:
        names = ", ".join(camera.name for camera in cameras)
        raise InputError(
            f"has {len(cameras)} cameras", source=path, fix=f"choose one by name with `camera`: {names}"
        )
    return cameras[0]


def read_cameras(path: str | Path) -> list[Camera]:
    """All cameras of a file. Raises `InputError` as `read_camera` does."""
    path = Path(path)
    candidates = CAMERA_READERS.taking(path.suffix)
    if not candidates:
        CAMERA_READERS.for_file(path, "unknown kind of camera file", "cameras are read as")
    if not path.is_file():
        raise InputError("no such camera file", source=path)
    if path.stat().st_size == 0:
        raise InputError("is empty", source=path, fix=WRITE_K)
    candidates[0].check_installed(path)
    cameras: list[Camera] = candidates[0].read(path)
    return cameras


def named_camera(cameras: Sequence[Camera], name: str, source: str | Path) -> Camera:
    """The camera of that name. Raises `InputError` if there is none."""
    for camera in cameras:
        if camera.name == name:
            return camera
    if len(cameras) == 1:
        raise InputError(
            f"{source} holds a single camera, {cameras[0].name}; leave its name out",
            setting="camera",
            value=name,
        )
    names = ", ".join(camera.name for camera in cameras)
    raise InputError(f"no camera '{name}'", source=source, fix=f"the file has {names}")


def cameras_of_clips(cameras: Sequence[Camera], clips: Sequence[str], source: str | Path) -> list[Camera]:
    """The camera of each clip, by the names of both: `cam_01` is that of `cam01_json/` and of `Cam1.json`.

    A single camera is that of all clips, unless their names say otherwise.

    Raises:
        InputError: a clip fits no camera, or several.
    """
    chosen = []
    for clip in clips:
        fitting = [camera for camera in cameras if _same_name(camera.name, clip)]
        if not fitting and len(cameras) == 1 and not _other_number(cameras[0].name, clip):
            fitting = list(cameras)
        if len(fitting) != 1:
            names = ", ".join(camera.name for camera in fitting or cameras)
            what = "several cameras have" if fitting else "no camera has"
            raise InputError(
                f"{what} the name of this clip in {source}",
                source=clip,
                fix=f"lift the clips one by one and choose with `camera`: {names}",
            )
        chosen.append(fitting[0])
    return chosen


def _same_name(camera: str, clip: str) -> bool:
    """Whether the words and numbers of a camera's name follow each other in that of a clip."""
    wanted = _parts(camera)
    for part in (Path(clip).name, *(parent.name for parent in Path(clip).parents)):
        parts = _parts(part.partition("#")[0])
        places = range(len(parts) - len(wanted) + 1)
        if wanted and any(parts[place : place + len(wanted)] == wanted for place in places):
            return True
    return False


def _other_number(camera: str, clip: str) -> bool:
    """Whether a clip is named as a camera with another number."""
    word, number = _parts(camera)[:1], _parts(camera)[1:2]
    parts = _parts(Path(clip).name)
    after = [parts[i + 1] for i in range(len(parts) - 1) if parts[i : i + 1] == word]
    return bool(number) and number[0].isdigit() and any(a.isdigit() and a != number[0] for a in after)


def _parts(name: str) -> list[str]:
    """`Cam_01` -> cam, 1."""
    found = re.findall(r"[a-z]+|\d+", name.lower())
    return [str(int(part)) if part.isdigit() else part for part in found]


def lens(values: object, source: str | Path, where: str | None, fisheye: bool = False) -> np.ndarray:
    """The distortion coefficients of a file, flat. Raises `InputError` if OpenCV has no such model."""
    counts = (0, 1, 2, 3, 4) if fisheye else (0, 1, 2, 4, 5, 8, 12, 14)
    try:
        flat = real_numbers(values).reshape(-1)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("distortion coefficients are not numbers", source=source, where=where) from error
    if not np.isfinite(flat).all():
        raise InputError("distortion coefficients hold NaN or infinity", source=source, where=where)
    if len(flat) not in counts and flat[counts[-1] :].any():
        raise InputError(
            f"{len(flat)} distortion coefficients; OpenCV's models have {', '.join(map(str, counts[1:]))}",
            source=source,
            where=where,
        )
    if len(flat) > counts[-1]:
        flat = flat[: counts[-1]]
    while len(flat) not in counts:
        flat = np.append(flat, 0.0)
    return flat
