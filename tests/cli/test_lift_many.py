"""`zedo lift --output-dir` and `zedo pack`."""

import numpy as np
import pytest

from zedo_cli.datasets.loading import load_dataset


@pytest.fixture
def folder(tmp_path):
    people = load_dataset("open-video", None, "detected").keypoints
    for clip in range(3):
        rows = np.flatnonzero(people.clip == clip)[:8]
        points = np.concatenate([people.points[rows], people.confidence[rows][..., None]], axis=-1)
        (tmp_path / "in").mkdir(exist_ok=True)
        np.savez(
            tmp_path / "in" / f"walk{clip}.npz",
            keypoints=points.astype(np.float32),
            intrinsics=people.intrinsics[rows[0]],
            skeleton=np.array("h36m17"),
        )
    return tmp_path


def test_many_clips_and_one_that_fails(zedo, folder):
    (folder / "in" / "broken.npz").write_text("?")
    arguments = ["lift", folder / "in", "--output-dir", folder / "out", "--preset", "fast"]
    code, out, err = zedo(*arguments)
    assert code == 2
    assert "3 of 4 clips lifted, 1 failed: 24 frames" in out
    assert "failed: broken: " in err
    assert "note: " in err
    assert "(and 2 more clips; the records have all)" in err  # what is assumed, once for each kind
    assert "Traceback" not in err
    assert sorted(path.name for path in (folder / "out").glob("*.npz")) == [f"walk{n}.npz" for n in range(3)]
    code, out, err = zedo(*arguments)
    assert code == 2
    assert "--resume" in err
    (folder / "in" / "broken.npz").unlink()
    code, out, _ = zedo(*arguments, "--resume")
    assert code == 0
    assert "0 of 3 clips lifted, 3 done before" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output-dir", "out", "-o", "a.npz"], "--output: "),
        (["--shard", "0/2"], "--shard: is for --output-dir"),
        (["--format", "bvh"], "--format: is for --output-dir"),
        (["--fail-fast"], "--fail-fast: is for --output-dir"),
        (["--output-dir", "out", "--shard", "2/2"], "0 <= i < n"),
        (["--output-dir", "out", "--engine", "spark"], "local, ray"),
        (["--output-dir", "out", "--format", "fbx"], "fbx"),
        (["--output-dir", "in/walk0.npz"], "is not a folder"),
    ],
)
def test_what_does_not_go_together_is_one_line(zedo, folder, monkeypatch, arguments, message):
    monkeypatch.chdir(folder)
    code, _, err = zedo("lift", "in", *arguments)
    assert code == 2
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert not (folder / "out").exists()


def test_packed_clips_are_lifted_as_their_files_are(zedo, folder):
    pytest.importorskip("pyarrow")
    packed = folder / "all.parquet"
    code, out, _ = zedo("pack", folder / "in", "-o", packed)
    assert code == 0
    assert "3 clips, 24 people in frames" in out
    zedo("lift", folder / "in", "--output-dir", folder / "one", "--preset", "fast")
    code, _, err = zedo("lift", packed, "--output-dir", folder / "two", "--preset", "fast")
    assert code == 0, err
    for number in range(3):
        one = np.load(folder / "one" / f"walk{number}.npz")
        two = np.load(folder / "two" / "all" / f"walk{number}.npz")
        assert np.allclose(one["poses_3d"], two["poses_3d"], atol=1e-5)
