"""The track network: the smoother's answer until it is trained, the same for any camera, frame and rate."""

import pytest
import torch

from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.prior.track_network import TrackInput, TrackNetwork, track_window


def windows(count=3, frames=12, seed=0):
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(shape, generator=generator)

    root = torch.tensor([0.3, 0.1, 4.0]) + 0.1 * normal(count, frames, 1, 3).cumsum(1)
    steady = root + 0.3 * normal(count, 1, 17, 3) + 0.02 * normal(count, frames, 17, 3)
    single = steady + 0.02 * normal(count, frames, 17, 3)
    plane = steady[..., :2] / steady[..., 2:] + 0.002 * normal(count, frames, 17, 2)
    return TrackInput(
        steady=steady,
        single=single,
        directions=torch.cat([plane, torch.ones_like(plane[..., :1])], -1),
        trust=torch.rand((count, frames, 17), generator=generator),
        spread=0.05 + 0.02 * torch.rand((count, frames, 17), generator=generator),
        up=torch.zeros(count, frames, 3),
        bones=torch.zeros(count, frames, 10),
        times=(torch.arange(frames) / 30).expand(count, frames),
        known=torch.ones(count, frames, dtype=torch.bool),
    )


def answer(network, given):
    window, rotation = track_window(given)
    with torch.no_grad():
        found = network(window)
    return found, rotation, window


@pytest.fixture(scope="module")
def trained():
    network = load_prior("open-base").tracks
    assert network is not None
    return network


def test_without_training_it_is_the_smoothers_answer():
    found, _, window = answer(TrackNetwork(64, 4, 2), windows())
    assert torch.equal(found.poses, window.steady)
    assert torch.equal(found.depth_factor, torch.ones(3, 12))
    assert torch.equal(found.spread[..., 1:], window.spread[..., 1:])
    assert (found.spread[..., 0] == 0).all()


def test_one_frame_is_left_as_it_is(trained):
    found, _, window = answer(trained, windows(frames=1))
    assert torch.allclose(found.poses, window.steady, atol=1e-6)
    assert torch.allclose(found.depth_factor, torch.ones(3, 1))


def test_the_root_stays_at_the_origin_and_windows_do_not_mix(trained):
    given = windows(4)
    found, _, _ = answer(trained, given)
    assert (found.poses[:, :, 0].abs() < 1e-6).all()
    alone, _, _ = answer(trained, TrackInput(*(part[2:3] for part in given)))
    assert torch.allclose(found.poses[2:3], alone.poses, atol=1e-5)


def test_frames_that_are_not_there_do_not_matter(trained):
    given = windows(2, 10)
    known = given.known.clone()
    known[:, 6:] = False
    damaged = given.steady.clone()
    damaged[:, 6:] += 5.0
    short, _, _ = answer(trained, TrackInput(*(part[:, :6] for part in given)))
    padded, _, _ = answer(trained, given._replace(known=known, steady=damaged))
    assert torch.allclose(short.poses, padded.poses[:, :6], atol=1e-5)
    assert torch.allclose(short.spread, padded.spread[:, :6], atol=1e-5)


def test_times_count_from_anywhere(trained):
    given = windows()
    one, _, _ = answer(trained, given)
    two, _, _ = answer(trained, given._replace(times=given.times + 3.0))
    assert torch.allclose(one.poses, two.poses, atol=1e-4)
    slow, _, _ = answer(trained, given._replace(times=4 * given.times))
    assert not torch.allclose(one.poses, slow.poses, atol=1e-4)


def test_the_frame_is_that_of_the_person(trained):
    """A camera that turns sees the same motion, from a prior that does not know its vertical."""
    given = windows()
    turn = camera_rotation(*(torch.tensor(angle) for angle in (0.2, 0.1, 0.0)))
    rays = given.directions @ turn.mT
    turned = given._replace(
        steady=given.steady @ turn.mT, single=given.single @ turn.mT, directions=rays / rays[..., 2:]
    )
    one, first, _ = answer(trained, given)
    two, second, _ = answer(trained, turned)
    assert torch.allclose(one.poses @ first[:, None], two.poses @ second[:, None] @ turn, atol=0.02)


def test_heads_must_fit_the_width():
    with pytest.raises(ValueError, match="multiple"):
        TrackNetwork(100, 3)
