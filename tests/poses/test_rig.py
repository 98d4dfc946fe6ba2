"""The rig: forward kinematics of its rotations, turns of bones, rest pose."""

import numpy as np
import pytest

from motions import walker
from zedo_cli.poses import rig
from zedo_cli.poses.frames import Y_UP_FACING
from zedo_cli.skeletons import INDEX

AT = {bone.name: INDEX[bone.start] for bone in rig.BONES}


def rigid(points: np.ndarray) -> np.ndarray:
    """The same directions with the median length of every bone."""
    return rig.forward(points[:, 0], rig.local_rotations(rig.orientations(points)), rig.offsets(points))


@pytest.mark.parametrize("number", range(8))
def test_positions_come_back(number):
    points = walker(number) @ Y_UP_FACING.T
    places = rigid(points)
    for row, bone in enumerate(rig.BONES):
        error = np.linalg.norm(places[:, row] - points[:, AT[bone.name]], axis=-1)
        assert error.max() < 0.002, bone.name  # the bones of recordings are constant within 0.2 %


def test_orientations_are_rotations():
    turns = rig.orientations(walker() @ Y_UP_FACING.T)
    np.testing.assert_allclose(
        turns @ np.swapaxes(turns, -1, -2), np.broadcast_to(np.eye(3), turns.shape), atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(turns), 1, atol=1e-9)


def test_the_rest_pose_has_no_rotations():
    points = walker(frames=2) @ Y_UP_FACING.T
    still = np.broadcast_to(np.eye(3), (1, len(rig.BONES), 3, 3))
    places = rig.forward(np.zeros((1, 3)), still, rig.offsets(points))
    rest = np.zeros((1, 17, 3))
    for row, bone in enumerate(rig.BONES):
        rest[:, AT[bone.name]] = places[:, row]
    np.testing.assert_allclose(rig.orientations(rest), still, atol=1e-9)
    assert rest[0, INDEX["left_wrist"], 0] > 0.5
    assert rest[0, INDEX["left_ankle"], 1] < -0.5


def test_a_bent_knee_turns_about_one_axis():
    """Thigh and shin share the axis of the knee, so the knee only flexes."""
    points = np.repeat(walker(frames=1) @ Y_UP_FACING.T, 8, axis=0)
    knee, shin = points[0, INDEX["left_knee"]], 0.4
    hips = points[0, INDEX["left_hip"]] - points[0, INDEX["right_hip"]]
    out = hips / np.linalg.norm(hips)
    down = np.cross(out, np.cross([0.0, -1, 0], out))
    down /= np.linalg.norm(down)
    back = np.cross(down, out)
    for frame, angle in enumerate(np.radians(np.linspace(25, 130, 8))):
        points[frame, INDEX["left_hip"]] = knee - 0.4 * down
        points[frame, INDEX["left_ankle"]] = knee + shin * (np.cos(angle) * down - np.sin(angle) * back)
    local = rig.local_rotations(rig.orientations(points))[:, rig.NAMES.index("LeftLeg")]
    np.testing.assert_allclose(local[:, :, 0], np.broadcast_to([1, 0, 0], (8, 3)), atol=1e-6)


def test_a_leg_that_straightens_does_not_spin():
    """Small noise on a straight leg turns its thigh by little."""
    points = np.repeat(walker(frames=1) @ Y_UP_FACING.T, 50, axis=0)
    hip, ankle = points[0, INDEX["left_hip"]], points[0, INDEX["left_ankle"]]
    noise = 0.005 * np.random.default_rng(0).normal(size=(50, 3))
    points[:, INDEX["left_knee"]] = (hip + ankle) / 2 + noise
    turns = rig.orientations(points)[:, rig.NAMES.index("LeftUpLeg")]
    cosine = (np.trace(turns @ turns[0].T, axis1=1, axis2=2) - 1) / 2
    assert np.degrees(np.arccos(cosine.clip(-1, 1))).max() < 10


def test_joints_on_one_point_have_rotations():
    turns = rig.orientations(np.zeros((1, 17, 3)))
    assert np.isfinite(turns).all()
