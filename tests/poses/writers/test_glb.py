"""GLB, read by another reader: forward kinematics gives the positions back."""

import warnings
from pathlib import Path

import numpy as np
import pygltflib
import pytest
from scipy.spatial.transform import Rotation

import blender
from motions import FPS, filmed, walker
from zedo_cli.poses import rig
from zedo_cli.poses.frames import Y_UP_FACING
from zedo_cli.poses.writing import write_poses
from zedo_cli.skeletons import INDEX

AT = {bone.name: INDEX[bone.start] for bone in rig.BONES}
BONES_VARY = 0.002
"""Metres by which joints of the recordings move where their bones become constant."""


@pytest.fixture
def glb(tmp_path: Path) -> pygltflib.GLTF2:
    write_poses(filmed(walker(0), walker(1)), tmp_path / "two.glb")
    with warnings.catch_warnings(action="ignore"):
        return pygltflib.GLTF2().load(str(tmp_path / "two.glb"))


def array(document: pygltflib.GLTF2, index: int) -> np.ndarray:
    accessor = document.accessors[index]
    view = document.bufferViews[accessor.bufferView]
    columns = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor.type]
    kind = {5121: np.uint8, 5126: np.float32}[accessor.componentType]
    data = document.binary_blob()[view.byteOffset : view.byteOffset + view.byteLength]
    return np.frombuffer(data, kind).reshape(accessor.count, columns)


def test_glb_gives_the_positions_back(glb):
    (animation,) = glb.animations
    moved = {}
    for channel in animation.channels:
        sampler = animation.samplers[channel.sampler]
        moved[channel.target.node, channel.target.path] = array(glb, sampler.output)
        time = array(glb, sampler.input)[:, 0]
        np.testing.assert_allclose(time, np.arange(60) / FPS, atol=1e-5)
    parents = {child: row for row, node in enumerate(glb.nodes) for child in node.children or []}
    for number, person in enumerate((walker(0), walker(1))):
        truth = person @ Y_UP_FACING.T
        places, turns = {}, {}
        for row, node in enumerate(glb.nodes):
            prefix, _, name = node.name.partition(":")
            if prefix != f"person{number}" or not name:
                continue
            turn = Rotation.from_quat(moved[row, "rotation"])
            shift = moved.get((row, "translation"), np.array(node.translation)[None])
            if parents[row] in places:
                above = parents[row]
                places[row] = places[above] + turns[above].apply(np.broadcast_to(shift, (60, 3)).copy())
                turns[row] = turns[above] * turn
            else:
                places[row], turns[row] = shift, turn
            assert np.abs(places[row] - truth[:, AT[name]]).max() < BONES_VARY, name


def test_the_mesh_lies_on_the_bones_at_rest(glb):
    primitive = glb.meshes[0].primitives[0]
    corners, joints = (array(glb, getattr(primitive.attributes, name)) for name in ("POSITION", "JOINTS_0"))
    inverse = array(glb, glb.skins[0].inverseBindMatrices).reshape(-1, 4, 4)
    local = corners + inverse[joints[:, 0], 3, :3]  # relative to the joint that moves them
    assert np.abs(local).max() < 0.6
    assert corners[:, 1].min() < -0.7  # feet are below the pelvis
    assert glb.asset.generator.startswith("zedo ")
    assert glb.asset.extras["zedo"]["zedo"] == "test"


@pytest.mark.filterwarnings("ignore")
def test_blender_finds_the_positions(glb, tmp_path):
    program = blender.imported(tmp_path / "two.glb")
    for frame in (0, 30, 59):
        found = blender.heads(program, frame)
        assert len(found) == 2
        for bones, person in zip(found, (walker(0), walker(1)), strict=True):
            for name, joint in AT.items():
                assert np.linalg.norm(bones[name] - person[frame, joint]) < 2 * BONES_VARY, name
