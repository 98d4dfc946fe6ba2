"""The newest frame of people who are followed live, from the frames before it."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from zedo_cli.live.person import Moment
from zedo_cli.pipeline.track_smoothing import smoothed_tracks, with_feet_held
from zedo_cli.prior.track_network import TrackInput, TrackNetwork
from zedo_cli.track_refinement import refined


class Newest(NamedTuple):
    """points: `[P, 17, 3]` m, camera frame. spread: `[P, 17]` m as the track network states it, NaN for those
    whose uncertainty it does not state."""

    points: Tensor
    spread: Tensor


def newest(windows: list[list[Moment]], contacts: bool, network: TrackNetwork | None) -> Newest:
    """The newest answers of P people, smoothed over the window of each, and refined by the track network.

    Args:
        windows: the moments of each person that have answers, in order of time.
        contacts: whether feet that stand still stay still.
        network: of the prior, None for the smoother alone.
    """
    moments = [moment for window in windows for moment in window]
    track = np.repeat(np.arange(len(windows)), [len(window) for window in windows])
    last = np.flatnonzero(np.diff(track, append=-1))
    times = np.array([moment.seconds for moment in moments])
    noisy = np.array([moment.noisy for moment in moments])
    poses = np.stack([moment.pose for moment in moments if moment.pose is not None])
    uncertainty = np.stack([moment.uncertainty for moment in moments if moment.uncertainty is not None])
    local, root = smoothed_tracks(poses, uncertainty, noisy, times, track, contacts)
    points = torch.from_numpy(local + root[:, None]).float()
    rows = [moment.row for moment in moments if moment.row is not None]
    if network is None or len(rows) < len(moments):
        return Newest(points[last], torch.full(points[last].shape[:2], torch.nan))
    given = TrackInput(*(torch.cat(parts) for parts in zip(*rows, strict=True)))
    pieces = [np.flatnonzero(track == person) for person in range(len(windows))]
    found = refined(network, given._replace(steady=points, times=torch.from_numpy(times)), pieces)
    points, spread = found.points, found.spread.masked_fill(~found.changed[:, None], torch.nan)
    if contacts:
        arrays = (points.double().numpy(), found.spread.double().numpy())
        points = torch.from_numpy(with_feet_held(*arrays, noisy, times, track)).float()
    return Newest(points[last], spread[last])


def scaled(moment: Moment, factor: float) -> None:
    """Everything in metres of a moment times a factor: the height of the person is known."""
    if moment.pose is not None:
        moment.pose = factor * moment.pose
    if moment.row is not None:
        row = moment.row
        moment.row = row._replace(
            steady=factor * row.steady,
            single=factor * row.single,
            spread=factor * row.spread,
            bones=factor * row.bones,
        )
