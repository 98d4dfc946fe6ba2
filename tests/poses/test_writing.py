"""Writers: what is written is read back."""

import json
from dataclasses import replace

import numpy as np
import pytest

from motions import WORLD, filmed, walker
from zedo_cli.errors import InputError
from zedo_cli.poses.container import Poses
from zedo_cli.poses.writing import open_poses, write_poses
from zedo_cli.skeletons import JOINTS


@pytest.fixture
def poses():
    generator = np.random.default_rng(0)
    uncertainty = generator.uniform(size=(3, 17)).astype(np.float32)
    uncertainty[1] = np.nan
    return Poses(
        poses_3d=generator.normal(size=(3, 17, 3)).astype(np.float32),
        hypotheses_3d=generator.normal(size=(3, 2, 17, 3)).astype(np.float32),
        translation=generator.normal(size=(3, 2, 3)).astype(np.float32),
        hypothesis_score=generator.normal(size=(3, 2)).astype(np.float32),
        uncertainty=uncertainty,
        reprojection_error=np.array([1, 2, 3], np.float32),
        frame=np.array([5, 6, 6]),
        person=np.array([0, 0, 1]),
        clip=np.zeros(3, np.int64),
        time=np.array([np.nan, 0.2, 0.2]),
        keypoints_2d=generator.uniform(0, 999, (3, 17, 2)).astype(np.float32),
        confidence=generator.uniform(size=(3, 17)).astype(np.float32),
        joint_names=JOINTS,
        intrinsics=np.eye(3, dtype=np.float32)[None].repeat(3, 0),
        swapped=np.array([[False] * 3, [False, True, False], [True] * 3]),
        meta={"seed": 0, "units": {"poses_3d": "metres"}},
    )


def test_several_clips_appended_to_one_output_stay_apart(poses, tmp_path):
    parts = [replace(poses, meta=poses.meta | {"inputs": [name]}) for name in ("one", "two")]
    with open_poses(tmp_path / "o.npz") as sink:
        for part in parts:
            sink.append(part)
    with np.load(tmp_path / "o.npz") as file:
        assert file["clip"].tolist() == [0, 0, 0, 1, 1, 1]
        assert json.loads(str(file["meta"]))["inputs"] == ["one", "two"]


def test_what_cannot_be_one_output_is_refused(poses, tmp_path):
    single = replace(
        poses,
        hypotheses_3d=poses.hypotheses_3d[:, :1],
        translation=poses.translation[:, :1],
        hypothesis_score=poses.hypothesis_score[:, :1],
    )
    with pytest.raises(InputError, match="differ in the number of hypotheses"):
        Poses.concatenate([poses, single])
    with pytest.raises(InputError, match="no poses to write"), open_poses(tmp_path / "o.npz"):
        pass
    with pytest.raises(InputError, match="poses: must be Poses"):
        write_poses(poses.poses_3d, tmp_path / "o.npz")
    assert not list(tmp_path.iterdir())


def test_npz(poses, tmp_path):
    write_poses(poses, tmp_path / "o.npz")
    with np.load(tmp_path / "o.npz", allow_pickle=False) as file:
        for name in (
            "poses_3d",
            "hypotheses_3d",
            "translation",
            "hypothesis_score",
            "uncertainty",
            "frame",
            "intrinsics",
        ):
            assert np.array_equal(file[name], getattr(poses, name), equal_nan=file[name].dtype.kind == "f")
        assert tuple(file["joint_names"]) == JOINTS
        assert json.loads(str(file["meta"])) == poses.meta


def test_json_is_strict_and_complete(poses, tmp_path):
    write_poses(poses, tmp_path / "o.json")
    document = json.loads((tmp_path / "o.json").read_text(), parse_constant=pytest.fail)
    assert document["meta"] == poses.meta
    assert document["poses"][2]["pose_3d"] == [
        pytest.approx(joint, abs=1e-5) for joint in poses.poses_3d[2].tolist()
    ]
    assert document["poses"][1]["uncertainty"] == [None] * 17
    assert [row["frame"] for row in document["poses"]] == [5, 6, 6]


def test_a_picture_is_drawn(poses, tmp_path):
    from matplotlib.image import imread

    write_poses(poses, tmp_path / "o.png")
    image = imread(tmp_path / "o.png")
    assert image.shape[0] > 500
    assert image[..., :3].std() > 0.02


def test_an_unknown_format_is_refused(poses, tmp_path):
    with pytest.raises(InputError, match=r"npz \(\.npz\), json \(\.json\)"):
        write_poses(poses, tmp_path / "o.fbx")


def test_a_vertical_that_may_be_wrong_gets_a_warning(tmp_path):
    for error, warned in ((7.0, False), (45.0, True)):
        world = replace(WORLD, vertical_error=error)
        written = write_poses(filmed(walker(), world=[world.as_dict()]), tmp_path / "a.csv", frame="world")
        warnings = [note for note in written.notes if note.code == "vertical-unsure"]
        assert bool(warnings) == warned
    assert "wrong by 45 degrees; give `camera_up`" in warnings[0].text
