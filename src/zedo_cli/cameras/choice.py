"""Which camera took which clip, from what the user gives."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from zedo_cli.cameras.assumed import assumed_camera, checked_size
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.reading import cameras_of_clips, named_camera, read_cameras
from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints, Size


def read_all(paths: Sequence[Path]) -> list[tuple[Camera, Path]]:
    """All cameras of several files, each with its file."""
    return [(camera, path) for path in paths for camera in read_cameras(path)]


def chosen_cameras(
    clips: Sequence[str],
    known: Sequence[tuple[Camera, Path]],
    *,
    name: str | None = None,
    resolution: Size | None = None,
    turn: int = 0,
) -> list[Camera]:
    """The camera of each clip; none if no camera is known.

    Args:
        clips: names of the clips.
        known: the cameras, with their files.
        name: of the camera of all clips. Without it, clips take the cameras of their name.
        resolution: of the images for which the cameras are calibrated, where their files do not say.
        turn: degrees clockwise by which the films are turned after the calibration.

    Raises:
        InputError: there is no such camera, or none for a clip.
    """
    if not known:
        for setting, value in (("camera", name), ("camera_resolution", resolution), ("camera_turn", turn)):
            if value:
                raise InputError(
                    "needs the calibration that holds it, with `intrinsics`", setting=setting, value=value
                )
        return []
    if turn % 90 or not 0 <= turn < 360:
        raise InputError("must be 0, 90, 180 or 270 degrees", setting="camera_turn", value=turn)
    cameras, source = [camera for camera, _ in known], known[0][1]
    if name is not None:
        chosen = [named_camera(cameras, name, source)] * len(clips)
    elif len(cameras) == 1 or len(clips) > 1:
        chosen = cameras_of_clips(cameras, clips, source)
    else:
        names = ", ".join(camera.name for camera in cameras)
        raise InputError(
            f"has {len(cameras)} cameras", source=source, fix=f"choose one by name with `camera`: {names}"
        )
    ready = {id(camera): _calibrated(camera, resolution, turn) for camera in chosen}
    return [ready[id(camera)] for camera in chosen]


def _calibrated(camera: Camera, resolution: Size | None, turn: int) -> Camera:
    if resolution is not None:
        camera = replace(camera, size=checked_size(resolution, "camera_resolution"))
    if turn and camera.size is None:
        raise InputError(
            "needs the size of the camera's images, with `camera_resolution`",
            setting="camera_turn",
            value=turn,
        )
    return camera.turned(turn // 90) if turn else camera


def assumed_cameras(keypoints: Keypoints, fov: float | None) -> list[Camera]:
    """A usual camera for each clip, from the size of its images; none if that is unknown."""
    sizes = keypoints.of_clips("image_size")
    if None in sizes:
        if fov is not None:
            raise InputError(
                "needs the size of the image too, with `image_size` 1920x1080",
                setting="fov",
                value=f"{fov:g}",
            )
        return []
    return [assumed_camera(size, fov) for size in sizes]


def with_film(keypoints: Keypoints, size: Size | None, fps: float | None) -> Keypoints:
    """With the size of the images and the frame rate where the input does not say. Raises `InputError` where
    it says otherwise."""
    if fps is not None and not 0 < fps < 1e6:
        raise InputError("must be above 0", setting="fps", value=f"{fps:g}")
    sizes, rates = keypoints.of_clips("image_size"), keypoints.of_clips("fps")
    other = next((own for own in sizes if own not in (None, size)), None)
    if size is not None and other is not None:
        said, own = (f"{width:g}x{height:g}" for width, height in (size, other))
        raise InputError(f"the keypoints say {own}; leave it out", setting="image_size", value=said)
    if size is not None:
        keypoints = replace(keypoints, image_size=checked_size(size))
    if fps is not None:
        known = tuple(fps if rate is None else rate for rate in rates)
        keypoints = replace(keypoints, fps=known, time=None)
    return keypoints


def parse_size(text: str | None, setting: str) -> Size | None:
    """Width and height from `1920x1080`; None of None. Raises `InputError` that names the setting."""
    if text is None:
        return None
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() for part in parts):
        raise InputError("write width x height in pixels: 1920x1080", setting=setting, value=text)
    return float(parts[0]), float(parts[1])
