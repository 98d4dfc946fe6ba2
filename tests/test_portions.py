"""Large inputs in portions: every row once, whole clips where they fit, and the metadata of all."""

import numpy as np
import pytest

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.detectors.detecting import Detection
from zedo_cli.from_files import InputOptions, prepare_input, read_large
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.packing import pack
from zedo_cli.lifter import Lifter
from zedo_cli.portions import LargeInput, Merging, portions


def clips(*lengths, people=1):
    count = sum(lengths) * people
    frame = np.concatenate([np.repeat(np.arange(n), people) for n in lengths])
    return Keypoints(
        points=np.arange(count * 34, dtype=np.float32).reshape(count, 17, 2),
        confidence=np.ones((count, 17), np.float32),
        frame=frame,
        person=np.tile(np.arange(people), sum(lengths)),
        clip=np.repeat(np.arange(len(lengths)), np.array(lengths) * people),
        clip_names=tuple(f"c{n}" for n in range(len(lengths))),
        frame_count=sum(lengths),
        skeleton="h36m17",
        fps=tuple(float(n + 1) for n in range(len(lengths))),
    )


@pytest.mark.parametrize(
    ("lengths", "rows", "sizes"),
    [
        ((5, 5, 5), 20, [15]),
        ((5, 5, 5), 10, [10, 5]),
        ((5, 5, 5), 12, [10, 5]),
        ((25,), 10, [10, 10, 5]),
        ((4, 25, 3), 10, [4, 10, 10, 5 + 3]),
        ((1,) * 7, 3, [3, 3, 1]),
    ],
)
def test_whole_clips_where_they_fit(lengths, rows, sizes):
    whole = clips(*lengths)
    found = portions(whole, rows)
    assert [len(portion.keypoints) for portion in found] == sizes
    assert np.array_equal(np.concatenate([p.keypoints.points for p in found]), whole.points)
    for portion in found:
        names = [whole.clip_names[number] for number in portion.clips]
        assert list(portion.keypoints.clip_names) == names
        assert portion.keypoints.of_clips("fps") == tuple(whole.of_clips("fps")[n] for n in portion.clips)


def test_a_frame_is_never_cut():
    found = portions(clips(20, people=3), 10)
    for portion in found:
        assert (np.unique(portion.keypoints.frame, return_counts=True)[1] == 3).all()
    assert sum(len(portion.keypoints) for portion in found) == 60
    assert [portion.begun for portion in found] == [False] + [True] * (len(found) - 1)


@pytest.fixture(scope="module")
def walks():
    found = load_dataset("open-video", None, "detected").keypoints
    return found.take(np.isin(found.clip, [0, 1, 2]) & (found.frame < 30))


def lifted(lifter, large):
    merging = Merging(large.names)
    parts = []
    for portion in large:
        prepared = prepare_input(portion.keypoints, InputOptions(), lifter)
        parts.append(merging.merged(lifter.finish(prepared, lifter.start(prepared)), portion))
    return type(parts[0]).concatenate(parts)


def test_portions_of_whole_clips_give_what_all_gives(walks):
    lifter = Lifter(preset="fast", device="cpu")
    whole = lifter.lift(walks)
    parts = lifted(lifter, LargeInput(walks, 40))
    assert parts.meta["portions"] == 3
    assert np.array_equal(parts.clip, whole.clip)
    assert np.allclose(parts.poses_3d, whole.poses_3d, atol=1e-5)
    assert parts.meta["inputs"] == whole.meta["inputs"]
    assert parts.of_clips("fps")[:3] == whole.of_clips("fps")[:3]
    for one, other in zip(parts.meta["world"][:3], whole.meta["world"][:3], strict=True):
        assert np.allclose(one["rotation"], other["rotation"], atol=1e-4)


def test_a_parquet_file_is_read_portion_by_portion(walks, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    path = tmp_path / "z.parquet"
    names = ("zebra", "ant", "mule")
    parts = [portion.keypoints for portion in portions(walks, 30)]
    pack(zip(names, parts, strict=True), path)
    large = LargeInput(path, 60)
    assert large.names == tuple(f"{path}#{name}" for name in names)
    assert (large.rows, large.count) == (90, 2)
    found = list(large)
    assert [portion.clips.tolist() for portion in found] == [[0, 1], [2]]
    assert np.array_equal(np.concatenate([p.keypoints.points for p in found]), walks.points)
    for portion in found:
        for clip, number in enumerate(portion.clips):
            rows = portion.keypoints.clip == clip
            assert portion.keypoints.clip_names[clip] == large.names[number]
            assert np.array_equal(portion.keypoints.points[rows], parts[number].points)
    assert read_large([path], InputOptions(), Detection()).count == 1


def test_people_of_later_parts_are_not_those_of_earlier_ones():
    from dataclasses import replace

    whole = replace(clips(20, people=2), tracked=False)
    found = portions(whole, 20)
    lifter = Lifter("open-small", preset="fast", device="cpu")
    poses = lifter.lift(load_dataset("open").keypoints.take(np.arange(4)))
    merging = Merging(whole.clip_names)
    several = replace(
        poses,
        clip=np.zeros(4, np.int64),
        person=np.array([0, 1, 0, 1]),
        meta=poses.meta | {"inputs": ["c0"], "world": None, "bodies": None, "fps": None},
    )
    first, second = merging.merged(several, found[0]), merging.merged(several, found[1])
    assert first.person.tolist() == [0, 1, 0, 1]
    assert second.person.tolist() == [0, 3, 0, 3]
    assert "parts" in [note.code for note in second.notes]
