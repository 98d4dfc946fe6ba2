"""What passes between the stages of a lift: side information, and keypoints that are ready to be lifted."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zedo_cli.cameras.container import Camera
from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline.observation import Observation
from zedo_cli.tracks import Tracks, Windows


@dataclass(frozen=True)
class SideInformation:
    """What is known besides keypoints and camera.

    up: unit vector against gravity in the camera frame, `[3]` for all rows or `[N, 3]`; zeros where unknown.
    bones: lengths (m) of the person's `BONES`, `[10]` or `[N, 10]`; zeros where unknown. height: of everybody
    (m); it fixes the scale, which a single camera cannot see.
    """

    up: np.ndarray | None = None
    bones: np.ndarray | None = None
    height: float | None = None

    def for_rows(self, rows: int) -> tuple[Tensor | None, Tensor | None]:
        """The vertical `[rows, 3]` and the bones `[rows, 10]`.

        Raises `InputError` if there are values for another number of rows.
        """
        return _for_rows(self.up, rows, "up"), _for_rows(self.bones, rows, "bones")


@dataclass(frozen=True)
class Prepared:
    """Keypoints ready to be lifted.

    keypoints: on the 17 joints, undistorted, with K. windows: of their tracks. seen: their observation, with
    swaps undone and what the tracks share. swapped: `[N, 3]`, the parts that were swapped. tracks: for what
    comes after the loop.
    """

    keypoints: Keypoints
    camera: Camera | None
    known: SideInformation
    tracks: Tracks
    windows: Windows
    seen: Observation
    swapped: Tensor


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
