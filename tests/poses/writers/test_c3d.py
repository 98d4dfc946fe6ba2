"""C3D, read by another reader."""

import ezc3d
import numpy as np
import pytest

from motions import FPS, filmed, walker
from zedo_cli.poses.writing import write_poses

pytestmark = pytest.mark.filterwarnings("ignore")  # of the readers


def test_c3d(tmp_path):
    people = walker(0, 30), walker(1, 30)
    write_poses(filmed(*people), tmp_path / "two.c3d")
    file = ezc3d.c3d(str(tmp_path / "two.c3d"))
    point = file["parameters"]["POINT"]
    assert (point["RATE"]["value"][0], point["UNITS"]["value"]) == (FPS, ["mm"])
    assert point["LABELS"]["value"][0] == "person0:Hip"
    assert point["LABELS"]["value"][17] == "person1:Hip"
    points = file["data"]["points"][:3].transpose(2, 1, 0) / 1000
    np.testing.assert_allclose(points, np.concatenate(people, axis=1), atol=1e-4)
    np.testing.assert_allclose(file["data"]["meta_points"]["residuals"], 50, atol=1)


def test_c3d_marks_frames_without_the_person(tmp_path):
    frames = np.delete(np.arange(31), 10) + 3
    write_poses(filmed(walker(frames=30), frames=frames), tmp_path / "o.c3d")
    file = ezc3d.c3d(str(tmp_path / "o.c3d"))
    residuals = file["data"]["meta_points"]["residuals"][0]
    assert (residuals[:, 10] < 0).all()
    assert (np.delete(residuals, 10, axis=1) >= 0).all()
    assert file["header"]["points"]["first_frame"] == 3
