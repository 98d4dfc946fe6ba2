"""What the track network of a prior makes of tracks: windows of frames in, refined motion out."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from zedo_cli.pipeline.method import Lifted
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.rays import keypoints_to_directions
from zedo_cli.prior.track_network import TrackInput, TrackNetwork, track_window
from zedo_cli.skeletons import BONES

FRAMES, OVERLAP = 64, 32
"""Frames of a window, and those that neighbouring windows of a track share at least."""

LONGEST_GAP = 1.0
"""Time (s) without the person after which frames no longer share a window."""

UNSTATED = 0.08
"""Uncertainty (m) of single frames that state none."""

AT_ONCE = 64
"""Windows in one evaluation; changes memory and speed only."""


class Refined(NamedTuple):
    """Rows after the track network. points: `[N, 17, 3]` m, camera frame, absolute. spread: `[N, 17]` m,
    standard deviation of the root-relative joint. changed: `[N]`, rows with neighbours; others are as they
    were."""

    points: Tensor
    spread: Tensor
    changed: Tensor


def track_rows(lifted: Lifted, seen: Observation, steady: Tensor, times: np.ndarray | float) -> TrackInput:
    """N rows as the track network sees them, before they are cut into windows: leading dimension `[N]`.

    Args:
        lifted: answers for single frames.
        seen: of the same rows, with what the tracks share.
        steady: smoothed answers `[N, 17, 3]` m, absolute.
        times: `[N]` s, or one for all.
    """
    count = len(steady)
    return TrackInput(
        steady=steady,
        single=lifted.pose,
        directions=keypoints_to_directions(lifted.keypoints, seen.intrinsics),
        trust=lifted.confidence,
        spread=lifted.uncertainty.nan_to_num(UNSTATED),
        up=steady.new_zeros(count, 3) if seen.up is None else seen.up,
        bones=steady.new_zeros(count, len(BONES)) if seen.bones is None else seen.bones,
        times=torch.as_tensor(times, dtype=torch.float64).expand(count),
        known=torch.ones(count, dtype=torch.bool),
    )


class Evaluated(NamedTuple):
    """points: `[W, T, 17, 3]` m, camera frame, absolute. spread: `[W, T, 17]` m."""

    points: Tensor
    spread: Tensor


def evaluated(network: TrackNetwork, given: TrackInput) -> Evaluated:
    """The answer of the network for windows, in the camera frame."""
    window, rotation = track_window(given)
    answer = network(window)
    roots = window.roots * answer.depth_factor[..., None]
    return Evaluated((answer.poses + roots[:, :, None]) @ rotation[:, None], answer.spread)


Evaluate = Callable[[TrackInput], Evaluated]
"""`evaluated` for one network, perhaps recorded."""


def refined(
    evaluate: Evaluate,
    rows: TrackInput,
    pieces: list[np.ndarray],
    device: torch.device,
    frames: int | None = None,
) -> Refined:
    """The rows of tracks after the network.

    Args:
        evaluate: the network of a prior.
        rows: of `track_rows`.
        pieces: the rows of each track in order of time.
        device: of the network.
        frames: to which windows are filled up; that of the longest without it.
    """
    count = len(rows.steady)
    points, spread = torch.zeros(count, 17, 3), torch.zeros(count, 17)
    total = torch.zeros(count)
    windows = [window for piece in pieces for window in windows_of(piece, rows.times.numpy())]
    windows.sort(key=len)
    for first in range(0, len(windows), AT_ONCE):
        some = windows[first : first + AT_ONCE]
        index, known = _padded(some, frames or max(map(len, some)))
        given = TrackInput(*(part[index].to(device) for part in rows))
        since = (given.times - given.times[:, :1]).float()
        given = given._replace(times=since, known=known.to(device))
        with torch.no_grad():
            answer = Evaluated(*(part.cpu()[known] for part in evaluate(given)))
        weight = _blend(known)[known]
        where = index[known]
        points.index_add_(0, where, answer.points * weight[:, None, None])
        spread.index_add_(0, where, answer.spread * weight[:, None])
        total.index_add_(0, where, weight)
    changed = total > 0
    total = total.clamp(min=1e-9)
    return Refined(
        torch.where(changed[:, None, None], points / total[:, None, None], rows.steady),
        torch.where(changed[:, None], spread / total[:, None], rows.spread),
        changed,
    )


def windows_of(piece: np.ndarray, times: np.ndarray) -> list[np.ndarray]:
    """The rows of a track cut where the person is away, and into overlapping windows of more than one
    frame."""
    parts = np.split(piece, np.flatnonzero(np.diff(times[piece]) > LONGEST_GAP) + 1)
    windows = []
    for part in parts:
        last = max(0, len(part) - FRAMES)
        starts = {*range(0, last, FRAMES - OVERLAP), last}
        windows += [part[start : start + FRAMES] for start in sorted(starts) if len(part) > 1]
    return windows


def _padded(windows: list[np.ndarray], longest: int) -> tuple[Tensor, Tensor]:
    """Rows `[W, longest]` of windows of several lengths, the last one repeated, and which of them are
    there."""
    index = np.stack([np.pad(window, (0, longest - len(window)), mode="edge") for window in windows])
    known = np.arange(longest) < np.array([len(window) for window in windows])[:, None]
    return torch.from_numpy(index), torch.from_numpy(known)


def _blend(known: Tensor) -> Tensor:
    """Weights `[W, T]` of frames where windows overlap, largest in the middle."""
    place = torch.arange(known.shape[1])
    left = known.sum(1, keepdim=True) - place
    return torch.minimum(place + 1, left).clamp(min=0).float()
