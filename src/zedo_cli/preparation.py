"""What passes between the stages of a lift: side information, and keypoints that are ready to be lifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from zedo_cli.cameras.container import Camera
from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.noise import KeypointNoise, checked_noise
from zedo_cli.pipeline.distance import Zoom
from zedo_cli.pipeline.observation import Observation
from zedo_cli.skeletons import BONES
from zedo_cli.tracks import Tracks, Windows


@dataclass(frozen=True)
class SideInformation:
    """Side information: what is known in addition to keypoints and camera.

    up: vector against gravity in the camera frame, of any length, `[3]` for all rows or `[N, 3]`. bones:
    lengths (m) of the person's bones in the order of `skeletons.BONES`, `[10]` or `[N, 10]`. Zeros in either
    where unknown: what the track shares is then estimated. height: of everybody, 0.3 to 2.8 m; it fixes the
    scale, which a single camera cannot see. keypoint_noise: standard deviation of the keypoints in pixels,
    `exact`, or `auto`: from their confidences and their track.

    Raises:
        InputError: a value cannot be used; it names the field.
    """

    up: np.ndarray | None = None
    bones: np.ndarray | None = None
    height: float | None = None
    keypoint_noise: KeypointNoise = "auto"

    def __post_init__(self) -> None:
        for name, size in (("up", 3), ("bones", len(BONES))):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _checked(value, name, size))
        object.__setattr__(self, "keypoint_noise", checked_noise(self.keypoint_noise))
        if self.bones is not None and (self.bones < 0).any():
            raise InputError("must be lengths in metres, 0 where unknown", setting="bones")
        if self.up is not None:
            length = np.linalg.norm(self.up, axis=-1, keepdims=True)
            object.__setattr__(self, "up", self.up / np.where(length > 0, length, 1))
        if self.height is not None and not (isinstance(self.height, Real) and 0.3 <= self.height <= 2.8):
            raise InputError(
                "must be a person's, in metres: 0.3 to 2.8",
                setting="height",
                value=f"{self.height:g}" if isinstance(self.height, Real) else repr(self.height),
            )

    def for_rows(self, rows: int) -> tuple[Tensor | None, Tensor | None]:
        """The vertical `[rows, 3]` and the bones `[rows, 10]`.

        Raises `InputError` if there are values for another number of rows.
        """
        return _for_rows(self.up, rows, "up"), _for_rows(self.bones, rows, "bones")


@dataclass(frozen=True)
class Prepared:
    """Keypoints ready to be lifted.

    keypoints: on the 17 joints, undistorted, with K. windows: of their tracks. seen: their observation, with
    swaps undone and what the tracks share. swapped: `[N, 3]`, the parts that were swapped.
    zoom: how far people were magnified in `seen`, None if nobody may be. tracks: for what
    comes after the loop.
    """

    keypoints: Keypoints
    camera: Camera | Sequence[Camera] | None
    known: SideInformation
    tracks: Tracks
    windows: Windows
    seen: Observation
    swapped: Tensor
    zoom: Zoom | None = None


def _checked(value: Any, name: str, size: int) -> np.ndarray:
    """Finite numbers `[size]` or `[N, size]`."""
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("must be an array of numbers", setting=name) from error
    if array.ndim not in (1, 2) or array.shape[-1] != size:
        raise InputError(f"has shape {list(array.shape)}; it must be [{size}] or [N, {size}]", setting=name)
    if not np.isfinite(array).all():
        raise InputError("must be finite; write zeros where it is unknown", setting=name)
    return array


def _for_rows(values: np.ndarray | None, rows: int, setting: str) -> Tensor | None:
    """`[N, K]`, or `[K]` that holds for all rows, as `[rows, K]`."""
    if values is None:
        return None
    if values.ndim > 1 and len(values) != rows:
        raise InputError(
            f"has {len(values)} rows for {rows} people that can be lifted; leave the others out, or"
            " give one for all",
            setting=setting,
        )
    return torch.from_numpy(np.array(np.broadcast_to(values, (rows, values.shape[-1])), np.float32))
