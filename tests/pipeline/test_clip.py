"""What rows of a clip share."""

import math

import pytest
import torch

from places import people
from zedo_cli.pipeline.body import bone_lengths
from zedo_cli.pipeline.clip import (
    FEWEST_ROWS,
    bones_of_poses,
    size_factor,
    standing_height,
    vertical_of_poses,
)
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.skeletons import BONE_LENGTHS, BONES
from zedo_cli.training.augmentation import upright


@pytest.fixture
def standing():
    return upright(torch.from_numpy(people(12)).float())


def test_the_vertical_of_people_who_stand_is_theirs_though_one_lies(standing):
    down = torch.tensor([math.radians(20.0), math.radians(-10.0)])
    rotations = camera_rotation(torch.zeros(2), down, torch.tensor([0.1, 0.4]))
    group = torch.arange(12) // 6
    poses = (standing[:, None] @ rotations[group].mT[:, None]).squeeze(1)
    poses[2] = poses[2].roll(1, dims=-1)
    vertical = vertical_of_poses(poses, group)
    expected = (rotations @ torch.tensor([0.0, -1, 0]))[group]
    assert torch.rad2deg(torch.acos((vertical * expected).sum(-1).clamp(max=1))).max() < 3
    assert (vertical[:6] == vertical[0]).all()


def test_bones_are_medians_of_the_person(standing):
    poses = standing * torch.linspace(0.98, 1.02, 12)[:, None, None]
    poses[3] *= 2
    shared = bones_of_poses(poses, torch.arange(12) // 6)
    assert (shared[:6] == shared[0]).all()
    assert not torch.equal(shared[0], shared[-1])
    assert torch.allclose(shared[0] / bone_lengths(standing)[:6].mean(0), torch.tensor(0.99), atol=0.12)


def test_too_few_rows_tell_nothing(standing):
    group = torch.zeros(FEWEST_ROWS - 1, dtype=torch.long)
    assert (vertical_of_poses(standing[: len(group)], group) == 0).all()
    assert (bones_of_poses(standing[: len(group)], group) == 0).all()


def test_heights(standing):
    adult = torch.tensor([BONE_LENGTHS[ends[0] - 1] for ends in BONES.values()])
    assert standing_height(adult).item() == pytest.approx(1.7)
    factor = size_factor(standing, torch.arange(12) % 2, 1.9)
    tall = standing_height(bone_lengths(standing * factor[:, None, None]))
    assert tall[::2].median().item() == pytest.approx(1.9, abs=1e-4)
    assert (factor[::2] == factor[0]).all()
