"""EMDB: SMPL's parameters in the world and a moving camera; the joints come from the user's body model."""

import numpy as np
import pytest

from scenes import assert_reprojects
from smpl_files import turns, write_emdb, write_model
from zedo_cli.datasets.emdb import load
from zedo_cli.datasets.smpl import BodyModel
from zedo_cli.errors import InputError
from zedo_cli.skeletons import LIMBS

PARENTS_24 = (0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)


@pytest.fixture
def root(tmp_path):
    """Models of two genders that differ in nothing, so that one function gives the joints of all."""
    models = [write_model(tmp_path / "smpl" / f"SMPL_{g}.npz") for g in ("NEUTRAL", "FEMALE")]
    model = BodyModel(*models[0], PARENTS_24)

    def joints(pose, shape, places):
        return model.joints(pose, np.tile(shape, (len(pose), 1)), places)

    return tmp_path, joints


def test_sequences_of_emdb_1_with_their_good_frames(root):
    folder, joints = root
    write_emdb(folder, joints)
    data = load(folder)
    assert len(data) == 17 * 7
    assert len(set(data.sequence)) == 17
    assert 2 not in data.keypoints.frame
    assert data.joints == LIMBS
    assert not data.by_group
    assert_reprojects(data)
    assert {note.code for note in data.notes} == {"joints-scored"}
    rows = data.sequence == "P3 03_walk"
    kept = np.arange(8) != 2
    places = np.tile([0.3, 0, 1.0], (8, 1))
    world = joints(turns(8, 3), 0.5 * np.ones(10), places)[kept]
    # distances do not change with the camera: right ankle to right wrist
    ours = np.linalg.norm(data.truth[rows, 3] - data.truth[rows, 16], axis=-1)
    assert ours == pytest.approx(np.linalg.norm(world[:, 8] - world[:, 21], axis=-1))


def test_another_body_model_gets_a_warning(root):
    folder, joints = root
    write_emdb(folder, joints)
    write_model(folder / "smpl/SMPL_FEMALE.npz", seed=5)
    with np.load(folder / "smpl/SMPL_FEMALE.npz") as file:
        arrays = dict(file)
    np.savez(folder / "smpl/SMPL_FEMALE.npz", **arrays | {"v_template": 1.1 * arrays["v_template"]})
    texts = [note.text for note in load(folder).notes if note.code == "implausible-data"]
    assert len(texts) == 8
    assert "is it the SMPL model of that gender?" in texts[0]


def test_fewer_sequences_are_refused_or_said(root):
    folder, joints = root
    write_emdb(folder, joints, sequences=4)
    with pytest.raises(InputError, match="4 of the 17 sequences of EMDB 1 are there"):
        load(folder)
    assert "sequences-missing" in {note.code for note in load(folder, allow_missing=True).notes}


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"gender": "unknown"}, "gender is 'unknown'; it must be one of neutral, male, female"),
        ({"gender": "male"}, "body model SMPL_MALE.npz is not there"),
        ({"smpl": None}, "must have gender, smpl, camera"),
        ({"smpl": {}}, "must have gender, smpl, camera"),
        ({"kp2d": np.zeros((8, 17, 2))}, r"kp2d: must be an array \[8, 24, 2\]"),
        ({"good_frames_mask": np.ones(3)}, r"good_frames_mask: must be an array \[8\]"),
    ],
)
def test_other_content_is_refused(root, changed, match):
    folder, joints = root
    write_emdb(folder, joints, **changed)
    with pytest.raises(InputError, match=match):
        load(folder)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no EMDB; looked for P0/\*/P0_\*_data.pkl"):
        load(tmp_path)
