"""From answers for single frames to answers for tracks, by a Gaussian smoother over each track."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline import hypotheses
from zedo_cli.pipeline.calibration import how_noisy
from zedo_cli.pipeline.method import Lifted
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.rays import keypoints_to_directions, pull_on_rays
from zedo_cli.pipeline.smoothing import JOINT_ACCELERATION, smoothed_track
from zedo_cli.pipeline.weights import keypoint_noise, ray_gain
from zedo_cli.skeletons import ADULT, LIMBS
from zedo_cli.tracks import Tracks

FASTEST_ASSUMED = 30.0
"""Frames/s where nothing is known and people move little between frames."""

UNRELATED = 10.0
"""Time (s) between frames that are too few to say anything: they share no motion."""

FEWEST_FRAMES = 8
"""Frames in a row from which the time between them is estimated."""

CLOSEST = 0.002
"""Error (m) across a ray at which poses are put on exact rays again; noisy ones hardly change them."""


def times_of(people: Keypoints, poses: np.ndarray) -> np.ndarray:
    """Time (s) of each row. Where neither stamps nor the rate are known, by the number of the frame, with the
    time between frames that fits how the poses change.

    poses: `[N, J, 3]` m, answers for single frames.
    """
    steps = [
        1 / rate if rate else assumed_step(people, poses, clip) for clip, rate in enumerate(_rates(people))
    ]
    by_frame = people.frame * np.array(steps)[people.clip]
    time = by_frame if people.time is None else np.asarray(people.time, float)
    times: np.ndarray = np.where(np.isfinite(time), time, by_frame)
    return times


def _rates(people: Keypoints) -> tuple[float | None, ...]:
    return people.of_clips("fps")


def assumed_step(people: Keypoints, poses: np.ndarray, clip: int) -> float:
    """The time (s) between frames of a clip of unknown rate, at least that of `FASTEST_ASSUMED`.

    Second differences of limbs have the variance 6 s + 2/3 Q and the covariance -4 s + Q / 6 with their
    neighbours, of white noise of variance s and of a Wiener process of the velocity, Q = density * step^3.
    """
    rows = np.flatnonzero((people.clip == clip) & np.isfinite(poses).all((1, 2)))
    rows = rows[np.lexsort([people.frame[rows], people.person[rows]])]
    follows = (np.diff(people.frame[rows]) == 1) & (np.diff(people.person[rows]) == 0)
    if len(rows) < FEWEST_FRAMES or follows.sum() < FEWEST_FRAMES - 1:
        return UNRELATED
    limbs = (poses[rows] - poses[rows][:, :1])[:, list(LIMBS)]
    steps = np.where(follows[:, None, None], np.diff(limbs, axis=0), np.nan)
    second = np.diff(steps, axis=0)
    products = (second * second).sum(-1), (second[1:] * second[:-1]).sum(-1)
    variance, neighbours = (float(np.nanmean(part)) / 3 for part in products)
    process = max(0.0, (4 * variance + 6 * neighbours) * 3 / 11)
    return max(1 / FASTEST_ASSUMED, (process / JOINT_ACCELERATION) ** (1 / 3))


def over_tracks(
    lifted: Lifted,
    people: Keypoints,
    seen: Observation,
    tracks: Tracks,
    noise: tuple[float, float],
) -> Lifted:
    """The answers for tracks of several frames; others stay as they are.

    Args:
        lifted: answers for single frames.
        people: of the same rows.
        seen: their observation, at their true distance.
        tracks: of the rows.
        noise: least and odds noise, as in `pipeline/weights.py`.
    """
    times = times_of(people, lifted.pose.numpy())
    known = lifted.pose.isfinite().flatten(1).all(1).numpy()
    pieces = [_in_time(rows[known[rows]], times) for rows in tracks.longer_than(1)]
    pieces = [piece for piece in pieces if len(piece) > 1]
    if not pieces:
        return lifted
    noisy = how_noisy(keypoint_noise(seen.confidence, *noise) / ADULT)
    pose, root = _smooth(lifted, noisy, pieces, times)
    points = _on_rays(pose + root[:, None], seen, noise)
    changed = torch.zeros(len(points), dtype=torch.bool)
    for piece in pieces:
        changed[torch.from_numpy(piece)] = True
    moved = torch.where(changed[:, None, None], points - lifted.pose, 0.0)
    all_points = lifted.hypotheses + moved[:, None]
    rays = normalize(keypoints_to_directions(seen.keypoints, seen.intrinsics), dim=-1)[:, None]
    error = hypotheses.reprojection_error(
        lifted.pose + moved, seen.keypoints, seen.confidence, seen.intrinsics
    )
    return lifted._replace(
        pose=lifted.pose + moved,
        hypotheses=all_points,
        translation=lifted.translation + moved[:, None, 0],
        score=hypotheses.log_likelihood(all_points, rays, keypoint_noise(seen.confidence[:, None], *noise)),
        reprojection_error=torch.where(changed, error, lifted.reprojection_error),
    )


def _in_time(rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The rows of a track in order of time, without those that repeat a time."""
    rows = rows[np.argsort(times[rows], kind="stable")]
    return rows[np.append(True, np.diff(times[rows]) > 0)] if len(rows) else rows


def _smooth(
    lifted: Lifted, noisy: Tensor, pieces: list[np.ndarray], times: np.ndarray
) -> tuple[Tensor, Tensor]:
    pose = (lifted.pose - lifted.pose[:, :1]).clone()
    root = lifted.pose[:, 0].clone()
    for rows in pieces:
        steady, roots = smoothed_track(
            lifted.pose[rows].double().numpy(),
            lifted.uncertainty[rows].double().numpy(),
            noisy[rows].double().numpy(),
            times[rows],
        )
        pose[rows] = torch.from_numpy(steady).float()
        root[rows] = torch.from_numpy(roots).float()
    return pose, root


def _on_rays(points: Tensor, seen: Observation, noise: tuple[float, float]) -> Tensor:
    """The points with those of exact keypoints on their rays again."""
    rays = normalize(keypoints_to_directions(seen.keypoints, seen.intrinsics), dim=-1)
    gain = ray_gain(torch.tensor(CLOSEST), keypoint_noise(seen.confidence, *noise))
    for _ in range(3):
        points = pull_on_rays(points, torch.zeros_like(points[:, :1]), rays, gain)
    return points
