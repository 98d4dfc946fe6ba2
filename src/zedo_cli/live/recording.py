"""What a stream records before its first frame, so that no later frame waits for it."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from zedo_cli.live.smoothing import FRAMES
from zedo_cli.pipeline.graphs import Graphed
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.prior.track_network import TrackInput
from zedo_cli.skeletons import MEAN_BONES

if TYPE_CHECKING:
    from zedo_cli.lifter import Lifter

AWAY = 4.0
"""Distance (m) of the person who is lifted to record."""


def record(lifter: "Lifter", refine: bool) -> None:
    """Record the lifter's functions for one person, with and without what a track tells of the body, and the
    track network if it is to `refine`.

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
    pose = lifter.prior.exemplars[:1].float()
    k = torch.tensor([[[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]]])
    points = points_to_keypoints(pose + torch.tensor([0, 0, AWAY]), k)
    plain = Observation(points, torch.ones(1, points.shape[1]), k)
    for graph in graphs:
        graph.forget()
    for _ in range(3):
        with torch.no_grad():
            fit = lifter.look(plain)
            alone = plain._replace(mean=fit.pose, spread=fit.spread)
            if lifter.first_pass is not None:
                lifter.first_pass(alone)
            seen = [alone]
            if lifter.clips and lifter.prior.takes_context:
                bones = torch.tensor([MEAN_BONES])
                seen.append(plain._replace(up=torch.tensor([[0.0, -1, 0]]), bones=bones))
            if refine and lifter.evaluate is not None:
                lifter.evaluate(_still(pose + torch.tensor([0, 0, AWAY])))
            for one in seen if isinstance(lifter.initialise, Graphed) else ():
                lifter.loop(lifter.initialise(one))
    for graph in graphs:
        graph.held = True


def _still(points: Tensor) -> TrackInput:
    """A window of a person `[1, 17, 3]` m who does not move."""
    window = points.expand(1, FRAMES, 17, 3).contiguous()
    return TrackInput(
        steady=window,
        single=window,
        directions=window / window[..., 2:],
        trust=torch.ones(1, FRAMES, 17),
        spread=torch.full((1, FRAMES, 17), 0.05),
        up=torch.zeros(1, FRAMES, 3),
        bones=torch.tensor([MEAN_BONES]).expand(1, FRAMES, -1).contiguous(),
        times=torch.arange(FRAMES)[None] / 30,
        known=torch.ones(1, FRAMES, dtype=torch.bool),
    )
