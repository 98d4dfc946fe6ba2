"""Training of a track network: it learns, it can be stopped, it sees windows as use shows them."""

import pytest
import torch

from zedo_cli.errors import InputError
from zedo_cli.prior.card import TrackTraining
from zedo_cli.prior.track_network import TrackInput, TrackNetwork, track_window
from zedo_cli.training.track_pool import LiftedClips
from zedo_cli.training.track_training import (
    ClipSet,
    TrainingRun,
    learning_rate_factor,
    state_path,
    track_loss,
    train_tracks,
)


def biased(count=40, frames=20):
    """Clips whose answers are all 5 cm too low at the right wrist."""
    generator = torch.Generator().manual_seed(0)
    body = 0.3 * torch.randn(17, 3, generator=generator)
    body[0] = 0
    path = torch.tensor([0, 0, 4.0]) + 0.02 * torch.randn(count, frames, 1, 3, generator=generator).cumsum(1)
    truth = path + body
    steady = truth.clone()
    steady[:, :, 16, 1] += 0.05
    rows = TrackInput(
        steady=steady,
        single=steady,
        directions=truth / truth[..., 2:],
        trust=torch.ones(count, frames, 17),
        spread=torch.full((count, frames, 17), 0.05),
        up=torch.zeros(count, frames, 3),
        bones=torch.zeros(count, frames, 10),
        times=(torch.arange(frames) / 30).expand(count, frames).clone(),
        known=torch.ones(count, frames, dtype=torch.bool),
    )
    return LiftedClips(rows, truth)


@pytest.fixture
def clips():
    return ClipSet([biased()], torch.device("cpu"))


def run(tmp_path, steps, save_every=1000):
    settings = TrackTraining(frames=800, steps=steps, batch_frames=256, learning_rate=2e-3, ema=0.9)
    return TrainingRun(settings, tmp_path / "p.safetensors", save_every)


def network():
    torch.manual_seed(0)
    return TrackNetwork(32, 2, 1)


def test_it_learns_what_is_wrong_in_all_clips(clips, tmp_path):
    trained = train_tracks(network(), clips, run(tmp_path, 400))
    given, truth = clips.windows(8, 16, torch.Generator().manual_seed(5))
    window, rotation = track_window(given)
    true = truth @ rotation[:, None].mT
    off = (trained(window).poses - (true - true[:, :, :1])).norm(dim=-1)[window.known].amax(-1)
    before = (window.steady - (true - true[:, :, :1])).norm(dim=-1)[window.known].amax(-1)
    assert off.mean() < 0.6 * before.mean()


def test_a_run_that_is_stopped_ends_the_same(clips, tmp_path):
    whole = train_tracks(network(), clips, run(tmp_path, 20))

    def stop(done, _):
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_tracks(network(), clips, run(tmp_path, 20, save_every=10), stop)
    again = train_tracks(network(), clips, run(tmp_path, 20))
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name]), name
    with pytest.raises(InputError, match="other settings"):
        train_tracks(network(), clips, run(tmp_path, 30))
    state_path(tmp_path / "p.safetensors").write_bytes(b"damaged")
    with pytest.raises(InputError, match="damaged"):
        train_tracks(network(), clips, run(tmp_path, 20))


def test_windows_are_mirrored_and_reversed_with_their_truth(clips):
    given, truth = clips.windows(64, 16, torch.Generator().manual_seed(1))
    assert (given.times.diff(dim=1)[given.known[:, 1:]] > 0).all()
    wrong = (given.steady - truth).norm(dim=-1) > 0.04
    right, left = wrong[..., 16], wrong[..., 13]
    assert torch.equal(right, ~left)
    assert 0.3 < right[:, 0].float().mean() < 0.7
    plane = truth[..., :2] / truth[..., 2:]
    assert torch.allclose(given.directions[..., :2], plane, atol=1e-4)


def test_the_loss_is_least_at_the_truth():
    rows = biased(4)
    window, rotation = track_window(rows.rows)
    truth = rows.truth @ rotation[:, None].mT
    answer = network()(window)
    right = answer._replace(poses=truth - truth[:, :, :1])
    assert track_loss(right, window, truth) < track_loss(answer, window, truth)


def test_the_learning_rate_rises_and_falls():
    assert learning_rate_factor(0, 1000) < 0.01
    assert learning_rate_factor(300, 3000) > 0.95
    assert learning_rate_factor(2999, 3000) < 0.01
