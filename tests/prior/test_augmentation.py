"""Bodies and orientations."""

import pytest
import torch

from zedo_cli.prior.augmentation import (
    BONE_LENGTHS,
    draw_bone_lengths,
    draw_orientations,
    mirrored,
    upright,
    with_new_bones,
)
from zedo_cli.skeletons import MIRROR, PARENTS


@pytest.fixture
def poses():
    return torch.randn(200, 17, 3, generator=torch.Generator().manual_seed(0))


def bones(poses):
    return poses[:, 1:] - poses[:, list(PARENTS[1:])]


def test_new_bones_keep_directions_and_the_pelvis(poses):
    changed = with_new_bones(poses, torch.Generator().manual_seed(1))
    cosine = torch.nn.functional.cosine_similarity(bones(poses), bones(changed), dim=-1)
    assert torch.allclose(cosine, torch.ones_like(cosine), atol=1e-5)
    assert (changed[:, 0] == 0).all()


def test_bones_are_symmetric_and_human():
    lengths = draw_bone_lengths(5000, torch.Generator().manual_seed(0))
    for joint in range(1, 17):
        assert torch.equal(lengths[:, joint - 1], lengths[:, MIRROR[joint] - 1])
    assert torch.allclose(lengths.mean(0), torch.tensor(BONE_LENGTHS), rtol=0.02)
    assert (lengths > 0).all()


def test_mirroring_twice_changes_nothing(poses):
    every, none = torch.ones(200, dtype=torch.bool), torch.zeros(200, dtype=torch.bool)
    once = mirrored(poses, every)
    assert torch.equal(mirrored(once, every), poses)
    assert torch.equal(mirrored(poses, none), poses)
    assert torch.equal(once[:, 1, 0], -poses[:, 4, 0])


def test_orientations_are_rotations_of_people_who_stand_more_often_than_not():
    rotations = draw_orientations(4000, torch.Generator().manual_seed(0))
    assert torch.allclose(rotations @ rotations.mT, torch.eye(3).expand(4000, 3, 3), atol=1e-5)
    assert torch.allclose(torch.linalg.det(rotations), torch.ones(4000), atol=1e-5)
    down = rotations @ torch.tensor([0.0, 1, 0])
    assert 0.7 < (down[:, 1] > 0.8).float().mean() < 0.95
    yaw = torch.atan2(rotations[:, 0, 2], rotations[:, 2, 2])
    assert torch.histc(yaw, 8).std() / 500 < 0.15


def test_upright_turns_z_up_into_y_down():
    pose = torch.zeros(1, 17, 3)
    pose[:, :] = torch.tensor([1.0, 2, 3])
    pose[0, 10] += torch.tensor([0.1, 0.2, 0.7])
    turned = upright(pose)
    assert (turned[0, 0] == 0).all()
    assert torch.allclose(turned[0, 10], torch.tensor([0.1, -0.7, 0.2]), atol=1e-6)
