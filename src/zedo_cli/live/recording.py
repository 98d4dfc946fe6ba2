"""What a stream records before its first frame, so that no later frame waits for it."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from zedo_cli.live.smoothing import FRAMES
from zedo_cli.pipeline.graphs import FEW_ROWS, Graphed
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.prior.track_network import TrackInput
from zedo_cli.skeletons import MEAN_BONES

if TYPE_CHECKING:
    from zedo_cli.lifter import Lifter

AWAY = 4.0
"""Distance (m) of the person who is lifted to record."""


def record(lifter: "Lifter", refine: bool) -> None:
    """Record the lifter's functions for one person and for several, with and without what a track tells of
    the body, and the track network if it is to `refine`.

    On a CPU nothing else is recorded from then on: that takes up to a second, which a stream does not have.
    """
    steps = [
        lifter.initialise,
        lifter.loop,
        lifter.look,
        lifter.first_pass,
        lifter.evaluate if refine else None,
    ]
    graphs = [step for step in steps if isinstance(step, Graphed)]
    if lifter.prior.exemplars.device.type != "cpu" or any(graph.held for graph in graphs):
        return
    for graph in graphs:
        graph.forget()
    pose = lifter.prior.exemplars[:1].float() + torch.tensor([0, 0, AWAY])
    for count in (1, FEW_ROWS):
        people = pose.expand(count, -1, -1)
        for _ in range(3):
            with torch.no_grad():
                _lifted(lifter, people)
                if refine and lifter.evaluate is not None:
                    lifter.evaluate(_still(people))
    for graph in graphs:
        graph.held = True


def _lifted(lifter: "Lifter", people: Tensor) -> None:
    """Every function once for `people` `[P, 17, 3]` m."""
    count = len(people)
    k = torch.tensor([[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]]).repeat(count, 1, 1)
    plain = Observation(points_to_keypoints(people, k), torch.ones(count, people.shape[1]), k)
    fit = lifter.look(plain)
    seen = [plain._replace(mean=fit.pose, spread=fit.spread)]
    if lifter.first_pass is not None:
        lifter.first_pass(seen[0])
    if lifter.clips and lifter.prior.takes_context:
        up, bones = torch.tensor([[0.0, -1, 0]]), torch.tensor([MEAN_BONES])
        seen.append(plain._replace(up=up.repeat(count, 1), bones=bones.repeat(count, 1)))
    for one in seen if isinstance(lifter.initialise, Graphed) else ():
        lifter.loop(lifter.initialise(one))


def _still(points: Tensor) -> TrackInput:
    """Windows of people `[P, 17, 3]` m who do not move."""
    count = len(points)
    window = points[:, None].repeat(1, FRAMES, 1, 1)
    return TrackInput(
        steady=window,
        single=window,
        directions=window / window[..., 2:],
        trust=torch.ones(count, FRAMES, 17),
        spread=torch.full((count, FRAMES, 17), 0.05),
        up=torch.zeros(count, FRAMES, 3),
        bones=torch.tensor([MEAN_BONES]).repeat(count, FRAMES, 1),
        times=torch.arange(FRAMES).repeat(count, 1) / 30,
        known=torch.ones(count, FRAMES, dtype=torch.bool),
    )
