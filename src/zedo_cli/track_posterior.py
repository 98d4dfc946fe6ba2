"""From answers for single frames to answers for tracks: windows through the track network, or a smoother."""

from collections.abc import Iterator

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
from zedo_cli.prior.track_network import TrackNetwork, track_window
from zedo_cli.skeletons import ADULT, LIMBS
from zedo_cli.tracks import Tracks

FRAMES, OVERLAP = 32, 16
"""Frames of a window, and of two neighbours together."""

FASTEST = 60.0
"""Frames/s up to which neighbouring frames are in one window; of faster films every n-th frame."""

FASTEST_ASSUMED = 30.0
"""Frames/s where nothing is known and people move little between frames."""

UNRELATED = 10.0
"""Time (s) between frames that are too few to say anything: they share no motion."""

FEWEST_FRAMES = 8
"""Frames in a row from which the time between them is estimated."""

BATCH = 64
"""Windows at once."""

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
    network: TrackNetwork | None,
    noise: tuple[float, float],
) -> Lifted:
    """The answers for tracks of several frames; others stay as they are.

    Args:
        lifted: answers for single frames.
        people: of the same rows.
        seen: their observation, at their true distance.
        tracks: of the rows.
        network: without it, a Gaussian smoother takes its place.
        noise: least and odds noise, as in `pipeline/weights.py`.
    """
    times = times_of(people, lifted.pose.numpy())
    known = lifted.pose.isfinite().flatten(1).all(1).numpy()
    pieces = [piece for rows in tracks.longer_than(1) for piece in _pieces(rows[known[rows]], times)]
    if not pieces:
        return lifted
    noisy = how_noisy(keypoint_noise(seen.confidence, *noise) / ADULT)
    pose, root = _smooth(lifted, noisy, pieces, times)
    spread = lifted.uncertainty
    if network is not None:
        pose, root, spread = _denoise(pose + root[:, None], spread, seen, pieces, times, network)
    points = _on_rays(pose + root[:, None], seen, noise)
    changed = torch.zeros(len(points), dtype=torch.bool)
    for piece in pieces:
        changed[torch.from_numpy(piece)] = len(piece) > 1
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
        uncertainty=torch.where(changed[:, None], spread, lifted.uncertainty),
        reprojection_error=torch.where(changed, error, lifted.reprojection_error),
    )


def _pieces(rows: np.ndarray, times: np.ndarray) -> Iterator[np.ndarray]:
    """The rows of a track, of fast films every n-th for each of n phases; times increase."""
    rows = rows[np.argsort(times[rows], kind="stable")]
    later = np.diff(times[rows])
    rows = rows[np.append(True, later > 0)]
    if len(rows) < 2:
        return
    phases = max(1, int(np.ceil(1 / (FASTEST * 1.01) / np.median(np.diff(times[rows])))))
    for phase in range(phases):
        if len(rows[phase::phases]) > 1:
            yield rows[phase::phases]


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


def _denoise(
    points: Tensor,
    uncertainty: Tensor,
    seen: Observation,
    pieces: list[np.ndarray],
    times: np.ndarray,
    network: TrackNetwork,
) -> tuple[Tensor, Tensor, Tensor]:
    """Windows of the tracks through the network; where windows overlap, their weighted mean."""
    count, device = len(points), next(network.parameters()).device
    windows = [window for rows in pieces for window in _windows(rows)]
    directions = keypoints_to_directions(seen.keypoints, seen.intrinsics)
    directions = torch.where(seen.confidence[..., None] > 0, directions, 0.0)
    pose, spread = torch.zeros(count, 17, 3), torch.zeros(count, 17)
    logarithm, total = torch.zeros(count), torch.zeros(count)
    for start in range(0, len(windows), BATCH):
        batch = windows[start : start + BATCH]
        rows = torch.zeros(len(batch), FRAMES, dtype=torch.long)
        known = torch.zeros(len(batch), FRAMES, dtype=torch.bool)
        for place, piece in enumerate(batch):
            rows[place, : len(piece)] = torch.from_numpy(piece)
            rows[place, len(piece) :] = int(piece[0])
            known[place, : len(piece)] = True
        clock = torch.from_numpy(times)[rows]
        clock = (clock - clock[:, :1]).float()
        parts = (points[rows], directions[rows], seen.confidence[rows], uncertainty[rows], clock, known)
        with torch.no_grad():
            window, rotation = track_window(*(part.to(device) for part in parts))
            answer = network(window)
            back = (answer.poses @ rotation[:, None]).cpu()
        weight = torch.stack([_weights(len(piece)) for piece in batch])
        index, share = rows[known], weight[known]
        pose.index_add_(0, index, share[:, None, None] * back[known])
        spread.index_add_(0, index, share[:, None] * answer.log_spread.cpu()[known])
        logarithm.index_add_(0, index, share * answer.depth_factor.cpu()[known].log())
        total.index_add_(0, index, share)
    total = total.clamp(min=1e-9)
    spread = (spread / total[:, None]).exp()
    spread[:, 0] = 0.0
    root = points[:, 0] * (logarithm / total).exp()[:, None]
    return pose / total[:, None, None], root, spread


def _windows(rows: np.ndarray) -> list[np.ndarray]:
    if len(rows) <= FRAMES:
        return [rows]
    starts = [*range(0, len(rows) - FRAMES, FRAMES - OVERLAP), len(rows) - FRAMES]
    return [rows[start : start + FRAMES] for start in starts]


def _weights(length: int) -> Tensor:
    """Weight of each frame in the blend of overlapping windows, largest in the middle, padded with zeros."""
    place = torch.arange(FRAMES, dtype=torch.float32)
    return torch.minimum(place + 1, length - place).clamp(min=0)


def _on_rays(points: Tensor, seen: Observation, noise: tuple[float, float]) -> Tensor:
    """The points with those of exact keypoints on their rays again."""
    rays = normalize(keypoints_to_directions(seen.keypoints, seen.intrinsics), dim=-1)
    gain = ray_gain(torch.tensor(CLOSEST), keypoint_noise(seen.confidence, *noise))
    for _ in range(3):
        points = pull_on_rays(points, torch.zeros_like(points[:, :1]), rays, gain)
    return points
