"""Motion capture from files: written here in each format from known joint angles, and read back."""

import io
import pickle
from contextlib import suppress

import numpy as np
import pytest

from mocap_files import ASF, BONES, acclaim, bvh
from places import STANDING, people
from zedo_cli.errors import InputError
from zedo_cli.mocap.container import SAME_POSE, resampled, y_to_z_up
from zedo_cli.mocap.h36m import KEPT
from zedo_cli.mocap.reading import read_motions
from zedo_cli.skeletons import JOINTS, PARENTS


def expected(positions):
    """The 17 joints of `BONES`, in metres with Z up, pelvis at the origin."""
    index = {name: i for i, (name, *_) in enumerate(BONES)}
    right, left = positions[:, index["RightUpLeg"]], positions[:, index["LeftUpLeg"]]
    shoulders = positions[:, index["LeftArm"]], positions[:, index["RightArm"]]
    names = ["RightLeg", "RightFoot", "LeftUpLeg", "LeftLeg", "LeftFoot", "Spine"]
    arms = ["LeftArm", "LeftForeArm", "LeftHand", "RightArm", "RightForeArm", "RightHand"]
    columns = [(right + left) / 2, right, *(positions[:, index[name]] for name in names), sum(shoulders) / 2]
    columns += [positions[:, index["Head"]], positions[:, -1], *(positions[:, index[name]] for name in arms)]
    joints = np.stack(columns, axis=1) / 100
    joints = joints - joints[:, :1]
    return np.stack([joints[..., 0], -joints[..., 2], joints[..., 1]], axis=-1)


@pytest.mark.parametrize("scale", [1.0, 10.0, 0.01, 1 / 2.54, 1 / 5.6444])
def test_bvh(tmp_path, scale):
    """Whatever the unit, metres come out, with Z up and the right joints."""
    text, positions = bvh(scale=scale)
    (tmp_path / "walk.bvh").write_text(text)
    (read,), notes = read_motions([tmp_path / "walk.bvh"])
    assert notes == []
    assert np.abs(read.poses - expected(positions / scale)).max() < 1e-4
    assert set(read.subjects) == {"walk"}


@pytest.mark.parametrize(("prefix", "order"), [("mixamorig:", "XYZ"), ("", "YXZ")])
def test_bvh_prefixes_and_rotation_orders(tmp_path, prefix, order):
    text, positions = bvh(prefix=prefix, order=order)
    (tmp_path / "walk.bvh").write_text(text)
    (read,), _ = read_motions([tmp_path / "walk.bvh"])
    assert np.abs(read.poses - expected(positions)).max() < 1e-4


def test_recordings_are_thinned(tmp_path):
    text, positions = bvh(frames=24, frame_time=1 / 120)
    (tmp_path / "walk.bvh").write_text(text)
    (read,), _ = read_motions([tmp_path / "walk.bvh"])
    assert np.abs(read.poses - expected(positions[::12])).max() < 1e-4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.split("MOTION")[0], "has no MOTION section"),
        (lambda text: text[: text.rindex(" ")] + "\n", "has 56 numbers; it must have 57"),
        (
            lambda text: text.replace("OFFSET -11.0 0.0 0.0", "OFFSET -11.0 0.0"),
            "line 8: has 2 numbers; it must have 3",
        ),
        (lambda text: text.replace("Zrotation", "Wrotation", 1), "channel wrotation is unknown"),
        (lambda text: text.replace("RightUpLeg", "Bone7"), "no joint is recognised as the right hip"),
        (lambda text: text.replace("Frame Time: 0.1", "Frame Time: 0"), "no frame time"),
        (lambda text: "", "has no MOTION section"),
    ],
)
def test_bad_bvh(tmp_path, change, message):
    (tmp_path / "walk.bvh").write_text(change(bvh()[0]))
    with pytest.raises(InputError, match=r"walk\.bvh") as error:
        read_motions([tmp_path / "walk.bvh"])
    assert message in str(error.value)


def test_asf_amc(tmp_path):
    asf, amc, ends = acclaim()
    (tmp_path / "13.asf").write_text(asf)
    (tmp_path / "13_29.amc").write_text(amc)
    (read,), _ = read_motions([tmp_path / "13_29.amc"])
    index = {row[0]: i for i, row in enumerate(ASF)}
    want = ends[::12] / 100
    want = np.stack([want[..., 0], -want[..., 2], want[..., 1]], axis=-1)
    pelvis = (want[:, index["lhipjoint"]] + want[:, index["rhipjoint"]]) / 2
    for joint, bone in (
        ("left_hip", "lhipjoint"),
        ("right_knee", "rfemur"),
        ("left_ankle", "ltibia"),
        ("spine", "lowerback"),
    ):
        assert np.abs(read.poses[:, JOINTS.index(joint)] - (want[:, index[bone]] - pelvis)).max() < 1e-4
    for joint, bone in (
        ("right_shoulder", "rclavicle"),
        ("left_elbow", "lhumerus"),
        ("right_wrist", "rradius"),
    ):
        assert np.abs(read.poses[:, JOINTS.index(joint)] - (want[:, index[bone]] - pelvis)).max() < 1e-4
    assert np.abs(read.poses[:, JOINTS.index("head_top")] - (want[:, index["head"]] - pelvis)).max() < 1e-4
    assert set(read.subjects) == {"13"}


@pytest.mark.parametrize(
    ("asf", "amc", "message"),
    [
        (lambda s: "", lambda s: s, "13.asf: has no :hierarchy"),
        (
            lambda s: s.replace("    length 1.9488", "    long 1.9488", 1),
            lambda s: s,
            "lacks name, direction, length or axis",
        ),
        (lambda s: s, lambda s: s.replace("rtibia", "tail"), "bone tail is not in the skeleton"),
        (lambda s: s, lambda s: s.replace("lowerback ", "lowerback 1 ", 1), "has 4 numbers; it must have 3"),
        (lambda s: s, lambda s: "", "has no frames"),
        (lambda s: s.replace("length 0.45", "length 450"), lambda s: s, "poses must be in metres"),
    ],
)
def test_bad_asf_amc(tmp_path, asf, amc, message):
    good_asf, good_amc, _ = acclaim(3)
    (tmp_path / "13.asf").write_text(asf(good_asf))
    (tmp_path / "13_29.amc").write_text(amc(good_amc))
    with pytest.raises(InputError) as error:
        read_motions([tmp_path / "13_29.amc"])
    assert message in str(error.value)


def test_the_vertical_does_not_depend_on_the_motion(tmp_path):
    """Someone who lies along the z axis throughout, and CMU's world has Y up."""
    asf, amc, _ = acclaim()
    lying = [line if not line.startswith("root") else "root 0 0 0 90 0 0" for line in amc.splitlines()]
    (tmp_path / "13.asf").write_text(asf)
    (tmp_path / "13_01.amc").write_text("\n".join(lying))
    (read,), _ = read_motions([tmp_path / "13_01.amc"])
    assert np.abs(read.poses[:, JOINTS.index("spine"), 2]).max() < 0.15
    assert (np.abs(read.poses[:, JOINTS.index("spine"), 1]) > 0.15).all()


@pytest.mark.parametrize("seed", range(3))
def test_mutilated_skeletons_give_poses_or_one_line(tmp_path, seed):
    """Lines lost, doubled and cut: poses, or one line, and never a traceback."""
    generator = np.random.default_rng(seed)
    asf, amc, _ = acclaim(2)
    text, refused = bvh(2)[0], 0
    for trial in range(24):
        for name, content in (("13.asf", asf), ("13_29.amc", amc), ("walk.bvh", text)):
            lines = content.splitlines()
            if trial % 3 == ("13.asf", "13_29.amc", "walk.bvh").index(name):
                which = int(generator.integers(len(lines)))
                lines[which : which + 1] = [[], [lines[which]] * 2, [lines[which][: len(lines[which]) // 2]]][
                    int(generator.integers(3))
                ]
            (tmp_path / name).write_text("\n".join(lines) + "\n")
        for name in ("13_29.amc", "walk.bvh"):
            with suppress(InputError):
                read_motions([tmp_path / name])
                refused -= 1
            refused += 1
    assert refused > 5


def test_not_a_number_is_reported_with_its_line(tmp_path):
    asf, amc, _ = acclaim(3)
    (tmp_path / "13.asf").write_text(asf)
    rows = amc.splitlines()
    rows[6] = " ".join(["nan" if i else word for i, word in enumerate(rows[6].split())])
    (tmp_path / "13_29.amc").write_text("\n".join(rows))
    with pytest.raises(InputError, match=r"13_29\.amc: line 7: holds a number that is not finite"):
        read_motions([tmp_path / "13_29.amc"])
    lines = bvh()[0].splitlines()
    lines[-1] = "nan " + lines[-1].split(" ", 1)[1]
    (tmp_path / "walk.bvh").write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"walk\.bvh: line \d+: holds a number that is not finite"):
        read_motions([tmp_path / "walk.bvh"])


def test_a_motion_without_its_skeleton(tmp_path):
    (tmp_path / "13_29.amc").write_text(acclaim(3)[1])
    with pytest.raises(InputError, match=r"its skeleton 13\.asf is not beside it"):
        read_motions([tmp_path / "13_29.amc"])


def h36m(path, poses, joints=32):
    full = np.zeros((len(poses), joints, 3), np.float32)
    full[:, list(KEPT) if joints == 32 else range(17)] = poses + np.array([1.0, 2, 0.9])
    np.savez_compressed(
        path, positions_3d={"S1": {"Walking": full, "Eating 1": full[:7]}, "S5": {"Greeting": full}}
    )


@pytest.mark.parametrize("joints", [32, 17])
def test_human36m(tmp_path, joints):
    poses = people(40)
    h36m(tmp_path / "data_3d_h36m.npz", poses, joints)
    read, _ = read_motions([tmp_path / "data_3d_h36m.npz"])
    assert [part.subjects[0] for part in read] == ["h36m_S1", "h36m_S1", "h36m_S5"]
    assert np.abs(read[0].poses[0] - (poses[0] - poses[0, 0])).max() < 1e-5
    assert "not to be redistributed" in read[0].licence


class Attack:
    """What unpickling would run."""

    def __reduce__(self):
        return (print, ("attacked",))


def test_a_pickle_with_foreign_classes_is_refused_by_name(tmp_path, capsys):
    np.savez(tmp_path / "data_3d_h36m.npz", positions_3d=np.array({"S1": Attack()}, dtype=object))
    with pytest.raises(InputError, match=r"holds a builtins\.print"):
        read_motions([tmp_path / "data_3d_h36m.npz"])
    assert "attacked" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"S1": {"Walking": np.zeros((3, 5, 3))}}, "must be an array [F, 32, 3]"),
        ({"S1": 3}, "must be a dict of actions"),
        ([1, 2], "must be a dict of subjects"),
        ({}, "holds no subject"),
    ],
)
def test_bad_human36m(tmp_path, content, message):
    np.savez(tmp_path / "data_3d_h36m.npz", positions_3d=np.array(content, dtype=object)) if isinstance(
        content, dict
    ) else (np.savez(tmp_path / "data_3d_h36m.npz", positions_3d=_boxed(content)))
    with pytest.raises(InputError) as error:
        read_motions([tmp_path / "data_3d_h36m.npz"])
    assert message in str(error.value)


def _boxed(value):
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def test_a_truncated_pickle_is_reported(tmp_path):
    with io.BytesIO() as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "|O", "fortran_order": False, "shape": ()})
        stream.write(pickle.dumps(np.array({"S1": {}}, dtype=object))[:-20])
        content = stream.getvalue()
    import zipfile

    with zipfile.ZipFile(tmp_path / "data_3d_h36m.npz", "w") as archive:
        archive.writestr("positions_3d.npy", content)
    with pytest.raises(InputError, match="damaged"):
        read_motions([tmp_path / "data_3d_h36m.npz"])


def test_good_files_of_a_mixed_folder_are_used(tmp_path):
    folder = tmp_path / "mocap"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "walk.bvh").write_text(bvh()[0])
    (folder / "broken.bvh").write_text("HIERARCHY")
    (folder / "notes.txt").write_text("not a motion")
    np.savez(folder / "own.npz", pos=people(20).astype(np.float32), license="CC0")
    np.savez(folder / "wrong.npz", pos=1000 * people(20))
    motions, notes = read_motions([folder])
    assert sorted(len(part) for part in motions) == [12, 20]
    assert len(notes) == 2
    assert any("broken.bvh: has no MOTION section" in note.text for note in notes)
    assert any("wrong.npz: pos: the median thigh is 45" in note.text for note in notes), notes


@pytest.mark.parametrize(
    ("name", "message"),
    [("empty", "none of its 0 files"), ("a.fbx", "unknown format"), ("no.bvh", "no such file")],
)
def test_nothing_to_read(tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.fbx").write_text("")
    with pytest.raises(InputError) as error:
        read_motions([tmp_path / name])
    assert message in str(error.value)


def test_thinning_drops_repeats_and_the_place():
    poses = np.repeat(people(3), 4, axis=0) + np.arange(12)[:, None, None]
    kept = resampled(poses, 0.1)
    assert len(kept) == len([0, 4, 8])
    assert (kept[:, 0] == 0).all()
    assert SAME_POSE < 0.02


def test_y_up_becomes_z_up():
    y_up = STANDING[None][..., [0, 2, 1]] * [1, 1, -1]
    assert np.allclose(y_to_z_up(y_up), STANDING)


def test_bones_of_the_standing_person_are_plausible():
    lengths = np.linalg.norm(STANDING[1:] - STANDING[list(PARENTS[1:])], axis=-1)
    assert ((lengths > 0.09) & (lengths < 0.5)).all()
