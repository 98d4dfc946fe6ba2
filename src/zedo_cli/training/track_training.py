"""Training of a track network: a pool of windows lifted frame by frame, then gradient steps on it.

The windows are lifted by the very method whose answers the network will see, once. The pool is renewed in
parts, so that no window is seen often.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from zedo_cli.keypoints.noise import NoiseModel
from zedo_cli.pipeline import motion
from zedo_cli.pipeline.calibration import how_noisy
from zedo_cli.pipeline.method import build_method, lift
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.presets import PRESETS, Preset
from zedo_cli.pipeline.smoothing import smoothed_track
from zedo_cli.prior.prior import Prior
from zedo_cli.prior.track_network import TrackAnswer, TrackNetwork, TrackWindow, track_window
from zedo_cli.training.track_scenes import FRAMES, MotionPool, TrackScene, draw_track_scene

TEACHER = PRESETS["balanced"].model_copy(update={"mirror": False, "swaps": False, "probes": 2})
"""How the windows are lifted: the default preset without what does not change the errors."""

VELOCITY, DEPTH, SPREAD = 2.0, 0.5, 0.02
"""Weights of the parts of the loss, beside 1 for positions."""

SHORT = 0.25
"""Share of windows of which some frames are missing."""


class Lifted(NamedTuple):
    """Windows lifted frame by frame and smoothed. points: `[W, T, 17, 3]` m, the answers; truth the same;
    directions: `[W, T, 17, 3]`; trust, spread: `[W, T, 17]`; times: `[W, T]`."""

    points: Tensor
    truth: Tensor
    directions: Tensor
    trust: Tensor
    spread: Tensor
    times: Tensor


class FrameByFrame:
    """Lifts windows of scenes: vertical and bones of each window, then every frame on its own."""

    def __init__(self, prior: Prior, preset: Preset = TEACHER) -> None:
        self.first = build_method(PRESETS["fast"], prior)
        self.method = build_method(preset, prior)
        self.noise = NoiseModel.of(preset)

    @torch.no_grad()
    def __call__(self, scene: TrackScene) -> Lifted:
        """The answers for all frames of the windows."""
        windows, frames = scene.times.shape
        trust = torch.from_numpy(self.noise.trust(scene.noise.numpy())).float().clamp(max=1)
        seen = Observation(
            torch.where(trust[..., None] > 0, scene.plane, 0.0).flatten(0, 1),
            trust.flatten(0, 1),
            torch.eye(3).expand(windows * frames, 3, 3),
        )
        first = lift(self.first, seen).pose.unflatten(0, (windows, frames))
        up = torch.stack([motion.vertical_of_track(poses) for poses in first])
        bones = torch.stack([motion.bones_of_track(poses) for poses in first])
        seen = seen._replace(up=up.repeat_interleave(frames, 0), bones=bones.repeat_interleave(frames, 0))
        lifted = lift(self.method, seen)
        points = lifted.pose.unflatten(0, (windows, frames))
        spread = lifted.uncertainty.unflatten(0, (windows, frames))
        noisy = how_noisy(scene.noise.flatten(0, 1)).unflatten(0, (windows, frames))
        points = torch.stack(
            [smoothed_points(*parts) for parts in zip(points, spread, noisy, scene.times, strict=True)]
        )
        directions = torch.cat([scene.plane, torch.ones_like(scene.plane[..., :1])], -1)
        return Lifted(points, scene.points, directions, trust, spread, scene.times)


def smoothed_points(points: Tensor, spread: Tensor, noisy: Tensor, times: Tensor) -> Tensor:
    """The smoothed answers of a window `[T, 17, 3]` m; NaN if an answer is."""
    if not bool(points.isfinite().all()):
        return torch.full_like(points, torch.nan)
    parts = (part.double().numpy() for part in (points, spread, noisy, times))
    pose, root = smoothed_track(*parts)
    return torch.from_numpy(pose + root[:, None]).float()


def lifted_pool(
    teacher: FrameByFrame, pool: MotionPool, count: int, generator: Generator, new_bodies: bool = True
) -> Lifted:
    """`count` lifted windows; those that the method lost (NaN) are left out."""
    parts = []
    for start in range(0, count, 64):
        scene = draw_track_scene(pool, min(64, count - start), generator, new_bodies)
        parts.append(teacher(scene))
    merged = Lifted(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))
    good = merged.points.isfinite().all(-1).all(-1).all(-1)
    return Lifted(*(tensor[good] for tensor in merged))


def batch_of(lifted: Lifted, index: Tensor, generator: Generator) -> tuple[TrackWindow, Tensor, Tensor]:
    """Windows of the pool, some shortened: the input, the truth in its frame, the true depths."""
    points, truth, directions, trust, spread, times = (tensor[index] for tensor in lifted)
    known = torch.ones(times.shape, dtype=torch.bool)
    short = torch.rand(len(index), generator=generator) < SHORT
    length = torch.randint(1, FRAMES, (len(index), 1), generator=generator)
    known &= ~short[:, None] | (torch.arange(FRAMES) < length)
    window, rotation = track_window(points, directions, trust, spread, times, known)
    turned = truth @ rotation[:, None].mT
    return window, turned - turned[:, :, :1], turned[:, :, 0, 2]


def track_loss(answer: TrackAnswer, window: TrackWindow, truth: Tensor, depth: Tensor) -> Tensor:
    """Positions, velocities, depths, and the likelihood of the errors under the stated spread."""
    known = window.known.to(truth)
    total = known.sum().clamp(min=1)
    off = answer.poses - truth
    distance = off.norm(dim=-1)
    position = (distance.mean(-1) * known).sum() / total
    both = known[:, 1:] * known[:, :-1]
    speed = ((off[:, 1:] - off[:, :-1]).norm(dim=-1).mean(-1) * both).sum() / both.sum().clamp(min=1)
    ratio = (answer.depth_factor * window.roots[..., 2]).clamp(min=0.1).log() - depth.log()
    depths = (ratio.abs() * known).sum() / total
    steps = ((ratio[:, 1:] - ratio[:, :-1]).abs() * both).sum() / both.sum().clamp(min=1)
    squared = off.detach()[:, :, 1:].square().sum(-1)
    spread = answer.log_spread[:, :, 1:]
    likelihood = spread + 0.5 * squared * (-2 * spread).exp()
    likely = (likelihood.mean(-1) * known).sum() / total
    return position + VELOCITY * speed + DEPTH * (depths + VELOCITY * 4 * steps) + SPREAD * likely


def train_track(
    network: TrackNetwork,
    pool: Callable[[int], Lifted],
    steps: int,
    generator: Generator,
    batch: int = 48,
    learning_rate: float = 1e-3,
    renew: int = 1000,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Train for `steps` steps; every `renew` steps `pool(number)` gives the windows of the next ones."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=0.01)
    lifted, running = None, math.nan
    for step in range(steps):
        if step % renew == 0 or lifted is None:
            lifted = pool(step // renew)
        for group in optimiser.param_groups:
            warm = min(1.0, (step + 1) / 200)
            group["lr"] = learning_rate * warm * 0.5 * (1 + math.cos(math.pi * step / steps))
        index = torch.randint(len(lifted.points), (batch,), generator=generator)
        window, truth, depth = batch_of(lifted, index, generator)
        loss = track_loss(network(window), window, truth, depth)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        value = float(loss.detach())
        running = value if math.isnan(running) else 0.98 * running + 0.02 * value
        progress(step + 1, running)
