"""Virtual cameras: what is drawn lies where the constants say."""

import pytest
import torch

from zedo_cli.pipeline.body import bone_lengths
from zedo_cli.training import scene as scenes
from zedo_cli.training.corpus import Corpus
from zedo_cli.training.detector_noise import training_view
from zedo_cli.training.virtual_cameras import FARTHEST, draw_orientations, draw_scene

COUNT = 4000


def test_people_stand_in_front_of_the_camera_and_somewhere_in_the_image(scene):
    points = scene.poses + scene.places[:, None]
    assert (points[..., 2] > 0.5).all()
    assert (scene.places[:, 2] <= FARTHEST + 0.01).all()
    pelvis = points[:, 0, :2] / points[:, 0, 2:]
    assert (pelvis.abs() <= scene.border + 1e-5).all()
    outside = ((points[..., :2] / points[..., 2:]).abs() > scene.border[:, None]).any(-1)
    assert 0.03 < outside.float().mean() < 0.2


def test_exact_views_meet_the_joints(scene, exact):
    points = scene.poses + scene.places[:, None]
    along = (points * exact.rays).sum(-1, keepdim=True) * exact.rays
    assert torch.allclose(along, points, atol=1e-5)
    assert (exact.confidence == 1).all()


def test_without_rotation_people_stay_as_they_are():
    poses = Corpus.load([]).poses[:100]
    assert torch.equal(draw_scene(poses, torch.Generator().manual_seed(0), rotation=False).poses, poses)


def test_orientations_are_rotations_of_people_who_stand_more_often_than_not():
    rotations, vertical = draw_orientations(COUNT, torch.Generator().manual_seed(0))
    assert torch.allclose(rotations @ rotations.mT, torch.eye(3).expand(COUNT, 3, 3), atol=1e-5)
    assert torch.allclose(torch.linalg.det(rotations), torch.ones(COUNT), atol=1e-5)
    down = rotations @ torch.tensor([0.0, 1, 0])
    assert 0.75 < (down[:, 1] > 0.8).float().mean() < 0.97
    lying = (rotations != vertical).flatten(1).any(1)
    assert 0.02 < lying.float().mean() < 0.1
    assert (vertical[lying][:, 1, 1] > 0.7).all()
    yaw = torch.atan2(rotations[:, 0, 2], rotations[:, 2, 2])
    assert torch.histc(yaw, 8).std() / (COUNT / 8) < 0.15


def test_the_vertical_and_the_bones_are_known_of_some_and_nearly_right(scene):
    view = training_view(scene, torch.Generator().manual_seed(5))
    seen = (view.confidence > 0).any(1)
    for values, share in ((view.up, scenes.VERTICAL_KNOWN), (view.bones, scenes.BONES_KNOWN)):
        known = (values != 0).any(1)
        assert not known[~seen].any()
        assert abs(known[seen].float().mean() - share) < 0.03
    known = (view.up != 0).any(1)
    angle = torch.rad2deg(torch.acos((view.up * scene.up).sum(-1)[known].clamp(max=1)))
    assert angle.square().mean().sqrt().item() == pytest.approx(scenes.VERTICAL_ERROR_DEGREES, rel=0.1)
    known = (view.bones != 0).any(1)
    error = (view.bones / bone_lengths(scene.poses)).log()[known]
    assert error.mean(1).std().item() == pytest.approx(scenes.SIZE_ERROR, rel=0.3)
    assert (error - error.mean(1, keepdim=True)).std().item() == pytest.approx(scenes.BONE_ERROR, rel=0.1)
