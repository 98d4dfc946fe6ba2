"""The newest frame of a stream: from its past, with and without the track network."""

import numpy as np
import pytest
import torch

from zedo_cli import Lifter
from zedo_cli.live.person import Moment
from zedo_cli.live.smoothing import newest, scaled
from zedo_cli.prior.track_network import TrackInput


def window(frames=20, seed=0):
    random = np.random.default_rng(seed)
    body = np.array([0, 0, 4.0]) + np.vstack([np.zeros(3), random.normal(size=(16, 3)) * 0.3])
    moments = []
    for number in range(frames):
        pose = body + random.normal(size=(17, 3)) * 0.02
        points = torch.from_numpy(pose[None]).float()
        row = TrackInput(
            steady=points,
            single=points,
            directions=torch.from_numpy(body[None] / body[None, :, 2:]).float(),
            trust=torch.ones(1, 17),
            spread=torch.full((1, 17), 0.05),
            up=torch.zeros(1, 3),
            bones=torch.zeros(1, 10),
            times=torch.tensor([number / 30], dtype=torch.float64),
            known=torch.ones(1, dtype=torch.bool),
        )
        keypoints = np.zeros((17, 2))
        moments.append(Moment(number, number / 30, keypoints, np.ones(17), pose, np.full(17, 0.05), 1.0, row))
    return body, moments


@pytest.fixture(scope="module")
def refine():
    return Lifter(preset="fast").refine


def test_the_smoother_alone_states_no_uncertainty():
    body, moments = window()
    found = newest([moments], True, None)
    before = np.linalg.norm(moments[-1].pose - body, axis=-1).mean()
    assert np.linalg.norm(found.points[0].numpy() - body, axis=-1).mean() < before
    assert found.spread.isnan().all()


def test_people_do_not_depend_on_each_other(refine):
    first, second = window(seed=0)[1], window(12, seed=1)[1]
    both = newest([first, second], True, refine)
    for place, moments in enumerate((first, second)):
        alone = newest([moments], True, refine)
        assert torch.allclose(both.points[place], alone.points[0], atol=1e-4)
        assert torch.allclose(both.spread[place], alone.spread[0], atol=1e-4)


def test_the_first_frame_is_as_it_is(refine):
    _, moments = window(1)
    found = newest([moments], True, refine)
    assert found.points[0].numpy() == pytest.approx(moments[0].pose, abs=1e-5)
    assert found.spread.isnan().all()


def test_a_known_height_scales_what_the_network_sees():
    _, moments = window(3)
    pose, row = moments[0].pose, moments[0].row
    scaled(moments[0], 1.5)
    assert moments[0].pose == pytest.approx(1.5 * pose)
    assert torch.allclose(moments[0].row.single, 1.5 * row.single)
    assert torch.allclose(moments[0].row.directions, row.directions)
