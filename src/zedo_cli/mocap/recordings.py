"""Recorded motion with the path of the root: continuous sequences at a constant frame rate."""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.npz import NpzFile


@dataclass(frozen=True)
class Recording:
    """One person in one unbroken recording.

    joints: `[F, 17, 3]` m, world frame with Z up and the floor at 0; x and y relative to the first pelvis.
    fps: frames/s. name, subject, source: of the recording. split: of held-out people, else empty.
    """

    joints: np.ndarray
    fps: float
    name: str
    subject: str
    source: str
    split: str = ""

    def __len__(self) -> int:
        return len(self.joints)

    def at(self, fps: float) -> Self:
        """The same motion at another frame rate: every n-th frame, or cubic splines through the frames."""
        from scipy.interpolate import CubicSpline

        step = self.fps / fps
        if step >= 1 and step == int(step):
            return replace(self, joints=self.joints[:: int(step)], fps=fps)
        times = np.arange(0, len(self) - 1 + 1e-9, step)
        return replace(self, joints=CubicSpline(np.arange(len(self)), self.joints)(times), fps=fps)


def read_recordings(path: Path) -> list[Recording]:
    """Read an NPZ of motions, as `data/README.md` describes them.

    Positions are stored as differences from frame to frame, in units of `scale` (m).

    Raises:
        InputError: the file is damaged, or its arrays do not fit each other.
    """
    file = NpzFile(path)
    try:
        lengths = np.asarray(file["length"], np.int64)
        scale, fps = float(file["scale"]), float(file["fps"])
        moves = np.asarray(file["pos"], np.int64).transpose(2, 0, 1)
        steps = np.asarray(file["root"], np.int64).T
        names, subjects, sources = (file[key].astype(str) for key in ("name", "subject", "source"))
        splits = file["split"].astype(str) if "split" in file.names else np.full(len(lengths), "")
        starts = np.cumsum([0, *lengths])
        if starts[-1] != len(moves) or len(steps) != len(moves) or moves.shape[1:] != (16, 3):
            raise ValueError(f"{starts[-1]} frames, but positions {list(moves.shape)}")
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"is no file of motions ({error})", source=path) from error
    motions = []
    for number, (start, stop) in enumerate(pairwise(starts)):
        root = scale * steps[start:stop].cumsum(0)
        others = scale * moves[start:stop].cumsum(0)
        joints = np.concatenate([np.zeros_like(others[:, :1]), others], axis=1) + root[:, None]
        about = (str(names[number]), str(subjects[number]), str(sources[number]), str(splits[number]))
        motions.append(Recording(joints, fps, *about))
    return motions
