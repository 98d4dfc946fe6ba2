"""Some of the poses of a file, and what it did not say of them."""

import re
from dataclasses import replace

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.poses.container import Poses


def taken(poses: Poses, rows: np.ndarray) -> Poses:
    """The poses of some rows."""
    return replace(poses, **{name: array[rows] for name, array in poses.arrays().items()})


def selected(poses: Poses, person: int | None, frames: str | None) -> Poses:
    """The poses of a person, and of a range of frames `FIRST:LAST`, either of which may be left out.

    Raises `InputError` if there are none.
    """
    keep = np.ones(len(poses), bool)
    if person is not None:
        keep &= poses.person == person
        if not keep.any():
            known = ", ".join(map(str, np.unique(poses.person).tolist()[:20]))
            raise InputError(f"there is no such identity; there are {known}", setting="person", value=person)
    if frames is not None:
        match = re.fullmatch(r"(\d{0,15}):(\d{0,15})", frames)
        if match is None or frames == ":":
            raise InputError("write the first and the last frame: 100:250", setting="frames", value=frames)
        first, last = (int(text) if text else None for text in match.groups())
        keep &= poses.frame >= (poses.frame.min() if first is None else first)
        keep &= poses.frame <= (poses.frame.max() if last is None else last)
        if not keep.any():
            span = f"{poses.frame.min()} to {poses.frame.max()}"
            raise InputError(f"there are no poses; they are of frames {span}", setting="frames", value=frames)
    return taken(poses, np.flatnonzero(keep))


def with_rate(poses: Poses, fps: float | None) -> Poses:
    """With the frame rate where the poses do not say. Raises `InputError` if it is not above 0."""
    if fps is None:
        return poses
    if not 0 < fps < 1e6:
        raise InputError("must be above 0", setting="fps", value=f"{fps:g}")
    rates = [fps if rate is None else rate for rate in poses.of_clips("fps")]
    time = np.where(np.isfinite(poses.time), poses.time, poses.frame / np.array(rates)[poses.clip])
    return replace(poses, time=time, meta=poses.meta | {"fps": rates})
