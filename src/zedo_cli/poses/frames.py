"""The world frame of a clip: Z up, metres, a right-handed system; and poses in it.

Without a calibration, X is to the right of the camera, Y is forward and horizontal, the floor is at Z = 0,
and the camera is above the origin. With a calibration it is the calibration's own frame, turned by quarter
turns where its upward axis is not +Z.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.poses.container import Poses

CAMERA_FRAME = "camera: X right, Y down, Z forward"
WORLD_FRAME = "world: Z up"
"""What `meta["frame"]` says."""

Y_UP_FORWARD = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
"""From the world frame to X forward, Y up, Z right: OpenSim's axes."""

Y_UP_FACING = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""From the world frame to X right, Y up, Z towards the camera: glTF's and most animation programs' axes."""


@dataclass(frozen=True)
class World:
    """Where the world frame of a clip is: X_world = rotation X_camera + translation.

    rotation: `[3, 3]`. translation: `[3]` m, the position of the camera. source: `calibration`, `vertical
    given` (the floor is estimated), `estimated`, or `level camera assumed`. vertical_error: standard
    deviation of the vertical in degrees; floor_error: of the floor's height in metres. None where unknown.
    """

    rotation: np.ndarray
    translation: np.ndarray
    source: str
    vertical_error: float | None = None
    floor_error: float | None = None

    def to_world(self, points: np.ndarray) -> np.ndarray:
        """Points `[..., 3]` m of the camera frame in the world frame."""
        moved: np.ndarray = points @ self.rotation.T + self.translation
        return moved

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """Points `[..., 3]` m of the world frame in the camera frame."""
        moved: np.ndarray = (points - self.translation) @ self.rotation
        return moved

    @property
    def up(self) -> np.ndarray:
        """The vertical in the camera frame, a unit vector `[3]`."""
        vector: np.ndarray = self.rotation[2]
        return vector

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rotation": np.round(self.rotation, 7).tolist(),
            "translation": np.round(self.translation, 5).tolist(),
            "source": self.source,
            "uncertainty": {"vertical_degrees": self.vertical_error, "floor_metres": self.floor_error},
        }

    @classmethod
    def from_dict(cls, about: Mapping[str, Any]) -> Self:
        """From JSON. Raises `InputError` if it is not a frame."""
        try:
            rotation = np.asarray(about["rotation"], np.float64)
            translation = np.asarray(about["translation"], np.float64)
            good = np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3) and translation.shape == (3,)
            source = str(about["source"])
            stated = about.get("uncertainty", {})
            errors = [
                None if stated.get(name) is None else float(stated[name])
                for name in ("vertical_degrees", "floor_metres")
            ]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError("must have rotation, translation and source", where="world") from error
        if not good:
            raise InputError("must have a rotation matrix and a translation of three numbers", where="world")
        return cls(rotation, translation, source, *errors)


def upright(up: np.ndarray) -> np.ndarray:
    """The rotation `[3, 3]` to a frame with Z along `up [3]`, Y forward and horizontal, X to the right."""
    forward = np.array([0.0, 0, 1]) if abs(up[2]) < 0.95 else np.array([0.0, -1, 0])
    forward = forward - (forward @ up) * up
    forward /= np.linalg.norm(forward)
    return np.stack([np.cross(forward, up), forward, up])


def aligned(axis: int, sign: int) -> np.ndarray:
    """The rotation `[3, 3]` by quarter turns that takes the axis (0 to 2) of that sign to +Z."""
    up = sign * np.eye(3)[axis]
    right = np.eye(3)[0 if axis != 0 else 1]
    return np.stack([right, np.cross(up, right), up])


def worlds(poses: Poses) -> list[World]:
    """The world frame of each clip. Raises `InputError` if the poses do not have them."""
    known = poses.meta.get("world")
    if not isinstance(known, list) or len(known) < int(poses.clip.max(initial=0)) + 1:
        raise InputError("these poses do not say where their world frame is", fix="lift the keypoints again")
    return [World.from_dict(about) for about in known]


def is_world(poses: Poses) -> bool:
    """Whether the poses are in the world frame."""
    return str(poses.meta.get("frame", "")).startswith("world")


def in_world(poses: Poses, origin: bool = False) -> Poses:
    """The poses in the world frame of their clip.

    Args:
        poses: in the camera frame, or in the world frame already.
        origin: move the frame of each clip along the floor so that the person of its first row starts at the
            origin.

    Raises:
        InputError: the poses do not say where the world frame is.
    """
    frames = worlds(poses)
    if not is_world(poses):
        poses = _moved(poses, frames, inverse=False)
    if origin:
        shifts = []
        for clip, frame in enumerate(frames):
            start = poses.poses_3d[(poses.clip == clip) & np.isfinite(poses.poses_3d[:, 0]).all(1), 0][:1]
            shift = -start[0] * [1, 1, 0] if len(start) else np.zeros(3)
            shifts.append(World(np.eye(3), shift, frame.source))
            frames[clip] = replace(frame, translation=frame.translation + shift)
        poses = _moved(poses, shifts, inverse=False)
    meta = {"world": [frame.as_dict() for frame in frames], "frame": WORLD_FRAME}
    return replace(poses, meta=poses.meta | meta)


def in_camera(poses: Poses) -> Poses:
    """The poses in the camera frame. Raises `InputError` if they do not say where the world frame is."""
    if not is_world(poses):
        return poses
    return replace(_moved(poses, worlds(poses), inverse=True), meta=poses.meta | {"frame": CAMERA_FRAME})


def _moved(poses: Poses, frames: list[World], inverse: bool) -> Poses:
    fields: dict[str, Any] = {}
    for name in ("poses_3d", "hypotheses_3d", "translation"):
        values = np.array(getattr(poses, name), np.float64)
        for clip, frame in enumerate(frames):
            rows = poses.clip == clip
            values[rows] = (frame.to_camera if inverse else frame.to_world)(values[rows])
        fields[name] = values.astype(np.float32)
    return replace(poses, **fields)
