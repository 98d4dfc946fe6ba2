"""Joint angles of poses whose angles are known."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motions import walker
from places import people
from zedo_cli.poses.angles import FACTORS, angle_uncertainty, joint_angles, unwrapped
from zedo_cli.skeletons import INDEX

STANDING = np.repeat(people(1) * 0 + people(1).round(2), 1, axis=0)


def standing() -> np.ndarray:
    """Upright, facing -Y, arms and legs straight down, exactly. World frame, `[1, 17, 3]`."""
    pose = people(1).copy()
    for side, x in (("right", -0.12), ("left", 0.12)):
        for part, z in (("hip", 0.0), ("knee", -0.45), ("ankle", -0.9)):
            pose[0, INDEX[f"{side}_{part}"]] = x, 0, z
        for part, z in (("shoulder", 0.5), ("elbow", 0.2), ("wrist", -0.05)):
            pose[0, INDEX[f"{side}_{part}"]] = 1.4 * x, 0, z
    for name, z in (("pelvis", 0.0), ("spine", 0.24), ("thorax", 0.5)):
        pose[0, INDEX[name]] = 0, 0, z
    return pose


def turned(
    pose: np.ndarray, joints: list[str], about: str, axis: tuple[float, ...], degrees: float
) -> np.ndarray:
    """Joints turned about an axis through another joint."""
    moved = pose.copy()
    centre = pose[0, INDEX[about]]
    turn = Rotation.from_rotvec(np.radians(degrees) * np.array(axis, float))
    for joint in joints:
        moved[0, INDEX[joint]] = centre + turn.apply(pose[0, INDEX[joint]] - centre)
    return moved


def test_standing_is_zero():
    angles = joint_angles(standing())
    for name, angle in angles.items():
        if name not in (
            "pelvis_rotation",
            "hip_rotation_r",
            "hip_rotation_l",
            "shoulder_plane_r",
            "shoulder_plane_l",
        ):
            assert angle[0] == pytest.approx(0, abs=1e-6), name
    assert np.isnan(angles["hip_rotation_r"][0])  # its knee is straight
    assert np.isnan(angles["shoulder_plane_l"][0])  # its arm hangs


RIGHT = (-1, 0, 0)
"""To the right of a person who faces -Y."""
FORWARD = (0, -1, 0)


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize(
    ("joints", "about", "axis", "expected"),
    [
        (("knee", "ankle"), "hip", RIGHT, {"hip_flexion": 30, "hip_adduction": 0, "knee_angle": 0}),
        (
            ("ankle",),
            "knee",
            tuple(-np.array(RIGHT)),
            {"knee_angle": 30, "hip_flexion": 0, "hip_rotation": 0},
        ),
        (("elbow", "wrist"), "shoulder", RIGHT, {"shoulder_elevation": 30, "shoulder_plane": 90}),
        (("wrist",), "elbow", RIGHT, {"elbow_flex": 30, "shoulder_elevation": 0}),
    ],
)
def test_flexion(side, joints, about, axis, expected):
    pose = turned(standing(), [f"{side}_{joint}" for joint in joints], f"{side}_{about}", axis, 30)
    angles = joint_angles(pose)
    for name, degrees in expected.items():
        assert angles[f"{name}_{side[0]}"][0] == pytest.approx(degrees, abs=1e-5), name


@pytest.mark.parametrize(("side", "sign"), [("right", 1), ("left", -1)])
def test_adduction_and_abduction(side, sign):
    """Towards the middle is positive on both sides; an arm lifted sideways has plane 0."""
    leg = turned(standing(), [f"{side}_knee", f"{side}_ankle"], f"{side}_hip", FORWARD, sign * 20)
    assert joint_angles(leg)[f"hip_adduction_{side[0]}"][0] == pytest.approx(20, abs=1e-5)
    arm = turned(standing(), [f"{side}_elbow", f"{side}_wrist"], f"{side}_shoulder", FORWARD, -sign * 60)
    angles = joint_angles(arm)
    assert angles[f"shoulder_elevation_{side[0]}"][0] == pytest.approx(60, abs=1e-5)
    assert angles[f"shoulder_plane_{side[0]}"][0] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(("side", "sign"), [("right", 1), ("left", -1)])
def test_internal_rotation_is_positive(side, sign):
    """A knee bent by 90 degrees whose ankle points outwards: the hip is rotated inwards."""
    pose = turned(standing(), [f"{side}_ankle"], f"{side}_knee", tuple(-np.array(RIGHT)), 90)
    pose = turned(pose, [f"{side}_ankle"], f"{side}_knee", (0, 0, 1), sign * 25)
    assert joint_angles(pose)[f"hip_rotation_{side[0]}"][0] == pytest.approx(25, abs=1e-5)


def test_the_trunk():
    above = [
        "thorax",
        "nose",
        "head_top",
        *(f"{s}_{p}" for s in ("left", "right") for p in ("shoulder", "elbow", "wrist")),
    ]
    forward = joint_angles(turned(standing(), above, "spine", RIGHT, -20))
    assert forward["lumbar_extension"][0] == pytest.approx(-20, abs=1e-5)  # flexed
    twisted = joint_angles(turned(standing(), above, "spine", (0, 0, 1), 15))
    assert twisted["lumbar_rotation"][0] == pytest.approx(15, abs=1e-5)


def test_uncertainty_is_that_of_joints_that_err_independently():
    points = walker(frames=4)
    sd = np.full((4, 17), 0.01)
    stated = angle_uncertainty(points, sd)
    generator = np.random.default_rng(0)
    draws = np.repeat(points, 2000, axis=0)
    noise = generator.normal(scale=0.01 / np.sqrt(3), size=draws.shape)
    noise[:, 0] = 0
    angles = {name: a.reshape(4, 2000) for name, a in joint_angles(draws + noise).items()}
    for name in ("hip_flexion_r", "knee_angle_l", "lumbar_bending", "pelvis_tilt", "elbow_flex_r"):
        factor = FACTORS[name.removesuffix("_r").removesuffix("_l")]
        np.testing.assert_allclose(stated[name], factor * angles[name].std(1), rtol=0.15, err_msg=name)


def test_angles_do_not_jump():
    assert unwrapped(np.array([170.0, np.nan, -170.0, -160.0])).tolist()[2:] == [190, 200]
