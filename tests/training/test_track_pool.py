"""Lifted clips: what use would lift, kept in files that are the same after reading."""

import numpy as np
import pytest
import torch

from zedo_cli import Lifter
from zedo_cli.errors import InputError
from zedo_cli.io.files import bundled
from zedo_cli.mocap.recordings import read_recordings
from zedo_cli.training import track_pool
from zedo_cli.training.detected_clips import detected_clips
from zedo_cli.training.track_pool import LiftedClips, ShardTask, lift_shards, lifted_clips, shard_path
from zedo_cli.training.virtual_clips import MotionPool


@pytest.fixture(scope="module")
def motion():
    return read_recordings(bundled("data/motion/validation.npz"))


@pytest.fixture(scope="module")
def lifted(motion):
    generator = torch.Generator().manual_seed(0)
    clips = MotionPool(motion).clips(6, 24, generator)
    seen = detected_clips(clips, generator)
    return clips, lifted_clips(Lifter("open-small"), clips, seen)


def test_answers_are_near_the_truth_and_on_their_frames(lifted):
    clips, found = lifted
    assert found.rows.known.float().mean() > 0.95
    assert torch.equal(found.truth, clips.points)
    local, truth = (part - part[:, :, :1] for part in (found.rows.steady, clips.points))
    off = (local - truth).norm(dim=-1).mean(-1)[found.rows.known]
    assert off.median() < 0.15
    ray = found.rows.directions[found.rows.known]
    assert torch.allclose(ray[..., 2], torch.ones_like(ray[..., 2]))


def test_a_shard_is_the_same_after_reading(lifted, tmp_path):
    path = tmp_path / "s.safetensors"
    lifted[1].save(path)
    again = LiftedClips.load(path)
    for name, part in lifted[1].rows._asdict().items():
        assert torch.allclose(getattr(again.rows, name).float(), part.float(), atol=1e-3), name
    assert torch.allclose(again.truth, lifted[1].truth, atol=1e-3)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match="not a shard"):
        LiftedClips.load(path)


def test_a_shard_depends_on_seed_and_number_alone(motion, tmp_path, monkeypatch):
    monkeypatch.setattr(track_pool, "SHARD_FRAMES", 48)
    monkeypatch.setattr(track_pool, "LENGTHS", (16,))
    folders = [tmp_path / name for name in ("a", "b")]
    for folder, numbers in zip(folders, ([0, 1], [1]), strict=True):
        folder.mkdir()
        task = ShardTask("open-small", tuple(motion[:20]), folder, 3, "cpu")
        assert list(lift_shards(task, numbers, 1)) == numbers
    one, two = (shard_path(folder, 1).read_bytes() for folder in folders)
    assert one == two
    assert not np.array_equal(one, shard_path(folders[0], 0).read_bytes())
