"""Layers that commute with the mirror image."""

import pytest
import torch

from zedo_cli.pipeline.view import View, mirror_order, mirrored_pose, mirrored_view
from zedo_cli.prior.symmetric_layers import (
    MirrorBasis,
    SymmetricBlock,
    SymmetricEntry,
    SymmetricLeave,
    features_basis,
    joints_basis,
    pose_basis,
)
from zedo_cli.prior.view_features import CONTEXT, context_features, view_features

FEATURES = 17 * 3 + 1


@pytest.fixture
def view():
    generator = torch.Generator().manual_seed(3)
    rays = torch.randn(6, 17, 3, generator=generator) * 0.2 + torch.tensor([0.3, -0.1, 1.0])
    confidence = torch.rand(6, 17, generator=generator) * (torch.rand(6, 17, generator=generator) > 0.2)
    up = torch.nn.functional.normalize(torch.randn(6, 3, generator=generator), dim=-1)
    bones = 0.2 + torch.rand(6, 10, generator=generator)
    return View(torch.nn.functional.normalize(rays, dim=-1), confidence, up, bones)


def features_of(view, context):
    features, rotation = view_features(view)
    return torch.cat([features, context_features(view, rotation)], -1) if context else features


def image(even, odd):
    return torch.cat([even, -odd], dim=-1)


def test_components_come_back_from_sums_and_differences():
    basis = MirrorBasis([1, 0, 2, 3], [-1, -1, -1, 1])
    x = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    even, odd = basis.split(x)
    assert even.tolist() == [[-1.0, 4.0]]  # x0 - x1, since the mirror negates both, and x3
    assert odd.tolist() == [[3.0, 3.0]]
    alone = torch.tensor([0.5, 1.0]), torch.tensor([0.5, 1.0])  # a sum is twice its half
    assert torch.equal(basis.merged(even * alone[0], odd * alone[1]), x)


def test_the_even_half_of_a_pose_stays_and_the_odd_one_changes_its_sign():
    pose = torch.randn(5, 17, 3)
    even, odd = pose_basis().split(pose.flatten(1))
    assert (even.shape[1], odd.shape[1]) == (28, 23)
    assert torch.allclose(
        torch.cat(pose_basis().split(mirrored_pose(pose).flatten(1)), -1), image(even, odd), atol=1e-6
    )


@pytest.mark.parametrize("context", [0, CONTEXT])
def test_so_do_the_halves_of_the_features_of_a_view(view, context):
    basis = features_basis(FEATURES + context)
    seen = torch.cat(basis.split(features_of(mirrored_view(view), context)), -1)
    assert torch.allclose(seen, image(*basis.split(features_of(view, context))), atol=1e-5)


def test_one_number_for_each_joint():
    values = torch.randn(4, 17)
    even, odd = joints_basis().split(values)
    mirrored = values.index_select(-1, mirror_order(values))
    assert torch.allclose(torch.cat(joints_basis().split(mirrored), -1), image(even, odd), atol=1e-6)


@torch.no_grad()
def test_layers_take_images_to_images(view):
    torch.manual_seed(0)
    enter, block = SymmetricEntry(51, FEATURES + CONTEXT, 32), SymmetricBlock(32, 64, 16)
    leave = SymmetricLeave(32, 51)
    pose, shift = torch.randn(6, 17, 3), torch.randn(1, 32)

    def run(pose, view):
        x = enter.of_pose(pose.flatten(1)) + enter.of_view(features_of(view, CONTEXT))
        even, odd = block(*x.chunk(2, dim=-1), shift)
        return even, odd, leave(torch.cat([even, odd], -1)).view_as(pose)

    even, odd, answer = run(pose, view)
    other_even, other_odd, other = run(mirrored_pose(pose), mirrored_view(view))
    assert torch.allclose(other_even, even, atol=1e-5)
    assert torch.allclose(other_odd, -odd, atol=1e-5)
    assert torch.allclose(mirrored_pose(other), answer, atol=1e-5)
    assert float(odd.abs().mean()) > 0.05  # and not because the odd half is nothing


def test_gradients_are_those_of_the_function_in_place():
    torch.manual_seed(0)
    block = SymmetricBlock(32, 64, 16)
    even, odd, shift = torch.randn(3, 16), torch.randn(3, 16), torch.randn(1, 32)
    kept = even.clone(), odd.clone()
    with torch.no_grad():
        plain = block(even, odd, shift)
    assert torch.equal(even, kept[0])  # the input is not written over
    assert torch.equal(odd, kept[1])
    graded = block(even, odd.requires_grad_(), shift)
    assert torch.allclose(torch.cat(plain, -1), torch.cat(graded, -1), atol=1e-6)
    graded[1].sum().backward()
    assert float(odd.grad.abs().sum()) > 0
