"""From files to keypoints that are ready to be lifted, as `zedo lift` is asked to read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zedo_cli.cameras.choice import assumed_cameras, chosen_cameras, parse_size, read_all, with_film
from zedo_cli.cameras.container import Camera
from zedo_cli.detectors.detecting import Detection
from zedo_cli.errors import InputError
from zedo_cli.io.remote import is_remote, nearby
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.noise import checked_noise
from zedo_cli.keypoints.reading import read_keypoints, read_part
from zedo_cli.keypoints.standardise import standardise
from zedo_cli.keypoints.tracking import identified, selected
from zedo_cli.lifter import Lifter
from zedo_cli.portions import LargeInput
from zedo_cli.preparation import Prepared, SideInformation
from zedo_cli.registry import KEYPOINT_READERS


@dataclass(frozen=True)
class InputOptions:
    """What is said of the input; every field is an option of `zedo lift`, in its words.

    Raises:
        InputError: two options contradict each other; it names them.
    """

    intrinsics: tuple[Path, ...] = ()
    camera: str | None = None
    skeleton: str | None = None
    image_size: str | None = None
    fov: float | None = None
    camera_resolution: str | None = None
    camera_turn: int = 0
    person: int | None = None
    max_people: int | None = None
    fps: float | None = None
    keypoint_noise: str = "auto"
    skip_damaged: bool = False
    camera_up: str | None = None
    height: float | None = None

    def __post_init__(self) -> None:
        if self.intrinsics and self.fov is not None:
            raise InputError(
                f"{self.intrinsics[0]} gives the camera; leave one of the two out", setting="fov"
            )
        for path in self.intrinsics:
            if not (is_remote(path) or path.is_file()):
                raise InputError("no such camera file", source=path)
        for setting in ("image_size", "camera_resolution"):
            parse_size(getattr(self, setting), setting)
        checked_noise(self.keypoint_noise)
        SideInformation(height=self.height)


def read_input(
    sources: Sequence[Path], said: InputOptions, detection: Detection, part: str | None = None
) -> Keypoints:
    """The keypoints of files, folders and films, with the rate and the image size that are said.

    part: the one clip to read of a file that holds many.
    """
    if part is not None:
        people = read_part(sources[0], part, said.skeleton)
    else:
        people = read_keypoints(list(sources), said.skeleton, said.skip_damaged, detection)
    return with_film(people, parse_size(said.image_size, "image_size"), said.fps)


def read_large(sources: Sequence[Path], said: InputOptions, detection: Detection) -> LargeInput:
    """As `read_input`, in portions. A single Parquet file is read portion by portion."""
    plain = said.skeleton is None and said.image_size is None and said.fps is None and said.person is None
    if len(sources) == 1 and sources[0].suffix.lower() == ".parquet" and plain:
        KEYPOINT_READERS.find("parquet").check_installed(sources[0])
        if not sources[0].is_file():
            raise InputError("no such file or folder", source=sources[0])
        return LargeInput(sources[0])
    people = read_input(sources, said, detection)
    if said.person is not None:
        return LargeInput(people, max(1, len(people)))  # one portion: who it is, is found in all of it
    return LargeInput(people)


def prepare_input(people: Keypoints, said: InputOptions, lifter: Lifter) -> Prepared:
    """Keypoints of `read_input` with their cameras and identities, ready for `lifter.start`."""
    cameras = _cameras(people, said)
    lens = cameras[0] if cameras else None
    known = SideInformation(
        up=vertical_of(said.camera_up, lens) if said.camera_up else None,
        height=said.height,
        keypoint_noise=checked_noise(said.keypoint_noise),
    )
    standard = standardise(people, cameras or None)
    chosen = selected(identified(standard, lifter.track), said.person, said.max_people)
    return replace(lifter.prepare(chosen, None, known), camera=cameras or None)


def _cameras(people: Keypoints, said: InputOptions) -> list[Camera]:
    with nearby(said.intrinsics) as near:
        cameras = chosen_cameras(
            people.clip_names,
            read_all(near.paths),
            name=said.camera,
            resolution=parse_size(said.camera_resolution, "camera_resolution"),
            turn=said.camera_turn,
        )
    if not cameras and people.intrinsics is None:
        return assumed_cameras(people, said.fov)
    if said.fov is not None:
        raise InputError(
            "the camera is given; leave one of the two out", setting="fov", value=f"{said.fov:g}"
        )
    return cameras


def vertical_of(text: str, camera: Camera | None) -> np.ndarray:
    """The unit vector upward in the camera frame `[3]`, from `X,Y,Z` or a world axis."""
    if len(text) == 2 and text[0] in "+-" and text[1].lower() in "xyz":
        if camera is None or camera.rotation is None:
            raise InputError(
                "needs a calibration with a rotation, given with `intrinsics`",
                setting="camera_up",
                value=text,
            )
        axis = camera.rotation[:, "xyz".index(text[1].lower())]
        return axis if text[0] == "+" else -axis
    try:
        vector = np.array([float(part) for part in text.split(",")])
    except ValueError:
        vector = np.zeros(0)
    if vector.shape != (3,) or not np.isfinite(vector).all() or not vector.any():
        raise InputError(
            "write X,Y,Z in the camera frame (level: 0,-1,0), or a world axis (+z)",
            setting="camera_up",
            value=text,
        )
    vector = vector / np.abs(vector).max()
    return vector / np.linalg.norm(vector)
