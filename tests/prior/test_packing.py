"""Packed weights: the same numbers, and never those of other weights."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from zedo_cli import Lifter
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.pipeline.view import View
from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.prior.packing import Packed
from zedo_cli.prior.view_network import SymmetricNetwork, ViewNetwork

possible = torch.backends.cpu.get_cpu_capability().startswith("AVX")
needs_avx = pytest.mark.skipif(not possible, reason="packed weights need AVX2")


def half(network):
    """The network with weights that half precision can hold."""
    for part in network.parameters():
        part.data = part.data.half().float()
    return network.eval()


def made_of(kind):
    torch.manual_seed(0)
    made = kind(width=64, inner=96, blocks=2, embed=32, context=14)
    for layer in made.modules():
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=0.1)
    return half(made)


@pytest.fixture
def network():
    return made_of(ViewNetwork)


@pytest.fixture(params=[ViewNetwork, SymmetricNetwork])
def either(request):
    return made_of(request.param)


def run(network, batch, levels=1):
    generator = torch.Generator().manual_seed(1)
    pose = torch.randn(batch * levels, 17, 3, generator=generator)
    features = torch.randn(batch * levels, 17 * 3 + 1 + 14, generator=generator)
    return network(pose, torch.linspace(1, 900, levels), features)


@needs_avx
@torch.no_grad()
@pytest.mark.parametrize("batch", [1, 7, 300])
def test_the_same_numbers(either, batch):
    packed = Packed(either)()
    assert packed is not either
    assert torch.allclose(run(packed, batch), run(either, batch), rtol=1e-4, atol=1e-5)


@needs_avx
@torch.no_grad()
def test_several_noise_levels(either):
    packed = Packed(either)()
    assert torch.allclose(run(packed, 4, 3), run(either, 4, 3), rtol=1e-4, atol=1e-5)


@needs_avx
@torch.no_grad()
@pytest.mark.parametrize("name", ["open", "open-base"])
def test_bundled_priors_are_packed(name):
    prior = load_prior(name)
    assert prior.packed() is not prior.network
    assert prior.packed() is prior.packed()
    assert prior.packed_tracks() is not prior.tracks
    assert len(prior.packed.layers()) > 6
    names = set(prior.state_dict())
    assert not any("packed" in name for name in names)


@needs_avx
@torch.no_grad()
def test_a_network_that_is_set_later_is_used(network):
    prior = load_prior("open-base")
    old, tracks = prior.packed(), prior.packed_tracks()
    prior.network, prior.tracks = network, copy.deepcopy(prior.tracks)
    assert prior.packed() is not old
    assert prior.packed_tracks() is not tracks
    prior.tracks = None
    assert prior.packed_tracks is None


@torch.no_grad()
def test_weights_that_half_precision_cannot_hold_stay(network):
    network.leave.weight[0, 0] = 1 + 2**-20
    assert Packed(network)() is network
    network.leave.weight[0, 0] = 1e6
    assert Packed(network)() is network


@needs_avx
def test_changed_weights_are_packed_anew(network):
    holder = Packed(network)
    with torch.no_grad():
        before = run(holder(), 3)
        network.leave.bias += 1
        assert torch.allclose(run(holder(), 3), before + 1, atol=1e-5)
        network.enter.weight.mul_(2)
        assert torch.allclose(run(holder(), 3), run(network, 3), rtol=1e-4, atol=1e-5)


@needs_avx
def test_other_parameters_and_another_mode_are_seen(network):
    holder = Packed(network)
    with torch.no_grad():
        before = run(holder(), 3)
    tensors = {
        name: value * 1.5 if name == "leave.weight" else value for name, value in network.state_dict().items()
    }
    network.load_state_dict(tensors, assign=True)
    half(network)
    with torch.no_grad():
        assert torch.allclose(run(holder(), 3), run(network, 3), rtol=1e-4, atol=1e-5)
        assert not torch.allclose(run(holder(), 3), before, atol=1e-2)
        network.train()
        assert holder().training
        network.eval()
        assert not holder().training


def test_gradients_through_a_view_that_was_seen_without():
    prior = load_prior("open-base")
    rays = torch.nn.functional.normalize(torch.tensor([0.1, 0.0, 1]) + 0.1 * torch.randn(2, 1, 17, 3), dim=-1)
    view = View(rays, torch.ones(2, 1, 17))
    with torch.no_grad():
        seen = prior.seen(view)
    pose, level = 0.3 * torch.randn(2, 1, 17, 3), torch.tensor(0.1)
    first, second = pose.clone().requires_grad_(), pose.clone().requires_grad_()
    seen(first, level).square().sum().backward()
    prior(second, level, view).square().sum().backward()
    assert torch.allclose(first.grad, second.grad, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("rows", [2, 12])
def test_a_lifter_sees_changed_weights(rows):
    prior = load_prior("open-base")
    people = load_dataset("open").keypoints.take(range(rows))
    lifter = Lifter(prior, "fast", clips=False)
    before = [lifter.lift(people).poses_3d for _ in range(4)][-1]
    with torch.no_grad():
        prior.network.leave.weight.mul_(0.5)
    after = lifter.lift(people).poses_3d
    assert np.abs(after - before).max() > 0.01
    assert np.abs(after - Lifter(prior, "fast", clips=False).lift(people).poses_3d).max() < 1e-5


def test_gradients_go_through_the_network_itself(network):
    assert Packed(network)() is network
    run(Packed(network)(), 2).sum().backward()
    assert network.enter.weight.grad is not None


@needs_avx
@torch.no_grad()
def test_a_copy_has_weights_of_its_own(network):
    holder = Packed(network)
    before = run(holder(), 3)
    other = copy.deepcopy(holder)
    other.network.leave.bias += 1
    assert torch.allclose(run(other(), 3), before + 1, atol=1e-5)
    assert torch.equal(run(holder(), 3), before)
