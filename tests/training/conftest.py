"""People in front of virtual cameras, and how a detector sees them."""

import pytest
import torch

from zedo_cli.training.corpus import Corpus
from zedo_cli.training.detector_noise import detected_view
from zedo_cli.training.virtual_cameras import draw_scene, exact_view

COUNT = 4000


@pytest.fixture(scope="session")
def scene():
    poses = Corpus.load([]).poses
    generator = torch.Generator().manual_seed(0)
    return draw_scene(poses[torch.randint(len(poses), (COUNT,), generator=generator)], generator)


@pytest.fixture(scope="session")
def exact(scene):
    return exact_view(scene)


@pytest.fixture(scope="session")
def detected(scene):
    return detected_view(scene, torch.Generator().manual_seed(1))
