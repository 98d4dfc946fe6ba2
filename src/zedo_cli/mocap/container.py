"""Poses from motion capture, and the checks that all of them pass."""

from dataclasses import dataclass

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.mocap.orientation import check_orientation
from zedo_cli.skeletons import JOINTS, MIRROR, PARENTS, joints_ending

FRAMES_PER_SECOND = 10.0
"""Recordings are resampled to this rate; between frames of a higher rate a pose hardly changes."""

SAME_POSE = 0.015
"""RMS distance of joints (m) below which a frame repeats the one before and is left out."""

_THIGHS, _SHINS, _UPPER_ARMS, _FOREARMS = (
    [joint - 1 for joint in joints_ending(end)] for end in ("knee", "ankle", "elbow", "wrist")
)
"""Indices of the bones that end in these joints."""

_HEIGHTS = {"centimetres": 0.01, "millimetres": 0.001}


@dataclass
class Motion:
    """Poses of one source: `poses [N, 17, 3]`, metres, world frame with Z up.

    classes: `[N]`, kind of pose, for balanced sampling. subjects, origins: `[N]`, names of people and
    sources. licence: of all of them.
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


FARTHEST = 3.0
"""Metres along an axis that a joint may lie from the pelvis."""


def checked(
    poses: np.ndarray, source: str, fix: str = "convert them", up_fix: str | None = None
) -> np.ndarray:
    """Poses `[N, 17, 3]` that are finite, in metres, of a person, not mirrored, with Z up.

    fix: how units can be corrected. up_fix: how the vertical can; without it a vertical that seems wrong is
    not refused.

    Raises `InputError` that names the source, what looks wrong, and the fix.
    """
    finite = (np.abs(poses) < 1e9).all((1, 2))  # in any unit; a larger number is damage, as NaN is
    if not finite.all():
        row = np.flatnonzero(~finite)[0]
        raise InputError("is not finite", source=f"{source}[{row}]", fix="remove such poses")
    if not len(poses):
        raise InputError("holds no pose", source=source)
    reach = np.abs(poses.astype(np.float64) - poses[:, :1]).max((1, 2))
    if float(np.median(reach)) < FARTHEST < float(reach.max()):  # else the units are wrong: see below
        row = int(reach.argmax())
        far = f"a joint is {reach[row]:.3g} m from the pelvis"
        raise InputError(far, source=f"{source}[{row}]", fix="remove such poses")
    problem = implausibility(poses, fix)
    if problem:
        raise InputError(problem, source=source)
    check_orientation(poses, source, up_fix)
    return poses


def implausibility(poses: np.ndarray, fix: str = "convert them") -> str:
    """Why poses `[N, 17, 3]` seem to have other units or another joint order, with the fix; empty if they do
    not.

    Joints may be NaN; a bone that no pose has is ignored.
    """
    poses = poses.astype(np.float64)
    lengths = np.linalg.norm(poses[:, 1:] - poses[:, PARENTS[1:]], axis=-1)
    known = np.isfinite(lengths).any(0)
    bones = np.full(lengths.shape[1], np.nan)
    bones[known] = np.nanmedian(lengths[:, known], axis=0)
    thigh = float(bones[_THIGHS].mean())
    if thigh <= 0.2 or thigh >= 0.8:
        unit = next((name for name, scale in _HEIGHTS.items() if 0.2 < thigh * scale < 0.8), None)
        guess = f"so they are in {unit}" if unit else "which is not a person's in any unit"
        return f"the median thigh is {thigh:.3g} long, {guess}; poses must be in metres: {fix}"
    problem = _implausible_bone(bones)
    return f"{problem}; the joints must be in the order {', '.join(JOINTS)}" if problem else ""


def _implausible_bone(bones: np.ndarray) -> str:
    """What is implausible about median bone lengths `[16]` of joints 1..16; empty if nothing is."""
    for joint in range(1, 17):
        length, other = bones[joint - 1], bones[MIRROR[joint] - 1]
        if max(length, other) > 1.6 * min(length, other) + 0.02:
            sides = (
                f"{JOINTS[joint]} is {length:.2f} m long and that to {JOINTS[MIRROR[joint]]} {other:.2f} m"
            )
            return f"the bone to {sides}"
    leg = bones[_THIGHS].mean() + bones[_SHINS].mean()
    arm = bones[_UPPER_ARMS].mean() + bones[_FOREARMS].mean()
    if leg < 1.1 * arm:
        return f"legs of {leg:.2f} m are hardly longer than arms of {arm:.2f} m"
    if np.nanmax(bones) > 0.75:
        return f"the bone to {JOINTS[int(np.nanargmax(bones)) + 1]} is {np.nanmax(bones):.2f} m long"
    if bones[0] > 0.25:
        return f"the hips are {2 * bones[0]:.2f} m apart"
    return ""


def resampled(poses: np.ndarray, seconds_per_frame: float) -> np.ndarray:
    """A recording `[N, 17, 3]` at about `FRAMES_PER_SECOND`, pelvis at the origin, without repeated poses."""
    stride = max(1, round(1 / (FRAMES_PER_SECOND * seconds_per_frame)))
    poses = poses[::stride] - poses[::stride, :1]
    kept: list[np.ndarray] = []
    with np.errstate(over="ignore"):  # numbers that no pose has are refused afterwards, with their place
        for pose in poses:
            if not kept or np.sqrt(np.square(pose - kept[-1]).sum(-1).mean()) >= SAME_POSE:
                kept.append(pose)
    return np.stack(kept) if kept else poses


def y_to_z_up(poses: np.ndarray) -> np.ndarray:
    """Poses `[N, 17, 3]` from a world with Y up to one with Z up."""
    return poses @ np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
