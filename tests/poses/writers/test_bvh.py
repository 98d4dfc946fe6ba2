"""BVH, read by other people's readers: forward kinematics gives the positions back."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from pybvh import read_bvh_file

import blender
from motions import FPS, filmed, walker
from zedo_cli.mocap.bvh import read as read_motion
from zedo_cli.poses import rig
from zedo_cli.poses.frames import Y_UP_FACING
from zedo_cli.poses.writing import write_poses
from zedo_cli.skeletons import INDEX

AT = {bone.name: INDEX[bone.start] for bone in rig.BONES}
BONES_VARY = 0.002
"""Metres by which joints of the recordings move where their bones become constant."""


@pytest.fixture
def bvh(tmp_path: Path) -> Path:
    write_poses(filmed(walker()), tmp_path / "walk.bvh")
    return tmp_path / "walk.bvh"


def test_bvhio_finds_the_positions(bvh):
    with warnings.catch_warnings(action="ignore"):
        import bvhio
    root = bvhio.readAsHierarchy(str(bvh))
    truth = walker() @ Y_UP_FACING.T
    for frame in (0, 7, 59):
        root.loadPose(frame)
        for joint, _, _ in root.layout():
            if joint.Name in AT:
                place = np.array(joint.PositionWorld) / 100
                assert np.linalg.norm(place - truth[frame, AT[joint.Name]]) < 2 * BONES_VARY, joint.Name


def test_pybvh_finds_the_positions(bvh):
    motion = read_bvh_file(str(bvh))
    assert motion.frame_time == pytest.approx(1 / FPS, rel=1e-6)
    truth = walker() @ Y_UP_FACING.T
    places = np.asarray(motion.joint_positions()) / 100
    names = list(motion.joint_names)
    assert set(names) == set(AT)
    assert motion.world_up == "+y"
    for name, joint in AT.items():
        error = np.linalg.norm(places[:, names.index(name)] - truth[:, joint], axis=-1)
        assert error.max() < 2 * BONES_VARY, name


def test_our_own_reader_takes_it_as_motion_capture(bvh):
    (motion,) = read_motion(bvh)
    truth = walker()[::3]  # recordings are thinned to 10 frames/s
    ours = motion.poses[: len(truth)]
    assert len(motion.poses) == len(truth)
    limbs = [
        INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("knee", "ankle", "elbow", "wrist")
    ]
    # the reader turns Y up back to Z up, its own way about the vertical
    lengths = np.linalg.norm(ours[:, limbs], axis=-1)
    np.testing.assert_allclose(lengths, np.linalg.norm(truth[:, limbs] - truth[:, :1], axis=-1), atol=0.01)


def test_gaps_are_filled_and_said(tmp_path):
    frames = np.delete(np.arange(61), 20)
    written = write_poses(filmed(walker(), frames=frames), tmp_path / "gap.bvh")
    assert "1 frames without the person are filled" in written.notes[-1].text
    assert "Frames: 61\n" in (tmp_path / "gap.bvh").read_text()


def test_people_and_clips_are_files_of_their_own(tmp_path):
    poses = filmed(walker(0), walker(1), walker(2), clip=np.repeat([0, 0, 1], 60))
    written = write_poses(poses, tmp_path / "o.bvh")
    names = [path.name for path in written.paths]
    assert names == ["o_film0_person0.bvh", "o_film0_person1.bvh", "o_film1_person2.bvh"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


@pytest.mark.filterwarnings("ignore")
def test_blender_finds_the_positions(bvh):
    program = blender.imported(bvh)
    for frame in (0, 30, 59):
        (bones,) = blender.heads(program, frame + 1)  # it puts the first frame at 1
        for name, joint in AT.items():
            assert np.linalg.norm(bones[name] - walker()[frame, joint]) < 2 * BONES_VARY, name
