"""Bodies and orientations."""

import pytest
import torch

from zedo_cli.skeletons import MIRROR, PARENTS
from zedo_cli.training.augmentation import (
    BONE_LENGTHS,
    OWN_PROPORTIONS,
    draw_bone_lengths,
    mirrored,
    recombined,
    upright,
    with_new_bones,
)
from zedo_cli.training.corpus import Corpus


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
    own = torch.tensor(BONE_LENGTHS).expand(8000, 16) * 1.1
    lengths = draw_bone_lengths(own, torch.Generator().manual_seed(0))
    for joint in range(1, 17):
        assert torch.equal(lengths[:, joint - 1], lengths[:, MIRROR[joint] - 1])
    middle = (OWN_PROPORTIONS * 1.1 + 1 - OWN_PROPORTIONS) * torch.tensor(BONE_LENGTHS)
    assert torch.allclose(lengths.median(0).values, middle, rtol=0.03)
    assert (lengths > 0).all()
    legs = lengths[:, [1, 2]].sum(1)
    assert 0.02 < (legs < 0.75).float().mean() < 0.08


def test_own_proportions_stay_in_half_of_the_people():
    """People with hips twice as wide as the mean's keep them in about half of the draws."""
    own = torch.tensor(BONE_LENGTHS).repeat(4000, 1)
    own[:, [0, 3]] *= 2
    lengths = draw_bone_lengths(own, torch.Generator().manual_seed(0))
    wide = lengths[:, 0] / lengths[:, 1] > 1.5 * BONE_LENGTHS[0] / BONE_LENGTHS[1]
    assert abs(wide.float().mean() - OWN_PROPORTIONS) < 0.05


def test_recombined_people_have_one_s_legs_and_another_s_arms_or_are_left_alone():
    poses = Corpus.load([]).poses
    generator = torch.Generator().manual_seed(0)
    some, others = (poses[torch.randint(len(poses), (2000,), generator=generator)] for _ in range(2))
    mixed = recombined(some, others)
    changed = (mixed != some).any(-1).any(-1)
    assert 0.3 < changed.float().mean() < 0.9
    assert torch.equal(mixed[:, :7], some[:, :7])
    length = bones(mixed).norm(dim=-1)
    assert torch.allclose(length[changed][:, 7:], bones(others).norm(dim=-1)[changed][:, 7:], atol=1e-4)
    heights = (mixed[:, 10] - mixed[:, 0])[changed, 1] - (others[:, 10] - others[:, 0])[changed, 1]
    assert heights.abs().max() < 1e-4
    trunk, donor = (torch.nn.functional.normalize(p[:, 8] - p[:, 0], dim=-1)[changed] for p in (mixed, some))
    assert (trunk * donor).sum(-1).min() > 0.9


def test_no_hand_ends_up_in_a_leg():
    """A sitting person does not get the arms of one who stands with hands where the thighs are."""
    stand = torch.zeros(1, 17, 3)
    stand[0, [1, 4], 0] = torch.tensor([-0.1, 0.1])
    stand[0, [2, 5]] = torch.tensor([[-0.1, 0.45, 0], [0.1, 0.45, 0]])
    stand[0, [3, 6]] = torch.tensor([[-0.1, 0.9, 0], [0.1, 0.9, 0]])
    stand[0, 7:11, 1] = torch.tensor([-0.2, -0.5, -0.6, -0.7])
    stand[0, 11:17] = torch.tensor(
        [[0.2, -0.5, 0], [0.3, -0.2, 0], [0.3, 0.0, 0], [-0.2, -0.5, 0], [-0.3, -0.2, 0], [-0.3, 0.0, 0]]
    )
    handed = stand.clone()
    handed[0, 13] = torch.tensor([0.12, 0.3, 0])
    assert torch.equal(recombined(stand, handed), stand)
    waving = stand.clone()
    waving[0, 13] = torch.tensor([0.4, -0.6, 0])
    assert torch.allclose(recombined(stand, waving), waving, atol=1e-6)


def test_mirroring_twice_changes_nothing(poses):
    every, none = torch.ones(200, dtype=torch.bool), torch.zeros(200, dtype=torch.bool)
    once = mirrored(poses, every)
    assert torch.equal(mirrored(once, every), poses)
    assert torch.equal(mirrored(poses, none), poses)
    assert torch.equal(once[:, 1, 0], -poses[:, 4, 0])


def test_upright_turns_z_up_into_y_down():
    pose = torch.zeros(1, 17, 3)
    pose[:, :] = torch.tensor([1.0, 2, 3])
    pose[0, 10] += torch.tensor([0.1, 0.2, 0.7])
    turned = upright(pose)
    assert (turned[0, 0] == 0).all()
    assert torch.allclose(turned[0, 10], torch.tensor([0.1, -0.7, 0.2]), atol=1e-6)
