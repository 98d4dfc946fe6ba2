"""World frames: there and back, and where the floor and the axes are."""

import numpy as np
import pytest

from motions import WORLD, filmed, walker
from zedo_cli.errors import InputError
from zedo_cli.poses.frames import (
    Y_UP_FACING,
    Y_UP_FORWARD,
    World,
    aligned,
    in_camera,
    in_world,
    upright,
    worlds,
)


def test_to_the_world_and_back():
    person = walker()
    poses = filmed(person)
    world = in_world(poses)
    np.testing.assert_allclose(world.poses_3d, person, atol=1e-5)
    np.testing.assert_allclose(in_camera(world).poses_3d, poses.poses_3d, atol=1e-5)
    np.testing.assert_allclose(world.hypotheses_3d[:, 0], world.poses_3d)
    assert world.meta["frame"] == "world: Z up"
    assert in_camera(poses) is poses


def test_the_first_person_starts_at_the_origin():
    poses = filmed(walker(0), walker(1))
    world = in_world(poses, origin=True)
    np.testing.assert_allclose(world.poses_3d[0, 0, :2], 0, atol=1e-6)
    assert world.poses_3d[0, 0, 2] == pytest.approx(in_world(poses).poses_3d[0, 0, 2], abs=1e-5)
    np.testing.assert_allclose(in_camera(world).poses_3d, poses.poses_3d, atol=1e-5)


@pytest.mark.parametrize(
    "turn", [Y_UP_FACING, Y_UP_FORWARD, *(aligned(a, s) for a in range(3) for s in (1, -1))]
)
def test_changes_of_axes_are_rotations(turn):
    np.testing.assert_allclose(turn @ turn.T, np.eye(3))
    assert np.linalg.det(turn) == pytest.approx(1)


@pytest.mark.parametrize(("axis", "sign"), [(a, s) for a in range(3) for s in (1, -1)])
def test_the_upward_axis_becomes_z(axis, sign):
    np.testing.assert_allclose(aligned(axis, sign) @ (sign * np.eye(3)[axis]), [0, 0, 1])


@pytest.mark.parametrize("up", [(0, -1, 0), (0.3, -0.9, 0.1), (0, 0, 1), (0, 0, -1), (1, 0, 0)])
def test_upright_is_a_rotation_with_x_to_the_right(up):
    up = np.array(up, float) / np.linalg.norm(up)
    turn = upright(up)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)
    np.testing.assert_allclose(turn @ up, [0, 0, 1], atol=1e-12)
    if up[1] < -0.5:  # the camera is not on its side: what is to the right in the image is on the right
        assert (turn @ [1, 0, 0])[0] > 0.5
        assert (turn @ [0, 0, 1])[1] > 0.5


def test_frames_survive_json():
    again = World.from_dict(WORLD.as_dict())
    np.testing.assert_allclose(again.rotation, WORLD.rotation, atol=1e-6)
    np.testing.assert_allclose(again.up, WORLD.up, atol=1e-6)


@pytest.mark.parametrize(
    "about",
    [{}, {"rotation": [[1, 2], [3, 4]], "translation": [0, 0, 0], "source": "x"}, {"rotation": 5}],
)
def test_what_is_no_frame_is_refused(about):
    with pytest.raises(InputError, match="world: must have"):
        World.from_dict(about)


def test_poses_without_frames_say_so():
    with pytest.raises(InputError, match="do not say where their world frame is; lift"):
        worlds(filmed(walker(), world=None))
