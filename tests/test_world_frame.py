"""The world frame of clips: of calibrations, and estimated from people."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motions import WORLD, walker
from zedo_cli.cameras.container import Camera
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.poses.frames import World
from zedo_cli.tracks import Tracks
from zedo_cli.world_frame import worlds_of

K = np.array([[1000.0, 0, 960], [0, 1000, 540], [0, 0, 1]])


def world_of(person, up=None, camera=None):
    points = WORLD.to_camera(person)
    people = Keypoints.from_arrays(points[..., :2], skeleton="h36m17", clip=np.zeros(len(points)))
    (frame,) = worlds_of(people, points, Tracks.of(people), up, [camera])
    return frame


def test_the_floor_and_the_vertical_of_people_who_walk():
    angles, floors = [], []
    for number in range(12):
        frame = world_of(walker(number, 90))
        if frame.source != "estimated":  # a person who bends
            continue
        angles.append(np.degrees(np.arccos(frame.up @ WORLD.up)))
        floors.append(frame.to_world(WORLD.to_camera(walker(number, 90)))[:, [3, 6], 2].min(1))
    assert len(angles) >= 6
    assert np.median(angles) < 8
    assert np.median(np.concatenate(floors)) == pytest.approx(0.08, abs=0.04)


def test_people_who_do_not_stay_upright_tell_no_vertical():
    """It would be tens of degrees off."""
    poses = walker(0, 90)
    middle = poses[:, :1].copy()
    turns = Rotation.from_euler("x", np.linspace(0, 150, 90)[:, None], degrees=True).as_matrix()
    rolling = (poses - middle) @ turns.transpose(0, 2, 1) + middle
    assert world_of(rolling).source == "level camera assumed"


def test_a_given_vertical_is_taken():
    frame = world_of(walker(), up=WORLD.up)
    np.testing.assert_allclose(frame.rotation, WORLD.rotation, atol=1e-9)
    assert frame.source == "vertical given"
    assert frame.translation[2] == pytest.approx(WORLD.translation[2], abs=0.06)


@pytest.mark.parametrize("turn", [[0, 0, 0], [90, 0, 0], [0, 90, 0], [180, 0, 0]])
def test_a_calibration_gives_its_own_frame_with_the_upward_axis_as_z(turn):
    """Calibrations have Z up, Y up, Y down, ...: people say which."""
    other = Rotation.from_euler("xyz", turn, degrees=True).as_matrix()
    rotation = WORLD.rotation.T @ other  # from the calibration's world to the camera
    camera = Camera("c", K, rotation=rotation, translation=-WORLD.rotation.T @ WORLD.translation)
    frame = world_of(walker(), camera=camera)
    assert frame.source == "calibration"
    person = frame.to_world(WORLD.to_camera(walker()))
    np.testing.assert_allclose(person[..., 2], walker()[..., 2], atol=1e-6)
    if turn == [0, 0, 0]:
        np.testing.assert_allclose(person, walker(), atol=1e-6)


def test_a_calibration_without_an_upward_axis_is_not_taken():
    tilted = Rotation.from_euler("xyz", [50, 40, 0], degrees=True).as_matrix()
    camera = Camera("c", K, rotation=WORLD.rotation.T @ tilted, translation=np.zeros(3))
    assert world_of(walker(), camera=camera).source in ("estimated", "calibration")
    given = world_of(walker(), up=WORLD.up, camera=camera)
    assert abs(given.up @ WORLD.up) > np.cos(np.radians(30))


def test_a_single_frame_assumes_a_level_camera():
    frame = world_of(walker(frames=2)[:1])
    assert frame.source == "level camera assumed"
    np.testing.assert_allclose(frame.up, [0, -1, 0])


def test_the_frame_states_how_sure_it_is():
    frame = world_of(walker())
    assert frame.source == "estimated"
    assert frame.vertical_error == 7
    assert 0.2 < frame.floor_error < 0.6  # at 2 to 4 m
    given = world_of(walker(), up=WORLD.up)
    assert given.vertical_error is None
    assert 0.05 <= given.floor_error < 0.2
    assert world_of(walker(0, 3)).vertical_error is None
    assert World.from_dict(frame.as_dict()).as_dict() == frame.as_dict()
    old = {name: part for name, part in frame.as_dict().items() if name != "uncertainty"}
    assert World.from_dict(old).vertical_error is None


def test_a_person_who_lies_all_the_time_tells_no_sure_vertical():
    """Nothing tells such a person from one who stands before a tilted camera."""
    poses = walker(0, 30)
    middle = poses[:, :1].copy()
    lying = (poses - middle) @ Rotation.from_euler("x", 90, degrees=True).as_matrix().T + middle
    frame = world_of(lying)
    assert frame.source == "estimated"
    assert frame.vertical_error == 45
    assert frame.floor_error > 1
