"""From answers for single frames to answers for tracks: a Gaussian smoother over each track, and the track
network of the prior."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline import hypotheses
from zedo_cli.pipeline.calibration import how_noisy
from zedo_cli.pipeline.method import Lifted
from zedo_cli.pipeline.rays import keypoints_to_directions, pull_on_rays
from zedo_cli.pipeline.smoothing import JOINT_ACCELERATION
from zedo_cli.pipeline.track_smoothing import smoothed_tracks, with_feet_held
from zedo_cli.pipeline.weights import ray_gain
from zedo_cli.preparation import Prepared
from zedo_cli.prior.track_network import TrackInput
from zedo_cli.skeletons import ADULT, LIMBS
from zedo_cli.track_refinement import Refined, track_rows

FASTEST_ASSUMED = 30.0
"""Frames/s where nothing is known and people move little between frames."""

UNRELATED = 10.0
"""Time (s) between frames that are too few to say anything: they share no motion."""

FEWEST_FRAMES = 8
"""Frames in a row from which the time between them is estimated."""

CLOSEST = 0.002
"""Error (m) across a ray at which poses are put on exact rays again; noisy ones hardly change them."""


def times_of(people: Keypoints, poses: np.ndarray) -> tuple[np.ndarray, list[Note]]:
    """Time (s) of each row, and what was assumed.

    Where neither stamps nor the rate are known, by the number of the frame, with the time between frames that
    fits how the poses change.

    Args:
        people: N rows.
        poses: answers for single frames, `[N, J, 3]` m.
    """
    time = np.full(len(people), np.nan) if people.time is None else np.asarray(people.time, float)
    steps, rates = [], []
    for name, rate, rows in zip(
        people.clip_names, people.of_clips("fps"), people.rows_of_clips(), strict=True
    ):
        step = 1 / rate if rate else assumed_step(people.frame[rows], people.person[rows], poses[rows])
        steps.append(step)
        if rate is None and np.isnan(time[rows]).any() and step < UNRELATED:
            rates.append((1 / step, name))
    times: np.ndarray = np.where(np.isfinite(time), time, people.frame * np.array(steps)[people.clip])
    if not rates:
        return times, []
    low, high = (f"{end:.2g}" for end in (min(rates)[0], max(rates)[0]))
    span = low if low == high else f"{low} to {high}"
    where = f"{rates[0][1]}: " if len(rates) == 1 else f"{len(rates)} clips: "
    text = f"{where}the frame rate is unknown: {span} frames/s are assumed, by how people move"
    return times, [Note("info", text, "frame-rate-assumed")]


def assumed_step(frame: np.ndarray, person: np.ndarray, poses: np.ndarray) -> float:
    """The time (s) between two numbers of frames of a clip of unknown rate. frame, person: of its rows `[N]`.
    poses: `[N, J, 3]` m.

    Second differences of limbs have the variance 6 s + 2/3 Q and the covariance -4 s + Q / 6 with their
    neighbours, of white noise of variance s and of a Wiener process of the velocity, Q = density * step^3.
    Frames are no closer than at `FASTEST_ASSUMED`.
    """
    rows = np.flatnonzero(np.isfinite(poses).all((1, 2)))
    rows = rows[np.lexsort([frame[rows], person[rows]])]
    gap = np.where(np.diff(person[rows]) == 0, np.diff(frame[rows]), 0)
    usual = int(np.median(gap[gap > 0])) if (gap > 0).any() else 1
    follows = gap == usual
    if len(rows) < FEWEST_FRAMES or not (follows[2:] & follows[1:-1] & follows[:-2]).any():
        return UNRELATED
    limbs = (poses[rows] - poses[rows][:, :1])[:, list(LIMBS)]
    steps = np.where(follows[:, None, None], np.diff(limbs, axis=0), np.nan)
    second = np.diff(steps, axis=0)
    products = (second * second).sum(-1), (second[1:] * second[:-1]).sum(-1)
    variance, neighbours = (float(np.nanmean(part)) / 3 for part in products)
    process = max(0.0, (4 * variance + 6 * neighbours) * 3 / 11)
    return max(1 / FASTEST_ASSUMED, (process / JOINT_ACCELERATION) ** (1 / 3)) / usual


Refine = Callable[[TrackInput, list[np.ndarray]], Refined]
"""`track_refinement.refined` for one network."""


class OverTracks(NamedTuple):
    """Answers for tracks. lifted: of all rows. stated: `[N]`, rows whose uncertainty the track network
    states. notes: what was assumed."""

    lifted: Lifted
    stated: Tensor
    notes: list[Note]


def over_tracks(
    lifted: Lifted,
    prepared: Prepared,
    noise: Tensor,
    contacts: bool = True,
    refine: Refine | None = None,
) -> OverTracks:
    """The answers for tracks of several frames, others as they are.

    Args:
        lifted: answers for N single frames.
        prepared: of the same rows.
        noise: of the keypoints (m) `[N, J]`; infinite for missing ones.
        contacts: whether feet that stand still stay still.
        refine: what the track network makes of rows and pieces, if the prior has one.
    """
    stated = torch.zeros(len(lifted.pose), dtype=torch.bool)
    known = lifted.pose.isfinite().flatten(1).all(1).numpy()
    pieces = [rows[known[rows]] for rows in prepared.tracks.longer_than(1)]
    if not any(len(rows) > 1 for rows in pieces):
        return OverTracks(lifted, stated, [])
    intrinsics = prepared.seen.intrinsics
    times, notes = times_of(prepared.keypoints, lifted.pose.numpy())
    pieces = [_in_time(rows, times) for rows in pieces]
    noisy = how_noisy(noise / ADULT)
    points = smoothed_rows(lifted, noisy, pieces, times, contacts)
    if refine is not None:
        points, spread, stated = refine(track_rows(lifted, prepared.seen, points, times), pieces)
        lifted = lifted._replace(uncertainty=torch.where(stated[:, None], spread, lifted.uncertainty))
        if contacts:
            points = _feet_held(points, lifted.uncertainty, noisy, pieces, times)
    rays = normalize(keypoints_to_directions(lifted.keypoints, intrinsics), dim=-1)
    points = on_rays(points, rays, noise)
    changed = torch.zeros(len(points), dtype=torch.bool)
    for rows in pieces:
        changed[torch.from_numpy(rows)] = len(rows) > 1
    moved = torch.where(changed[:, None, None], points - lifted.pose, 0.0)
    answer, every = lifted.pose + moved, lifted.hypotheses + moved[:, None]
    error = hypotheses.reprojection_error(answer, lifted.keypoints, lifted.confidence, intrinsics)
    answers = lifted._replace(
        pose=answer,
        hypotheses=every,
        translation=lifted.translation + moved[:, None, 0],
        score=hypotheses.log_likelihood(every, rays[:, None], noise[:, None]),
        reprojection_error=torch.where(changed, error, lifted.reprojection_error),
    )
    return OverTracks(answers, stated, notes)


def _in_time(rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The rows of a track in order of time, without those that repeat a time."""
    rows = rows[np.argsort(times[rows], kind="stable")]
    return rows[np.append(True, np.diff(times[rows]) > 0)] if len(rows) else rows


def smoothed_rows(
    lifted: Lifted, noisy: Tensor, pieces: list[np.ndarray], times: np.ndarray, contacts: bool
) -> Tensor:
    """Absolute poses `[N, J, 3]` m, those of the pieces smoothed.

    noisy: `[N]`, 0 for exact keypoints to 1 for those of a detector. pieces: the rows of each track in order
    of time. times: `[N]` s.
    """
    points = lifted.pose.clone()
    rows = np.concatenate(pieces)
    steady, roots = smoothed_tracks(
        lifted.pose[rows].double().numpy(),
        lifted.uncertainty[rows].double().numpy(),
        noisy[rows].double().numpy(),
        times[rows],
        np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces]),
        contacts,
    )
    points[rows] = torch.from_numpy(steady + roots[:, None]).float()
    return points


def _feet_held(
    points: Tensor, uncertainty: Tensor, noisy: Tensor, pieces: list[np.ndarray], times: np.ndarray
) -> Tensor:
    """The points `[N, J, 3]`, those of the pieces with feet that stand where they are."""
    held, rows = points.clone(), np.concatenate(pieces)
    track = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    given, spread, noise = (part[rows].double().numpy() for part in (points, uncertainty, noisy))
    found = with_feet_held(given, spread, noise, times[rows], track)
    held[rows] = torch.from_numpy(found).float()
    return held


def on_rays(points: Tensor, rays: Tensor, noise: Tensor) -> Tensor:
    """The points `[N, J, 3]` with those of exact keypoints on their unit rays again."""
    gain = ray_gain(torch.tensor(CLOSEST), noise)
    for _ in range(3):
        points = pull_on_rays(points, torch.zeros_like(points[:, :1]), rays, gain)
    return points
