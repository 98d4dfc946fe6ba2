"""Poses of motion capture, whatever file they came from, and the checks that all of them pass."""

from dataclasses import dataclass

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.skeletons import JOINTS, MIRROR, PARENTS

FRAMES_PER_SECOND = 10.0
"""Recordings are thinned out to this; between two frames of more a pose hardly changes."""

SAME_POSE = 0.015
"""RMS distance of joints (m) below which a frame repeats the one before."""

_THIGHS, _SHANKS = (1, 4), (2, 5)
_ARMS = tuple(JOINTS.index(name) - 1 for name in ("left_elbow", "right_elbow"))
_HEIGHTS = {"centimetres": 0.01, "millimetres": 0.001}


@dataclass
class Motion:
    """Poses of one source: `poses [N, 17, 3]`, metres, world frame with Z up.

    classes: `[N]`, kind of pose, for balanced sampling. subjects, origins: `[N]`, names of people and sources. licence: the
    terms of them all.
    """

    poses: np.ndarray
    classes: np.ndarray
    subjects: np.ndarray
    origins: np.ndarray
    licence: str

    def __len__(self) -> int:
        return len(self.poses)


def motion(poses: np.ndarray, subject: str, origin: str, licence: str) -> Motion:
    """Poses `[N, 17, 3]` of one person."""
    count = len(poses)
    return Motion(
        poses.astype(np.float32),
        np.zeros(count, np.int64),
        np.full(count, subject),
        np.full(count, origin),
        licence,
    )


def checked(poses: np.ndarray, place: str, mend: str = "convert them") -> np.ndarray:
    """Poses `[N, 17, 3]` that are finite, in metres and of a person.

    Raises `InputError` naming `place`, what looks wrong, and the mend.
    """
    finite = np.isfinite(poses).all((1, 2))
    if not finite.all():
        raise InputError(f"{place}[{np.flatnonzero(~finite)[0]}] is not finite; remove such poses")
    if not len(poses):
        raise InputError(f"{place}: holds no pose")
    wrong = oddness(poses, mend)
    if wrong:
        raise InputError(f"{place}: {wrong}")
    return poses


def oddness(poses: np.ndarray, mend: str = "convert them") -> str:
    """What shows that poses `[N, 17, 3]` are in other units or another joint order, with the mend; empty if nothing does.

    Joints may be NaN; a bone that no pose has does not count.
    """
    lengths = np.linalg.norm(poses[:, 1:] - poses[:, PARENTS[1:]], axis=-1)
    known = np.isfinite(lengths).any(0)
    bones = np.full(lengths.shape[1], np.nan)
    bones[known] = np.nanmedian(lengths[:, known], axis=0)
    thigh = float(bones[list(_THIGHS)].mean())
    if thigh <= 0.2 or thigh >= 0.8:
        unit = next((name for name, scale in _HEIGHTS.items() if 0.2 < thigh * scale < 0.8), None)
        told = f"so they are in {unit}" if unit else "which no person's is, in any unit"
        return f"the median thigh is {thigh:.3g} long, {told}; poses must be in metres: {mend}"
    wrong = _odd_bone(bones)
    return f"{wrong}; the joints must be in the order {', '.join(JOINTS)}" if wrong else ""


def _odd_bone(bones: np.ndarray) -> str:
    """What is odd about median bone lengths `[16]` of joints 1..16; empty if nothing is."""
    for joint in range(1, 17):
        length, other = bones[joint - 1], bones[MIRROR[joint] - 1]
        if max(length, other) > 1.6 * min(length, other) + 0.02:
            return f"the bone to {JOINTS[joint]} is {length:.2f} m long and that to {JOINTS[MIRROR[joint]]} {other:.2f} m"
    leg = bones[list(_THIGHS)].mean() + bones[list(_SHANKS)].mean()
    arm = bones[list(_ARMS)].mean() + bones[[index + 1 for index in _ARMS]].mean()
    if leg < 1.1 * arm:
        return f"legs of {leg:.2f} m are hardly longer than arms of {arm:.2f} m"
    if np.nanmax(bones) > 0.75:
        return f"the bone to {JOINTS[int(np.nanargmax(bones)) + 1]} is {np.nanmax(bones):.2f} m long"
    if bones[0] > 0.25:
        return f"the hips are {2 * bones[0]:.2f} m apart"
    return ""


def thinned(poses: np.ndarray, seconds_per_frame: float) -> np.ndarray:
    """About `FRAMES_PER_SECOND` of a recording `[N, 17, 3]`, pelvis at the origin, without repeated poses."""
    stride = max(1, round(1 / (FRAMES_PER_SECOND * seconds_per_frame)))
    poses = poses[::stride] - poses[::stride, :1]
    kept: list[np.ndarray] = []
    for pose in poses:
        if not kept or np.sqrt(np.square(pose - kept[-1]).sum(-1).mean()) >= SAME_POSE:
            kept.append(pose)
    return np.stack(kept) if kept else poses


def y_to_z_up(poses: np.ndarray) -> np.ndarray:
    """Poses `[N, 17, 3]` of a world with Y up, with Z up."""
    return poses @ np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
