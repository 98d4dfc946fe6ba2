"""A single wrong keypoint moves nobody."""

from dataclasses import replace

import numpy as np
import pytest

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.lifter import Lifter

DISTANCE = 500.0
"""Pixels, of people of about 800."""


@pytest.fixture(scope="module")
def people():
    """Real detections, 24 rows."""
    found = load_dataset("pose2sim").keypoints
    return found.take(np.arange(0, len(found), 16))


@pytest.fixture(scope="module")
def lifter():
    return Lifter(clips=False)


def moved(people, joint, confidence):
    """The joint of every row at `DISTANCE` from where it was, and the same rows with the joint in its
    place."""
    generator = np.random.default_rng(joint)
    angle = generator.uniform(0, 2 * np.pi, len(people))
    points, trust = people.points.copy(), people.confidence.copy()
    points[:, joint] += DISTANCE * np.stack([np.cos(angle), np.sin(angle)], 1)
    trust[:, joint] = np.where(trust[:, joint] > 0, confidence, 0)
    return replace(people, points=points, confidence=trust), replace(people, confidence=trust)


def effect(lifter, joint, one, other):
    """Mean movement (m) of the root, and of the other joints about it."""
    poses = [lifter.lift(people).poses_3d for people in (one, other)]
    root = np.linalg.norm(poses[0][:, 0] - poses[1][:, 0], axis=-1).mean()
    local = np.linalg.norm(poses[0] - poses[0][:, :1] - poses[1] + poses[1][:, :1], axis=-1)
    return root, np.delete(local, joint, axis=1).mean()


@pytest.mark.parametrize("joint", [0, 2, 9, 13, 16])
def test_a_keypoint_of_almost_no_confidence_has_no_effect(lifter, people, joint):
    root, others = effect(lifter, joint, *moved(people, joint, 0.05))
    assert root < 0.03
    assert others < 0.015


@pytest.mark.parametrize("joint", [2, 9, 13, 16])
def test_a_confident_keypoint_that_contradicts_all_others_is_left_out(lifter, people, joint):
    wrong, right = moved(people, joint, 1.0)
    seen = people.confidence[:, joint] > 0
    root, others = effect(lifter, joint, wrong.take(seen), right.take(seen))
    assert root < 0.13
    assert others < 0.045


def test_what_is_left_out_is_reported_and_uncertain(lifter, people):
    wrong, right = moved(people, 16, 1.0)
    poses = lifter.lift(wrong)
    assert "keypoints-left-out" in [note.code for note in poses.notes]
    assert poses.uncertainty[:, 16].mean() > 1.05 * lifter.lift(right).uncertainty[:, 16].mean()


def test_exact_people_lose_nothing():
    found = load_dataset("open").keypoints
    poses = Lifter(clips=False).lift(found.take(np.arange(0, len(found), 20)))
    assert (poses.confidence > 0).all()
