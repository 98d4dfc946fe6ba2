"""Training learns, resumes to the same result, and refuses what would spoil a run."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from zedo_cli.errors import InputError
from zedo_cli.pipeline.view import View
from zedo_cli.prior.card import TrainingSettings
from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.prior.preconditioning import PARAMETRISATIONS
from zedo_cli.prior.prior import NETWORKS, Prior
from zedo_cli.prior.view_features import view_features
from zedo_cli.prior.view_network import SymmetricNetwork, ViewNetwork
from zedo_cli.training.corpus import Corpus
from zedo_cli.training.distributed import Workers
from zedo_cli.training.loop import (
    HalfPrecision,
    RunOptions,
    StoppedError,
    balanced_weights,
    compiled_losses,
    denoising_losses,
    draw_noise_levels,
    grown,
    learning_rate_factor,
    train,
)
from zedo_cli.training.loss_weight import LossWeight
from zedo_cli.training.settings import RECIPES, continued_recipe
from zedo_cli.training.state import KEPT, state_files
from zedo_cli.training.virtual_cameras import draw_scene, exact_view

ALONE = Workers(0, 1, torch.device("cpu"))
NETWORK = {"width": 64, "inner": 64, "blocks": 1, "embed": 32}
SETTINGS = TrainingSettings(network=NETWORK, steps=60, batch_size=64, warmup_steps=5, ema=0.9)


class BrokenError(Exception):
    """What a test breaks a run with."""


@pytest.fixture(scope="module")
def corpus():
    whole = Corpus.load([])
    part = slice(None, None, 20)
    return replace(
        whole,
        poses=whole.poses[part],
        classes=whole.classes[part],
        subjects=whole.subjects[part],
        origins=whole.origins[part],
    )


@pytest.fixture(scope="module")
def unbroken(corpus, tmp_path_factory):
    output = tmp_path_factory.mktemp("run") / "prior.safetensors"
    return train(corpus, SETTINGS, output, ALONE, RunOptions(save_every=20)), output


def test_the_file_is_what_was_trained(unbroken):
    prior, output = unbroken
    loaded = load_prior(output)
    assert loaded.card.training == SETTINGS
    assert loaded.card.samples_seen == 60 * 64
    assert torch.equal(loaded.exemplars, prior.exemplars)
    weights = zip(loaded.network.parameters(), prior.network.parameters(), strict=True)
    assert all(torch.allclose(one, other, rtol=1e-3, atol=1e-6) for one, other in weights)


def errors(prior, corpus, sigma):
    """RMS errors of a coordinate (m), without a view and with exact rays."""
    generator = torch.Generator().manual_seed(0)
    scene = draw_scene(corpus.split(())[0][::3], generator)
    noise = torch.randn(scene.poses.shape, generator=generator)
    views = (None, exact_view(scene))
    with torch.no_grad():
        denoised = [prior(scene.poses + sigma * noise, torch.tensor(sigma), view) for view in views]
    return [float((pose - scene.poses).square().mean().sqrt()) for pose in denoised]


def test_it_learns_and_looks_at_the_view(corpus, tmp_path):
    """600 small steps take a third off 0.3 m of noise without a view, and more with one."""
    settings = SETTINGS.model_copy(
        update={
            "steps": 600,
            "network": NETWORK | {"width": 128, "inner": 256},
            "ema": 0.99,
            "learning_rate": 3e-3,
        }
    )
    prior = train(corpus, settings, tmp_path / "p.safetensors", ALONE)
    blind, seeing = errors(prior, corpus, 0.3)
    assert blind < 0.2
    assert seeing < 0.85 * blind
    _, from_the_view_alone = errors(prior, corpus, 4.0)
    assert from_the_view_alone < 0.17


def test_a_symmetric_run_continues_from_its_own_prior(corpus, tmp_path):
    sizes = {"width": 32, "inner": 32, "blocks": 1, "embed": 16, "context": 14}
    settings = SETTINGS.model_copy(update={"architecture": "symmetric_network", "network": sizes, "steps": 3})
    train(corpus, settings, tmp_path / "first.safetensors", ALONE)
    first = load_prior(tmp_path / "first.safetensors")
    again = settings.model_copy(update=continued_recipe(first.card))
    second = train(corpus, again, tmp_path / "second.safetensors", ALONE, start=first)
    assert second.symmetric
    assert second.card.samples_seen == 2 * first.card.samples_seen
    assert load_prior(tmp_path / "second.safetensors").spread is not None


@pytest.mark.parametrize("recipe", ["small", "paper"])
def test_every_recipe_takes_a_step(corpus, tmp_path, recipe):
    settings = SETTINGS.model_copy(update=RECIPES[recipe] | {"steps": 2, "batch_size": 16})
    prior = train(corpus, settings, tmp_path / "p.safetensors", ALONE)
    assert prior.conditional == (recipe == "small")


def test_a_broken_run_resumes_to_the_same_result(corpus, tmp_path, unbroken):
    output = tmp_path / "prior.safetensors"

    def stop(done, loss):
        if done == 33:
            raise BrokenError

    with pytest.raises(BrokenError):
        train(corpus, SETTINGS, output, ALONE, RunOptions(save_every=20, progress=stop))
    assert not output.exists()
    seen = []
    train(
        corpus,
        SETTINGS,
        output,
        ALONE,
        RunOptions(save_every=20, resume=True, progress=lambda done, _: seen.append(done)),
    )
    assert seen[0] == 21
    assert output.read_bytes() == unbroken[1].read_bytes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_the_state_and_the_run_goes_on_to_the_same_result(corpus, tmp_path, unbroken, number):
    output = tmp_path / "prior.safetensors"

    def interrupt(done, loss):
        if done == 33:
            os.kill(os.getpid(), number)

    handler = signal.getsignal(number)
    with pytest.raises(StoppedError) as stopped:
        train(corpus, SETTINGS, output, ALONE, RunOptions(save_every=50, progress=interrupt))
    assert stopped.value.step == 40
    assert signal.getsignal(number) is handler
    train(corpus, SETTINGS, output, ALONE, RunOptions(save_every=50, resume=True))
    assert output.read_bytes() == unbroken[1].read_bytes()


def test_the_last_states_are_kept(corpus, unbroken, tmp_path):
    output = tmp_path / "p.safetensors"
    train(corpus, SETTINGS, output, ALONE, RunOptions(save_every=10))
    kept = [path.name for path in state_files(output)]
    assert kept == [f"p.step-{step:08d}.state.pt" for step in (40, 50, 60)]
    assert len(kept) == KEPT


def test_other_settings_are_not_resumed(corpus, unbroken):
    other = SETTINGS.model_copy(update={"batch_size": 128})
    with pytest.raises(InputError, match="batch_size = 64, not 128"):
        train(corpus, other, unbroken[1], ALONE, RunOptions(resume=True))


def test_other_poses_are_not_resumed(corpus, unbroken):
    other = replace(corpus, poses=corpus.poses + 0.01)
    with pytest.raises(InputError, match="was written with other poses"):
        train(other, SETTINGS, unbroken[1], ALONE, RunOptions(resume=True))


def test_a_state_of_another_device_is_not_called_damaged(corpus, unbroken, tmp_path):
    state = torch.load(state_files(unbroken[1])[-1], weights_only=True)
    torch.save(state | {"device": "cuda"}, tmp_path / "prior.step-00000060.state.pt")
    with pytest.raises(InputError, match="was written on device cuda"):
        train(corpus, SETTINGS, tmp_path / "prior.safetensors", ALONE, RunOptions(resume=True))


def test_a_compiled_loss_is_one_graph(corpus, seeing_prior, monkeypatch):
    """Without breaks, and with the same values; no compiler is needed for that."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager", fullgraph=True))
    scene = draw_scene(corpus.split(())[0][:64], torch.Generator().manual_seed(0))
    noise = torch.randn(64, 17, 3, generator=torch.Generator().manual_seed(1))
    arguments = (seeing_prior, scene.poses, torch.full((8,), 0.3), noise, exact_view(scene))
    compiled = compiled_losses(seeing_prior.network, alone=True)
    assert torch.allclose(compiled(*arguments), denoising_losses(*arguments))


def test_states_are_found_whatever_the_name(tmp_path):
    (tmp_path / "run[1].step-00000010.state.pt").touch()
    assert [path.name for path in state_files(tmp_path / "run[1].safetensors")] == [
        "run[1].step-00000010.state.pt"
    ]


def test_half_precision_is_for_the_network_alone(seeing_prior):
    """A network that knows the answer has no loss even at 2 mm, though it speaks in bfloat16."""

    class Knowing(torch.nn.Module):
        def forward(self, pose, time, features):
            return self.answer.bfloat16()

    poses = 0.25 * torch.randn(64, 17, 3, generator=torch.Generator().manual_seed(0))
    noise, sigma = torch.randn(64, 17, 3), torch.tensor([0.002])
    view = View(
        torch.nn.functional.normalize(poses + torch.tensor([1.0, 0.5, 3.0]), dim=-1), torch.ones(64, 17)
    )
    network = Knowing()
    prior = Prior(seeing_prior.card, HalfPrecision(network, torch.device("cpu")), {})
    skip, out, *_ = PARAMETRISATIONS["EDM"](sigma)
    rotation = view_features(view)[1]
    network.answer = ((poses - skip * (poses + sigma * noise)) / out) @ rotation.mT
    assert denoising_losses(prior, poses, sigma, noise, view).max() < 1e-4


def test_nothing_to_resume(corpus, tmp_path):
    with pytest.raises(InputError, match="no state of such a run"):
        train(corpus, SETTINGS, tmp_path / "p.safetensors", ALONE, RunOptions(resume=True))


def test_a_damaged_state_is_reported_and_the_one_before_named(corpus, tmp_path):
    for step, content in ((20, b""), (40, b"damaged")):
        (tmp_path / f"p.step-{step:08d}.state.pt").write_bytes(content)
    with pytest.raises(InputError, match=r"step-00000040.*continue from p\.step-00000020"):
        train(corpus, SETTINGS, tmp_path / "p.safetensors", ALONE, RunOptions(resume=True))


def test_a_full_disk_keeps_the_last_state(corpus, tmp_path, monkeypatch):
    """torch reports a full disk as a RuntimeError of its writer; here the second write fails so."""
    saved, written = torch.save, []

    def save(value, path):
        written.append(path)
        if len(written) == 2:
            Path(path).write_bytes(b"half")
            raise RuntimeError("PytorchStreamWriter failed writing file data.pkl: file write failed")
        saved(value, path)

    monkeypatch.setattr(torch, "save", save)
    output = tmp_path / "p.safetensors"
    with pytest.raises(InputError, match=r"p\.step-00000020\.state\.pt is kept; is the disk full"):
        train(corpus, SETTINGS, output, ALONE, RunOptions(save_every=20))
    monkeypatch.setattr(torch, "save", saved)
    assert [path.name for path in tmp_path.iterdir()] == ["p.step-00000020.state.pt"]
    train(corpus, SETTINGS, output, ALONE, RunOptions(save_every=20, resume=True))
    assert output.exists()


def test_a_diverging_loss_stops_the_run_and_keeps_the_last_state(corpus, tmp_path):
    broken = replace(corpus, poses=torch.full_like(corpus.poses, torch.inf))
    with pytest.raises(InputError, match="diverged at step 9"):
        train(broken, SETTINGS, tmp_path / "p.safetensors", ALONE)
    assert not (tmp_path / "p.safetensors").exists()


TELLING = """
import os, sys, pathlib, torch
from zedo_cli.cli.app import run as command
from zedo_cli.training import loop

run = loop.train


def train(corpus, settings, output, *rest):
    prior = run(corpus, settings, output, *rest)
    torch.save(prior.network.state_dict(), output.with_name(f"rank{os.environ['RANK']}.pt"))
    return prior


loop.train = train
sys.exit(command(sys.argv[1:]))
"""
"""The command, of which every process also writes its weights."""


def test_two_processes_learn_as_one_with_twice_the_batch(tmp_path):
    """Plain data parallelism over gloo: the same loss, within the noise of other samples."""
    small = (
        "--network",
        "small",
        "--steps",
        "40",
        "--save-every",
        "40",
        "--device",
        "cpu",
        "--learning-rate",
        "0.003",
    )
    (tmp_path / "both.py").write_text(TELLING)
    run = (
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        tmp_path / "both.py",
        "train",
    )
    two, one = tmp_path / "two.safetensors", tmp_path / "one.safetensors"
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*run, *small, "--batch-size", "128", "-o", two], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    alone = [sys.executable, "-m", "zedo_cli", "train", *small, "--batch-size", "256", "-o", one]
    assert subprocess.run(alone, capture_output=True).returncode == 0
    pair, single = load_prior(two), load_prior(one)
    assert pair.card.samples_seen == single.card.samples_seen == 40 * 256
    assert pair.card.training.processes == 2
    corpus = Corpus.load([])
    for sigma in (0.1, 0.3, 4.0):
        assert errors(pair, corpus, sigma) == pytest.approx(errors(single, corpus, sigma), rel=0.06)
    ranks = [torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1)]
    assert all(torch.equal(ranks[0][name], ranks[1][name]) for name in ranks[0]), "gradients are not averaged"
    states = [torch.load(state_files(path)[-1], weights_only=True) for path in (two, one)]
    assert len(states[0]["generators"]) == 2
    assert not torch.equal(states[0]["generators"][0][0], states[0]["generators"][1][0])


def test_losses_do_not_depend_on_the_parametrisation_s_scale(seeing_prior):
    """A denoiser that is off by `out` everywhere has a loss of one."""

    class Off(torch.nn.Module):
        def forward(self, pose, time, features):
            return torch.zeros_like(pose)

    prior = Prior(seeing_prior.card, Off(), {})
    poses = 0.25 * torch.randn(4096, 17, 3)
    losses = denoising_losses(prior, poses, torch.tensor([0.01, 0.25, 4.0, 4.0]), torch.randn(4096, 17, 3))
    assert losses.view(4, -1).mean(1).tolist() == pytest.approx([1, 1, 1, 1], rel=0.03)


def test_weights_make_every_loss_count_alike():
    """After learning, what is a hundred times as uncertain has a hundredth of the weight."""
    torch.manual_seed(0)
    weigh, sigma = LossWeight(), torch.tensor([0.01, 4.0])
    view = View(torch.nn.functional.normalize(torch.randn(64, 17, 3), dim=-1), torch.ones(64, 17))
    optimiser = torch.optim.Adam(weigh.parameters(), lr=0.01)
    mean = torch.tensor([1.0, 0.01]).repeat_interleave(32)
    for _ in range(400):
        losses = (mean * (0.5 + torch.rand(64))).requires_grad_()
        optimiser.zero_grad()
        weigh(losses, sigma, view).backward()
        optimiser.step()
    ratio = losses.grad[32:].mean() / losses.grad[:32].mean()
    assert 60 < ratio < 150


def test_noise_reaches_from_millimetres_to_beyond_a_body():
    sigma = draw_noise_levels(
        SETTINGS.model_copy(update={"batch_size": 80_000}), torch.Generator().manual_seed(0)
    )
    low, high = SETTINGS.noise_range
    assert (sigma.min().item(), sigma.max().item()) == pytest.approx((low, high))
    assert 0.1 < (sigma == high).float().mean() < 0.2
    assert (sigma < 0.02).float().mean() > 0.02


def test_networks_have_at_most_ten_million_parameters():
    sizes = {
        name: sum(p.numel() for p in NETWORKS[recipe["architecture"]](**recipe["network"]).parameters())
        for name, recipe in RECIPES.items()
    }
    assert all(size <= 10_000_000 for size in sizes.values())
    assert sizes["small"] <= 1_500_000
    assert sizes["paper"] == 7_203_379


def test_learning_rate_rises_and_falls():
    factors = [learning_rate_factor(step, SETTINGS) for step in range(60)]
    assert factors[0] == pytest.approx(0.2)
    assert max(factors) == factors[4]
    assert factors[-1] < 0.01


def test_rare_classes_weigh_more():
    weights = balanced_weights(torch.tensor([0, 0, 0, 0, 2]))
    assert weights.tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5, 1.0])


@pytest.mark.parametrize("kind", [ViewNetwork, SymmetricNetwork])
def test_a_grown_network_does_not_look_at_what_is_new(kind):
    torch.manual_seed(0)
    before, after = (kind(width=32, inner=32, blocks=1, embed=16, context=context) for context in (0, 14))
    for part in before.leave.parameters():
        torch.nn.init.normal_(part)
    after.load_state_dict(grown(before.state_dict(), after.state_dict()))
    pose, time, features = torch.randn(8, 17, 3), torch.tensor([1.0]), torch.randn(8, 52)
    for context in (torch.zeros(8, 14), torch.randn(8, 14)):
        grown_answer = after(pose, time, torch.cat([features, context], dim=1))
        assert torch.allclose(grown_answer, before(pose, time, features), atol=1e-5)
