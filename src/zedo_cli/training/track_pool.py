"""Virtual clips, lifted frame by frame by a prior: what its track network is trained on.

Clips are lifted by `Lifter` itself, so that the network sees the answers that it will see in use. They are
written in shards, each from its own random numbers: a run that was stopped goes on with the next one.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Generator, Tensor

from zedo_cli.errors import InputError
from zedo_cli.io.tensors import save_tensors
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.lifter import Lifter
from zedo_cli.mocap.recordings import Recording
from zedo_cli.pipeline.calibration import how_noisy
from zedo_cli.preparation import SideInformation
from zedo_cli.prior.track_network import TrackInput
from zedo_cli.skeletons import ADULT
from zedo_cli.track_posterior import smoothed_rows
from zedo_cli.track_refinement import track_rows
from zedo_cli.training.detected_clips import Detected, detected_clips
from zedo_cli.training.virtual_clips import Clips, MotionPool

LENGTHS = (16, 32, 64, 96, 128, 160)
"""Frames of clips; those of a shard have one of these lengths."""

SHARD_FRAMES = 4096
"""Frames of a shard, about."""

FOCAL, MIDDLE = 1000.0, 1000.0
"""Of the virtual cameras, px; rays alone matter."""


class LiftedClips(NamedTuple):
    """C clips of T frames. rows: their answers, leading dimensions `[C, T]`. truth: `[C, T, 17, 3]` m, camera
    frame, absolute."""

    rows: TrackInput
    truth: Tensor

    def save(self, path: Path) -> None:
        """Write a shard, atomically. Positions are kept as roots and, in half precision, poses about them."""
        parts: dict[str, Tensor] = {"times": self.rows.times, "known": self.rows.known}
        for name in _POSITIONS:
            points = self.truth if name == "truth" else getattr(self.rows, name)
            parts[f"{name}_root"] = points[..., 0, :].contiguous()
            parts[name] = (points - points[..., :1, :]).half()
        parts["plane"] = self.rows.directions[..., :2].contiguous()
        parts |= {name: getattr(self.rows, name).half() for name in _HALVES}
        save_tensors(parts, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a shard. Raises `InputError` if it is damaged."""
        try:
            parts = {name: part.float() for name, part in load_file(path).items()}
            points = {name: parts[name] + parts[f"{name}_root"][..., None, :] for name in _POSITIONS}
            rows = TrackInput(
                steady=points["steady"],
                single=points["single"],
                directions=torch.cat([parts["plane"], torch.ones_like(parts["plane"][..., :1])], -1),
                times=parts["times"],
                known=parts["known"] > 0,
                **{name: parts[name] for name in _HALVES},
            )
        except (SafetensorError, KeyError, RuntimeError, OSError) as error:
            fix = "remove it, and run again with `resume`"
            raise InputError("is not a shard of lifted clips", source=path, fix=fix) from error
        return cls(rows, points["truth"])


_POSITIONS = ("steady", "single", "truth")
_HALVES = ("trust", "spread", "up", "bones")


def lifted_clips(lifter: Lifter, clips: Clips, seen: Detected) -> LiftedClips:
    """The answers of `lifter` for single frames of clips, smoothed, and what belongs to them.

    Frames that it could not lift are not `known`; their answers are 4 m in front of the camera.
    """
    count, frames = clips.times.shape
    people = _keypoints(clips, seen)
    prepared = lifter.prepare(people, None, SideInformation())
    lifted, noise = lifter.frames(prepared, lifter.start(prepared))
    own = prepared.keypoints
    times = np.asarray(own.time, np.float64)
    good = lifted.pose.isfinite().flatten(1).all(1).numpy()
    pieces = [np.flatnonzero(good & (own.clip == clip)) for clip in range(count)]
    pieces = [piece[np.argsort(own.frame[piece])] for piece in pieces if len(piece)]
    steady = smoothed_rows(lifted, how_noisy(noise / ADULT), pieces, times, lifter.preset.contacts)
    rows = track_rows(lifted, prepared.seen, steady, times)
    found = np.concatenate(pieces)
    place = torch.from_numpy((own.clip * frames + own.frame)[found])
    scattered = {}
    for name, part in rows._asdict().items():
        whole = torch.zeros(count * frames, *part.shape[1:], dtype=part.dtype)
        if name in ("steady", "single"):
            whole += whole.new_tensor([0.0, 0.0, 4.0])
        whole[place] = part[torch.from_numpy(found)]
        scattered[name] = whole.unflatten(0, (count, frames))
    return LiftedClips(TrackInput(**scattered)._replace(times=clips.times), clips.points)


def _keypoints(clips: Clips, seen: Detected) -> Keypoints:
    count, frames = clips.times.shape
    k = np.array([[FOCAL, 0, MIDDLE], [0, FOCAL, MIDDLE], [0, 0, 1]])
    return Keypoints(
        points=(FOCAL * seen.plane.flatten(0, 1).double() + MIDDLE).numpy(),
        confidence=seen.confidence.flatten(0, 1).double().numpy(),
        frame=np.tile(np.arange(frames), count),
        person=np.zeros(count * frames, np.int64),
        clip=np.repeat(np.arange(count), frames),
        clip_names=tuple(f"clip {number}" for number in range(count)),
        frame_count=count * frames,
        skeleton="h36m17",
        intrinsics=np.broadcast_to(k, (count * frames, 3, 3)).copy(),
        time=clips.times.flatten().double().numpy(),
    )


def lift_shard(lifter: Lifter, motion: MotionPool, seed: int, number: int) -> LiftedClips:
    """Shard `number` of a run: about `SHARD_FRAMES` frames of lifted clips."""
    generator = Generator().manual_seed(seed * 1_000_003 + number)
    frames = LENGTHS[int(torch.randint(len(LENGTHS), (), generator=generator))]
    clips = motion.clips(max(1, SHARD_FRAMES // frames), frames, generator)
    return lifted_clips(lifter, clips, detected_clips(clips, generator))


class ShardTask(NamedTuple):
    """What a process needs to lift shards. prior: a file, or the name of a bundled prior."""

    prior: str
    motion: tuple[Recording, ...]
    folder: Path
    seed: int
    device: str


def lift_shards(task: ShardTask, numbers: list[int], jobs: int) -> Iterator[int]:
    """Lift and write shards in `jobs` processes; the number of each that is done."""
    if jobs == 1:
        threads = torch.get_num_threads()
        _set_task(task)
        try:
            for number in numbers:
                yield _lift_and_write(number)
        finally:
            torch.set_num_threads(threads)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_set_task, initargs=(task,)) as pool:
        yield from pool.map(_lift_and_write, numbers)


def shard_path(folder: Path, number: int) -> Path:
    """The file of a shard."""
    return folder / f"{number:05d}.safetensors"


_TASK: list[ShardTask] = []


def _set_task(task: ShardTask) -> None:
    _TASK[:] = [task]
    _tools.cache_clear()
    if task.device == "cpu":
        torch.set_num_threads(1)


@cache
def _tools() -> tuple[Lifter, MotionPool]:
    (task,) = _TASK
    return Lifter(task.prior, device=task.device, seed=task.seed), MotionPool(list(task.motion))


def _lift_and_write(number: int) -> int:
    (task,) = _TASK
    lift_shard(*_tools(), task.seed, number).save(shard_path(task.folder, number))
    return number
