"""Joints of body models: against a chain of 4x4 matrices, and by what must not change."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from smpl_files import PARENTS, turns, write_model
from zedo_cli.datasets.smpl import LIMB_JOINTS, limbs, read_body_model
from zedo_cli.errors import InputError
from zedo_cli.skeletons import INDEX


def chained(rest, pose, place):
    """World joints of one frame by homogeneous matrices."""
    matrices = []
    for joint, parent in enumerate(PARENTS[:22]):
        own = np.eye(4)
        own[:3, :3] = Rotation.from_rotvec(pose[joint]).as_matrix()
        own[:3, 3] = rest[joint] - (rest[parent] if joint else 0)
        matrices.append(matrices[parent] @ own if joint else own)
    return np.array([matrix[:3, 3] for matrix in matrices]) + place


@pytest.mark.parametrize(("kind", "joints"), [("SMPL", 24), ("SMPLX", 27)])
def test_joints_are_those_of_a_chain_of_matrices(tmp_path, kind, joints):
    rest, shapes = write_model(tmp_path / kind.lower() / f"{kind}_MALE.npz", joints)
    model = read_body_model(tmp_path, kind, "male")
    pose, shape = turns(5, 0)[:, :22], np.random.default_rng(1).normal(size=(5, 10))
    places = np.arange(15.0).reshape(5, 3)
    found = model.joints(pose, shape, places)
    for frame in range(5):
        shaped = (rest + shapes @ shape[frame])[:22]
        assert found[frame] == pytest.approx(chained(shaped, pose[frame], places[frame]), abs=1e-9)


def test_bones_keep_their_lengths_and_the_shape_changes_them(tmp_path):
    write_model(tmp_path / "SMPL_NEUTRAL.npz")
    model = read_body_model(tmp_path, "SMPL", "neutral")

    def bones(joints):
        return np.linalg.norm(joints - joints[:, model.parents], axis=-1)

    still = model.joints(np.zeros((4, 22, 3)), np.zeros((4, 10)), np.zeros((4, 3)))
    moved = model.joints(turns(4, 3)[:, :22], np.zeros((4, 10)), np.ones((4, 3)))
    assert bones(moved) == pytest.approx(bones(still), abs=1e-9)
    taller = model.joints(np.zeros((4, 22, 3)), np.ones((4, 10)), np.zeros((4, 3)))
    assert np.abs(bones(taller) - bones(still)).max() > 0.01


def test_left_of_the_model_is_left_of_ours(tmp_path):
    rest, _ = write_model(tmp_path / "SMPL_NEUTRAL.npz")
    ours = limbs(rest[None, :22])[0]
    for part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"):
        # the models look along z and have x to their left
        assert ours[INDEX[f"left_{part}"], 0] > 0 > ours[INDEX[f"right_{part}"], 0]
    assert ours[0] == pytest.approx((ours[1] + ours[4]) / 2)
    assert np.isnan(ours[[7, 8, 9, 10]]).all()
    assert len(LIMB_JOINTS) == 12


def test_a_model_that_is_not_there_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"SMPL_FEMALE.npz is not there; .*J_regressor, v_template"):
        read_body_model(tmp_path, "SMPL", "female")


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"J_regressor": np.zeros((24, 7))}, r"J_regressor: must be an array \[N, 48\]"),
        ({"J_regressor": np.zeros((9, 48))}, "is no model of 22 joints"),
        ({"shapedirs": np.zeros((48, 3, 4))}, "is no model of 22 joints in a tree and 10 shapes"),
        ({"kintree_table": np.full((2, 24), 23)}, "in a tree"),
        ({"kintree_table": np.full((2, 24), 0.5)}, "must hold integers"),
    ],
)
def test_another_file_is_refused(tmp_path, changed, match):
    path = tmp_path / "SMPL_MALE.npz"
    write_model(path)
    with np.load(path) as file:
        arrays = dict(file) | changed
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=match):
        read_body_model(tmp_path, "SMPL", "male")
