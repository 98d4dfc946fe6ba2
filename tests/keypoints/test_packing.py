"""Many clips in one Parquet file, read back as they were."""

import numpy as np
import pytest

from zedo_cli.clips.finding import find_clips
from zedo_cli.errors import InputError
from zedo_cli.keypoints import packing
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.packing import pack
from zedo_cli.keypoints.reading import read_keypoints, read_part

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def clip(frames, seed=0, **about):
    generator = np.random.default_rng(seed)
    return Keypoints(
        points=generator.uniform(0, 900, (frames, 17, 2)).astype(np.float32),
        confidence=generator.uniform(0.2, 0.9, (frames, 17)).astype(np.float32),
        frame=np.arange(frames) + 3,
        person=np.zeros(frames, np.int64),
        clip=np.zeros(frames, np.int64),
        clip_names=("c",),
        frame_count=frames,
        skeleton="coco17",
        **about,
    )


def same(one, other):
    for name in ("points", "confidence", "frame", "person", "time"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name
    for name in ("fps", "image_size", "static", "tracked"):
        assert one.of_clips(name) == other.of_clips(name), name


def test_round_trip(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "ROWS_OF_GROUP", 20)
    k = np.broadcast_to(np.array([[900, 0, 500], [0, 900, 400], [0, 0, 1]], np.float32), (7, 3, 3))
    clips = {
        "walk": clip(12, fps=25.0, image_size=(1920.0, 1080.0)),
        "sub/run": clip(30, 1, static=False, tracked=False),
        "jump": clip(7, 2, fps=50.0),
    }
    path = tmp_path / "all.parquet"
    assert pack(clips.items(), path) == 49
    assert parquet.ParquetFile(path).num_row_groups == 4  # a clip of more rows than a group has several
    for name, keypoints in clips.items():
        same(read_part(path, name), keypoints)
    whole = read_keypoints(path)
    assert len(whole) == 49
    assert whole.skeleton == "coco17"
    assert [found.part for found in find_clips([path])] == ["walk", "sub/run", "jump"]
    assert [found.name for found in find_clips([path])] == ["all/walk", "all/sub_run", "all/jump"]
    with_k = clip(7, 2, intrinsics=k)
    pack([("a", with_k)], tmp_path / "k.parquet")
    assert np.array_equal(read_keypoints(tmp_path / "k.parquet").intrinsics, k)


def test_names_of_joints_are_kept(tmp_path):
    from dataclasses import replace

    names = tuple(f"joint_{number}" for number in range(17))
    pack([("a", replace(clip(5), skeleton=None, joint_names=names))], tmp_path / "n.parquet")
    assert read_keypoints(tmp_path / "n.parquet").joint_names == names


def test_what_cannot_be_packed_is_refused_and_nothing_is_written(tmp_path):
    path = tmp_path / "p.parquet"
    other = Keypoints.from_arrays(np.ones((3, 13, 2)))
    for clips, message in (
        ([("a", clip(5)), ("b", other)], "pack them apart"),
        ([("a", clip(5)), ("a", clip(5))], "'a' is there twice"),
        ([], "no people"),
    ):
        with pytest.raises(InputError, match=message):
            pack(clips, path)
        assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match=r"\.parquet"):
        pack([("a", clip(5))], tmp_path / "p.npz")


def test_foreign_and_damaged_files_are_named(tmp_path):
    path = tmp_path / "p.parquet"
    pack([("a", clip(5)), ("b", clip(5, 1))], path)
    with pytest.raises(InputError, match="no clip 'z'"):
        read_part(path, "z")
    content = path.read_bytes()
    for damaged in (b"", b"PAR1", content[:-20], content[:40] + b"\0" * 200 + content[240:]):
        path.write_bytes(damaged)
        with pytest.raises(InputError) as error:
            read_keypoints(path)
        assert str(path) in str(error.value)
    parquet.write_table(pyarrow.table({"x": [1, 2]}), path)
    with pytest.raises(InputError, match="column 'clip' is missing"):
        read_keypoints(path)
    table = pyarrow.table(
        {
            "clip": ["a", "b", "a"],
            "frame": [0, 0, 1],
            "person": [0, 0, 0],
            "time": [None, None, None],
            "keypoints": [[1.0] * 51] * 3,
        }
    )
    parquet.write_table(table, path)
    with pytest.raises(InputError, match="'a' do not stand together"):
        find_clips([path])
