"""The frame of the central ray: equivariance, robustness, masking."""

import math

import pytest
import roma
import torch
from torch.nn.functional import normalize

from zedo_cli.pipeline.view import View
from zedo_cli.prior.view_features import CONTEXT, central_ray, context_features, turn_to_centre, view_features
from zedo_cli.skeletons import BONES


@pytest.fixture
def view():
    generator = torch.Generator().manual_seed(0)
    points = 0.5 * torch.randn(20, 17, 3, generator=generator) + torch.tensor([0.8, -0.5, 4])
    confidence = torch.rand(20, 17, generator=generator) + 0.01
    confidence[10:, 0] = 0
    confidence[:, 5] = 0
    return View(normalize(points, dim=-1), confidence)


def test_the_pelvis_is_the_centre_where_it_is_seen(view):
    centre = central_ray(view)
    assert torch.equal(centre[:10], view.rays[:10, 0])
    assert not torch.allclose(centre[10:], view.rays[10:, 0], atol=0.01)
    assert torch.allclose(centre.norm(dim=-1), torch.ones(20))


def test_a_stray_joint_hardly_moves_the_centre(view):
    stray = view.rays.clone()
    stray[10:, 7] = normalize(torch.tensor([1.0, 1, 1]), dim=0)
    moved = (central_ray(View(stray, view.confidence)) - central_ray(view))[10:].norm(dim=-1)
    mean = normalize((view.rays * (view.confidence > 0)[..., None]).sum(1), dim=-1)
    strayed = normalize((stray * (view.confidence > 0)[..., None]).sum(1), dim=-1)
    assert moved.mean() < 0.6 * (strayed - mean)[10:].norm(dim=-1).mean()


def test_the_rotation_takes_the_centre_to_the_axis_the_shortest_way(view):
    ray = central_ray(view)
    rotation = turn_to_centre(ray)
    axis = torch.tensor([0.0, 0, 1])
    assert torch.allclose((rotation @ ray[..., None]).squeeze(-1), axis.expand_as(ray), atol=1e-6)
    assert torch.allclose(rotation @ rotation.mT, torch.eye(3).expand_as(rotation), atol=1e-5)
    assert torch.allclose(torch.linalg.det(rotation), torch.ones(20), atol=1e-5)
    angle = roma.rotmat_to_rotvec(rotation).norm(dim=-1)
    assert torch.allclose(angle, torch.acos(ray[:, 2]), atol=1e-4)


def test_turned_rays_have_the_same_features(view):
    """A camera that looks straight at the person sees what one that looks past them sees."""
    features, rotation = view_features(view)
    centred, nothing = view_features(View(view.rays @ rotation.mT, view.confidence))
    assert torch.allclose(features, centred, atol=1e-4)
    assert torch.allclose(nothing, torch.eye(3).expand_as(nothing), atol=1e-4)


def test_rays_of_missing_joints_are_not_looked_at(view):
    rays = view.rays.clone()
    rays[:, 5] = torch.tensor([math.nan] * 3)
    rays = torch.where(rays.isnan(), torch.tensor([0.0, 1, 0]), rays)
    assert torch.equal(view_features(View(rays, view.confidence))[0], view_features(view)[0])


def test_distance_shows_in_the_spread_alone():
    """The same person twice as far: same directions over the spread, half the spread."""
    pose = 0.01 * torch.randn(1, 17, 3, generator=torch.Generator().manual_seed(0))
    pose = pose - pose[:, :1]
    near, far = (
        view_features(View(normalize(pose + torch.tensor([0, 0, depth]), dim=-1), torch.ones(1, 17)))[0]
        for depth in (3.0, 6.0)
    )
    assert torch.allclose(near[:, :-1], far[:, :-1], atol=0.02)
    assert (near - far)[0, -1].item() == pytest.approx(math.log(2), abs=0.01)


def test_a_masked_view_is_all_zeros_and_turns_nothing():
    features, rotation = view_features(View(normalize(torch.ones(2, 17, 3), dim=-1), torch.zeros(2, 17)))
    assert (features == 0).all()
    assert torch.equal(rotation, torch.eye(3).expand(2, 3, 3))


def test_what_is_known_besides_is_given_in_the_turned_frame(view):
    rotation = view_features(view)[1]
    up, bones = normalize(torch.randn(20, 3), dim=-1), 0.1 + torch.rand(20, len(BONES))
    context = context_features(view._replace(up=up, bones=bones), rotation)
    assert context.shape == (20, CONTEXT)
    turned = context_features(
        View(view.rays @ rotation.mT, view.confidence, up @ rotation.mT[0], bones), torch.eye(3)
    )
    assert torch.allclose(context[0], turned[0], atol=1e-5)
    assert (context[:, -1] == 1).all()


def test_what_is_not_known_is_zeros(view):
    rotation = view_features(view)[1]
    assert (context_features(view, rotation) == 0).all()
    nothing = view._replace(up=torch.zeros(20, 3), bones=torch.zeros(20, len(BONES)))
    assert (context_features(nothing, rotation) == 0).all()
