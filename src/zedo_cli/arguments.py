"""What `lift` and `Lifter` accept as keypoints and cameras: files, arrays, and our own classes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.cameras.reading import read_camera
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import known_skeleton


def is_sources(keypoints: Any) -> bool:
    """Whether it is a list of files."""
    return isinstance(keypoints, list | tuple) and all(isinstance(source, str | Path) for source in keypoints)


def as_keypoints(keypoints: Any, skeleton: str | None = None) -> Keypoints:
    """Keypoints of files, of an array, or as they are."""
    if isinstance(keypoints, Keypoints):
        return replace(keypoints, skeleton=known_skeleton(skeleton)) if skeleton else keypoints
    if isinstance(keypoints, str | Path) or is_sources(keypoints):
        return read_keypoints(keypoints, skeleton)
    return Keypoints.from_arrays(keypoints, skeleton=skeleton)


def as_camera(camera: Any) -> Camera | None:
    """The camera of a file, of K, or as it is."""
    if camera is None or isinstance(camera, Camera):
        return camera
    if isinstance(camera, str | Path):
        return read_camera(camera)
    return Camera("given", checked_intrinsics(camera, None, "camera"))
