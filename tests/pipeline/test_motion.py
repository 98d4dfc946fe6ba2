"""What the frames of a track share."""

import pytest
import torch

from places import people
from zedo_cli.pipeline.body import bone_lengths, standing_height
from zedo_cli.pipeline.motion import (
    MIN_FRAMES,
    bones_of_track,
    size_factor,
    usable_vertical,
    vertical_of_track,
)
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.skeletons import MEAN_BONES
from zedo_cli.training.augmentation import upright


@pytest.fixture
def standing():
    return upright(torch.from_numpy(people(12)).float())


def test_the_vertical_of_people_who_stand_is_found_though_one_lies(standing):
    for pitch, roll in ((20.0, 0.1), (-10.0, 0.4)):
        rotation = camera_rotation(torch.zeros(()), torch.deg2rad(torch.tensor(pitch)), torch.tensor(roll))
        poses = standing @ rotation.mT
        poses[2] = poses[2].roll(1, dims=-1)
        vertical = vertical_of_track(poses)
        expected = rotation @ torch.tensor([0.0, -1, 0])
        assert torch.rad2deg(torch.acos((vertical * expected).sum().clamp(max=1))) < 3


def test_bones_are_medians_of_the_track(standing):
    poses = standing * torch.linspace(0.98, 1.02, 12)[:, None, None]
    expected = bones_of_track(poses)
    poses[3] *= 2
    assert torch.allclose(bones_of_track(poses), expected, rtol=0.05)
    assert torch.allclose(expected / bone_lengths(standing).mean(0), torch.tensor(1.0), atol=0.12)


def test_a_short_track_says_nothing(standing):
    assert (vertical_of_track(standing[: MIN_FRAMES - 1]) == 0).all()
    assert (bones_of_track(standing[: MIN_FRAMES - 1]) == 0).all()
    assert bones_of_track(standing[:MIN_FRAMES]).all()


def test_heights(standing):
    assert standing_height(torch.tensor(MEAN_BONES)).item() == pytest.approx(1.7)
    tall = standing_height(bone_lengths(standing * size_factor(standing, 1.9)))
    assert tall.median().item() == pytest.approx(1.9, abs=1e-4)


def test_the_vertical_of_a_steep_camera_is_not_used():
    level, steep = torch.tensor([[0.0, -0.9, -0.44]]), torch.tensor([[0.0, -0.3, -0.95]])
    assert torch.equal(usable_vertical(level), level)
    assert not usable_vertical(steep).any()
