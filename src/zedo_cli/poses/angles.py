"""Joint angles from 17 joints, in degrees, with their uncertainty.

Segments have the axes of the ISB (Wu et al. 2002, 2005) as far as 17 joints define them: X forward, Y up,
Z to the right. Pelvis: Z along the hips, Y towards the spine. Thorax: Z along the shoulders, Y from spine to
thorax. Signs are those of OpenSim's models: flexion, adduction and internal rotation are positive; so is the
flexion of the knee.

Not defined by these joints and not given: ankles, forearm rotation, wrists, axial rotation of the upper arm.
Hip rotation needs a bent knee, the plane of elevation a lifted arm: NaN elsewhere.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from zedo_cli.poses.frames import Y_UP_FORWARD
from zedo_cli.skeletons import INDEX

KNEE_BENT = 20.0
"""Flexion (degrees) of the knee from which its axis gives the rotation of the hip."""

ARM_LIFTED = 15.0
"""Elevation (degrees) of the arm from which its plane is defined."""

FACTORS = {
    "pelvis_tilt": 1.3,
    "pelvis_list": 1.0,
    "pelvis_rotation": 1.85,
    "lumbar_extension": 0.7,
    "lumbar_bending": 0.6,
    "lumbar_rotation": 0.65,
    "hip_flexion": 1.05,
    "hip_adduction": 0.95,
    "hip_rotation": 0.5,
    "knee_angle": 0.65,
    "shoulder_elevation": 0.5,
    "shoulder_plane": 0.55,
    "elbow_flex": 0.5,
}
"""Errors of neighbouring joints go together, so most angles are better than joints that err independently
would make them. The factors put 68 % of the errors inside on `validation-video` with a detector's keypoints;
with exact ones errors are smaller. The error of an estimated vertical is not in them."""

_STEP = 1e-3
"""Step (m) of the numerical derivatives."""


def joint_angles(points: np.ndarray) -> dict[str, np.ndarray]:
    """Angles in degrees by name, each `[T]`, NaN where they are not defined.

    Args:
        points: `[T, 17, 3]` m, world frame (Z up).
    """
    places = points @ Y_UP_FORWARD.T
    pelvis = _axes(places, ("left_hip", "right_hip"), ("pelvis", "spine"))
    thorax = _axes(places, ("left_shoulder", "right_shoulder"), ("spine", "thorax"))
    angles: dict[str, np.ndarray] = {}
    tilt = _cardan(pelvis)
    angles |= dict(zip(("pelvis_tilt", "pelvis_list", "pelvis_rotation"), tilt, strict=True))
    back = _cardan(np.swapaxes(pelvis, -1, -2) @ thorax)
    angles |= dict(zip(("lumbar_extension", "lumbar_bending", "lumbar_rotation"), back, strict=True))
    for side, sign in (("right", 1.0), ("left", -1.0)):
        thigh, shin = _bone(places, side, "hip", "knee"), _bone(places, side, "knee", "ankle")
        knee = _angle(thigh, shin)
        down = np.einsum("tji,tj->ti", pelvis, thigh)
        flexion, adduction = np.arctan2(down[:, 0], -down[:, 1]), np.arcsin((-sign * down[:, 2]).clip(-1, 1))
        axis = np.einsum("tji,tj->ti", pelvis, np.cross(shin, thigh))
        turn = Rotation.from_euler("ZX", np.stack([flexion, sign * adduction], axis=1))
        local = turn.inv().apply(axis)
        rotation = sign * np.degrees(np.arctan2(local[:, 0], local[:, 2]))
        end = side[0]
        angles[f"hip_flexion_{end}"] = np.degrees(flexion)
        angles[f"hip_adduction_{end}"] = np.degrees(adduction)
        angles[f"hip_rotation_{end}"] = np.where(knee > KNEE_BENT, rotation, np.nan)
        angles[f"knee_angle_{end}"] = knee
        upper, fore = _bone(places, side, "shoulder", "elbow"), _bone(places, side, "elbow", "wrist")
        arm = np.einsum("tji,tj->ti", thorax, upper)
        elevation = np.degrees(np.arccos((-arm[:, 1]).clip(-1, 1)))
        plane = np.degrees(np.arctan2(arm[:, 0], sign * arm[:, 2]))
        angles[f"shoulder_elevation_{end}"] = elevation
        angles[f"shoulder_plane_{end}"] = np.where(elevation > ARM_LIFTED, plane, np.nan)
        angles[f"elbow_flex_{end}"] = _angle(upper, fore)
    return angles


def angle_uncertainty(points: np.ndarray, uncertainty: np.ndarray) -> dict[str, np.ndarray]:
    """Standard deviation of each angle in degrees: to first order, of joints that err independently, times
    `FACTORS`.

    Args:
        points: `[T, 17, 3]` m, world frame.
        uncertainty: of the joints relative to the pelvis, `[T, 17]` m.
    """
    base = joint_angles(points)
    total = {name: np.zeros(len(points)) for name in base}
    for joint in range(1, points.shape[1]):
        for axis in range(3):
            moved = points.copy()
            moved[:, joint, axis] += _STEP
            for name, angle in joint_angles(moved).items():
                change = (angle - base[name] + 180) % 360 - 180
                total[name] += (change / _STEP * uncertainty[:, joint]) ** 2 / 3
    return {
        name: FACTORS[name.removesuffix("_r").removesuffix("_l")] * np.sqrt(v) for name, v in total.items()
    }


def unwrapped(angle: np.ndarray) -> np.ndarray:
    """Degrees without jumps of a full turn; NaN stays."""
    known = np.isfinite(angle)
    smooth = angle.copy()
    smooth[known] = np.degrees(np.unwrap(np.radians(angle[known])))
    return smooth


def _axes(places: np.ndarray, across: tuple[str, str], along: tuple[str, str]) -> np.ndarray:
    """Axes `[T, 3, 3]` in columns: forward, up, right. Right is exact."""
    right = _unit(places[:, INDEX[across[1]]] - places[:, INDEX[across[0]]])
    up = places[:, INDEX[along[1]]] - places[:, INDEX[along[0]]]
    forward = _unit(np.cross(up, right))
    return np.stack([forward, np.cross(right, forward), right], axis=-1)


def _cardan(axes: np.ndarray) -> np.ndarray:
    """Angles about Z, X, Y in degrees `[3, T]`."""
    angles = np.full((3, len(axes)), np.nan)
    known = np.isfinite(axes).all((1, 2))
    if known.any():
        angles[:, known] = Rotation.from_matrix(axes[known]).as_euler("ZXY", degrees=True).T
    return angles


def _bone(places: np.ndarray, side: str, start: str, end: str) -> np.ndarray:
    return _unit(places[:, INDEX[f"{side}_{end}"]] - places[:, INDEX[f"{side}_{start}"]])


def _unit(vectors: np.ndarray) -> np.ndarray:
    unit: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit


def _angle(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Degrees between unit vectors, well conditioned near 0."""
    degrees: np.ndarray = np.degrees(
        np.arctan2(np.linalg.norm(np.cross(one, two), axis=-1), (one * two).sum(-1))
    )
    return degrees
