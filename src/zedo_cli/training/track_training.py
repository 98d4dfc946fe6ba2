"""Training of a track network on lifted clips, from top to bottom.

A step draws windows from all clips, mirrors and reverses half of them, and compares the network's motion with
the true one: positions, velocities, accelerations, the path of the root, and the likelihood of the errors
under the stated spread.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.optim.swa_utils import AveragedModel

from zedo_cli.errors import InputError
from zedo_cli.io.tensors import load_tensors, save_state
from zedo_cli.pipeline.view import mirrored_pose
from zedo_cli.prior.card import TrackTraining
from zedo_cli.prior.track_network import TrackAnswer, TrackInput, TrackNetwork, TrackWindow, track_window
from zedo_cli.skeletons import MIRROR
from zedo_cli.training.precision import has_fast_bfloat16, moving_average
from zedo_cli.training.track_pool import LiftedClips

WINDOWS = (16, 32, 64, 96)
"""Frames of the windows of a step, drawn for each."""

VELOCITY, ACCELERATION, PATH, SPREAD = 2.0, 2.0, 0.3, 0.02
"""Weights of the parts of the loss beside positions: first and second differences of the errors between
frames, the path of the root, the likelihood of the errors."""

SIZE, STEPS_OF_DEPTH = 0.2, 4.0
"""Weights within that of the path, beside the error of its shape: of its absolute depth and of its steps."""

TYPICAL, LEAST = 0.06, 0.03
"""A window counts by TYPICAL / (error of the smoother + LEAST), m: hard ones do not outweigh good ones."""

GAPS, LOST = 0.1, 0.3
"""Share of windows of which frames are missing, and the largest share of these frames."""

WARMUP, LAST_RATE, LARGEST_GRADIENT = 300, 0.005, 0.5
"""Steps of growing learning rate; the last one relative to the peak; norm to which gradients are cut."""

Progress = Callable[[int, float], None]
"""Called after some steps with the number of steps done and a running mean of the loss."""

CHECK_EVERY = 50
"""Steps between looks at the loss."""


class ClipSet:
    """All lifted clips, frame by frame on one device, from which windows are drawn."""

    def __init__(self, shards: list[LiftedClips], device: torch.device) -> None:
        lengths = [shard.truth.shape[1] for shard in shards for _ in range(len(shard.truth))]
        self.lengths = torch.tensor(lengths, device=device)
        self.starts = self.lengths.cumsum(0) - self.lengths
        columns = zip(*(shard.rows for shard in shards), strict=True)
        self.rows = TrackInput(*(torch.cat([part.flatten(0, 1) for part in c]).to(device) for c in columns))
        self.truth = torch.cat([shard.truth.flatten(0, 1) for shard in shards]).to(device)

    def windows(self, count: int, frames: int, generator: Generator) -> tuple[TrackInput, Tensor]:
        """`count` random windows of at most `frames` frames, and their true points `[count, T, 17, 3]` m."""
        device = self.lengths.device

        def random(*shape: int) -> Tensor:
            return torch.rand(shape, generator=generator, device=device)

        which = (random(count) * len(self.lengths)).long().clamp(max=len(self.lengths) - 1)
        length = self.lengths[which]
        first = (random(count) * (length - frames + 1).clamp(min=1)).long()
        place = first[:, None] + torch.arange(frames, device=device)
        inside = place < length[:, None]
        index = self.starts[which][:, None] + place.minimum(length[:, None] - 1)
        given = TrackInput(*(part[index] for part in self.rows))
        lost = (random(count, frames) < LOST * random(count, 1)) & (random(count, 1) < GAPS)
        given = given._replace(known=given.known & inside & ~lost)
        given, truth = _reversed(given, self.truth[index], random(count) < 0.5)
        return _mirrored(given, truth, random(count) < 0.5)


def _reversed(given: TrackInput, truth: Tensor, which: Tensor) -> tuple[TrackInput, Tensor]:
    """Time runs backwards in the windows `which [W]`."""
    parts = [_where(which, part.flip(1), part) for part in given]
    times = _where(which, given.times[:, -1:] - given.times.flip(1), given.times - given.times[:, :1])
    return TrackInput(*parts)._replace(times=times), _where(which, truth.flip(1), truth)


def _mirrored(given: TrackInput, truth: Tensor, which: Tensor) -> tuple[TrackInput, Tensor]:
    """The windows `which [W]` as a mirror beside the camera shows them."""
    sign, order = given.up.new_tensor([-1.0, 1.0, 1.0]), list(MIRROR)
    changed = given._replace(
        steady=mirrored_pose(given.steady),
        single=mirrored_pose(given.single),
        directions=mirrored_pose(given.directions),
        trust=given.trust[..., order],
        spread=given.spread[..., order],
        up=given.up * sign,
    )
    parts = (_where(which, new, old) for new, old in zip(changed, given, strict=True))
    return TrackInput(*parts), _where(which, mirrored_pose(truth), truth)


def _where(which: Tensor, yes: Tensor, no: Tensor) -> Tensor:
    return torch.where(which.view(-1, *[1] * (no.dim() - 1)), yes, no)


def track_loss(answer: TrackAnswer, window: TrackWindow, truth: Tensor) -> Tensor:
    """The loss of windows, of which `truth [W, T, 17, 3]` (m) are the points in the turned frame."""
    frames = window.known.to(truth)
    pairs = frames[:, 1:] * frames[:, :-1]
    triples = pairs[:, 1:] * pairs[:, :-1]

    def mean(values: Tensor, weight: Tensor) -> Tensor:
        return (values * weight).sum(1) / weight.sum(1).clamp(min=1)

    poses = truth - truth[:, :, :1]
    off = answer.poses - poses
    before = mean((window.steady - poses).norm(dim=-1).mean(-1), frames)
    speed, acceleration = off.diff(dim=1), off.diff(n=2, dim=1)
    place = mean(off.norm(dim=-1).mean(-1), frames)
    motion = VELOCITY * mean(speed.norm(dim=-1).mean(-1), pairs)
    motion = motion + ACCELERATION * mean(acceleration.norm(dim=-1).mean(-1), triples)
    depth = (answer.depth_factor * window.roots[..., 2].clamp(min=0.1)).log()
    depth = depth - truth[:, :, 0, 2].clamp(min=0.1).log()
    shape = depth - mean(depth, frames)[:, None]
    path = mean(shape.abs(), frames) + SIZE * mean(depth.abs(), frames)
    path = path + STEPS_OF_DEPTH * mean(depth.diff(dim=1).abs(), pairs)
    squared = off.detach()[:, :, 1:].square().sum(-1)
    spread = answer.spread[:, :, 1:]
    unlikely = mean((spread.log() + 0.5 * squared / spread.square()).mean(-1), frames)
    weight = TYPICAL / (before + LEAST)
    return (weight * (place + motion + PATH * path)).mean() + SPREAD * unlikely.mean()


class TrainingRun(NamedTuple):
    """A run of `settings` that writes its state beside `output` every `save_every` steps, and continues from
    one that is there."""

    settings: TrackTraining
    output: Path
    save_every: int = 500


def train_tracks(
    network: TrackNetwork, clips: ClipSet, run: TrainingRun, progress: Progress | None = None
) -> TrackNetwork:
    """Train `network` on windows of `clips`; the moving average of its weights.

    Raises:
        InputError: the state beside the output is damaged or of another run, or the loss is not finite.
    """
    settings, device = run.settings, clips.lengths.device
    network = network.to(device).train()
    average = AveragedModel(network, multi_avg_fn=moving_average(settings.ema))
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=0.02)
    generator = Generator(device).manual_seed(settings.seed)
    lengths = Generator().manual_seed(settings.seed)
    state = _State(run, network, average, optimiser, (generator, lengths))
    first, running = state.load(), math.nan
    for step in range(first, settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * learning_rate_factor(step, settings.steps)
        frames = WINDOWS[int(torch.randint(len(WINDOWS), (), generator=lengths))]
        given, truth = clips.windows(max(1, settings.batch_frames // frames), frames, generator)
        window, rotation = track_window(given)
        with torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device)):
            answer = network(window)
        loss = track_loss(
            TrackAnswer(*(part.float() for part in answer)), window, truth @ rotation[:, None].mT
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
        optimiser.step()
        average.update_parameters(network)
        done = step + 1
        if done % CHECK_EVERY == 0 or done == settings.steps:
            value = float(loss.detach())
            if not math.isfinite(value):
                raise InputError(f"the loss is {value} at step {step}", fix="lower `learning_rate`")
            running = value if math.isnan(running) else 0.9 * running + 0.1 * value
            if progress:
                progress(done, running)
        if done % run.save_every == 0:
            state.save(done)
    network.load_state_dict(average.module.state_dict())
    return network.eval().requires_grad_(False)


def learning_rate_factor(step: int, steps: int) -> float:
    """Linear warm-up, then half a cosine down to `LAST_RATE`."""
    return min(1.0, (step + 1) / WARMUP) * (LAST_RATE + 0.5 * (1 + math.cos(math.pi * step / steps)))


def state_path(output: Path) -> Path:
    """The state of the run that writes `output`."""
    return output.with_suffix(".tracks-state.pt")


class _State(NamedTuple):
    run: TrainingRun
    network: TrackNetwork
    average: AveragedModel
    optimiser: torch.optim.Optimizer
    generators: tuple[Generator, Generator]

    @property
    def device(self) -> torch.device:
        return self.generators[0].device

    def save(self, step: int) -> None:
        state = {
            "step": step,
            "settings": self.run.settings.model_dump(mode="json"),
            "device": self.device.type,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generators": [generator.get_state() for generator in self.generators],
        }
        path = state_path(self.run.output)
        save_state(state, path, f"the one before, {path.name}," if path.is_file() else "")

    def load(self) -> int:
        """Continue where the state was written, or begin if none is there. Raises `InputError` if it is of
        another run."""
        path = state_path(self.run.output)
        if not path.is_file():
            return 0
        state = load_tensors(path)
        own = self.run.settings.model_dump(mode="json")
        if isinstance(state, dict) and state.get("settings", own) != own:
            raise InputError(
                "is the state of a run with other settings", source=path, fix="give the same ones"
            )
        if isinstance(state, dict) and state.get("device", self.device.type) != self.device.type:
            raise InputError(
                f"was written on device {state['device']}; its random numbers continue there only",
                source=path,
            )
        try:
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            for generator, saved in zip(self.generators, state["generators"], strict=True):
                generator.set_state(saved)
            return int(state["step"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            fix = "remove it: the clips are kept, and training begins anew"
            raise InputError("is damaged, or no state of such a run", source=path, fix=fix) from error
