"""What `lift` and `Lifter` accept: files, arrays, our own classes, and settings."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.cameras.reading import read_camera
from zedo_cli.joint_names import find_skeleton
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.reading import read_keypoints

if TYPE_CHECKING:
    from zedo_cli.pipeline.presets import Preset
    from zedo_cli.prior.prior import Prior

Source = str | Path


class LifterSettings(TypedDict, total=False):
    """The arguments of `Lifter`."""

    prior: "Prior | Source | None"
    preset: "Preset | str"
    samples: int
    seed: int
    device: str
    clips: bool
    batch_size: int | None
    track: bool


def is_sources(keypoints: Any) -> bool:
    """Whether it is a list of files."""
    return isinstance(keypoints, list | tuple) and all(isinstance(source, str | Path) for source in keypoints)


def as_keypoints(keypoints: Any, skeleton: str | None = None) -> Keypoints:
    """Keypoints of files, of an array, or as they are."""
    if isinstance(keypoints, Keypoints):
        return (
            replace(keypoints, skeleton=find_skeleton(skeleton, keypoints.joint_names))
            if skeleton
            else keypoints
        )
    if isinstance(keypoints, str | Path) or is_sources(keypoints):
        return read_keypoints(keypoints, skeleton)
    return Keypoints.from_arrays(keypoints, skeleton=skeleton)


def is_cameras(camera: Any) -> bool:
    """Whether it is a list of cameras, one for each clip."""
    return isinstance(camera, list | tuple) and bool(camera) and isinstance(camera[0], Camera)


def as_camera(camera: Any) -> Camera | list[Camera] | None:
    """The camera of a file, of K, or as it is."""
    if camera is None or isinstance(camera, Camera) or is_cameras(camera):
        return camera
    if isinstance(camera, str | Path):
        return read_camera(camera)
    return Camera("given", checked_intrinsics(camera, None, "camera"))
