"""The newest frame of people who are followed live, from the frames before it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from zedo_cli.live.person import WINDOW, Moment
from zedo_cli.pipeline.track_smoothing import smoothed_tracks, with_feet_held
from zedo_cli.prior.track_network import TrackInput
from zedo_cli.track_refinement import Refined

FRAMES = WINDOW
"""Frames of a person that the track network sees. Half of them cost half and are 4 % worse on a long stream
(72.7 instead of 69.1 mm, `benchmarks/stream.py`)."""


class Newest(NamedTuple):
    """points: `[P, 17, 3]` m, camera frame. spread: `[P, 17]` m as the track network states it, NaN for those
    whose uncertainty it does not state."""

    points: Tensor
    spread: Tensor


def newest(windows: list[list[Moment]], contacts: bool, refine: Callable[..., Refined] | None) -> Newest:
    """The newest answers of P people, smoothed over the window of each, and refined by the track network.

    Args:
        windows: the moments of each person that have answers, in order of time.
        contacts: whether feet that stand still stay still.
        refine: `Lifter.refine`; None for the smoother alone.
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
    if refine is None or len(rows) < len(moments):
        return Newest(points[last], torch.full(points[last].shape[:2], torch.nan))
    given = TrackInput(*(torch.cat(parts) for parts in zip(*rows, strict=True)))
    pieces = [np.flatnonzero(track == person)[-FRAMES:] for person in range(len(windows))]
    given = given._replace(steady=points, times=torch.from_numpy(times))
    found = refine(given, pieces, frames=FRAMES)
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
