"""Motion in front of virtual static cameras, as detectors see it over time, for the track network.

Every window has a body of its own (bones drawn anew, the same in all frames), a rate, a direction of time,
and a camera. The errors of its keypoints are slow: a lasting part, a drift, white noise, bursts, losses,
swaps.
"""

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.mocap.motion import Motion
from zedo_cli.skeletons import ADULT, JOINTS, MIRROR, PARENTS, swap_order
from zedo_cli.training.augmentation import Z_UP_TO_CAMERA, draw_bone_lengths
from zedo_cli.training.random_batch import RandomBatch
from zedo_cli.training.virtual_cameras import draw_orientations

FRAMES = 32
"""Frames of a window."""

RATES = (10.0, 60.0)
"""Range of frame rates."""

DISTANCES = (2.2, 9.0)
"""Range of the distance (m) of the middle of the path."""

NEAREST = 1.2
"""Smallest distance (m) of the root at any time."""

EXACT = 0.35
"""Share of windows with exact keypoints."""

LEVEL = (0.006, 0.04)
"""Total error at the trunk, log-uniform, in heights of the person."""

JOINT_ERRORS = {"hip": 1.4, "ankle": 1.4, "head_top": 1.3, "knee": 1.1}
STATED_SPREAD = 0.4
"""Spread of the logarithm of the stated noise about the true one."""

BURSTS, BURST_SECONDS, BURST_SIZE = 0.03, 0.25, 0.15
LOSSES, LOSS_SECONDS = 0.05, 0.5
SWAPS, SWAP_SECONDS = 0.02, 0.2
"""Spells that begin this often a second, for each joint (swaps: for the arms, the legs, the body)."""

COCO = 0.4
"""Share of windows without spine and top of the head."""


class TrackScene(NamedTuple):
    """W windows of T frames. points: `[W, T, 17, 3]` m, camera frame. plane: `[W, T, 17, 2]`, keypoints as
    tangents. noise: `[W, T, 17]`, stated, in heights; infinite for missing keypoints. times: `[W, T]` s."""

    points: Tensor
    plane: Tensor
    noise: Tensor
    times: Tensor


class MotionPool:
    """Motions as one tensor, from which windows are drawn.

    weights: of the sources in the draw, by name; others count fully.
    """

    def __init__(self, motions: list[Motion], weights: dict[str, float]) -> None:
        usable = [motion for motion in motions if len(motion) >= FRAMES]
        self.joints = torch.cat([torch.from_numpy(motion.joints).float() for motion in usable])
        lengths = torch.tensor([len(motion) for motion in usable])
        self.starts = lengths.cumsum(0) - lengths
        self.lengths = lengths
        share = torch.tensor([weights.get(motion.source, 1.0) for motion in usable])
        self.share = lengths.clamp(max=600).sqrt() * share
        self.fps = usable[0].fps

    def windows(self, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """World joints `[count, FRAMES, 17, 3]` and times `[count, FRAMES]` (s) of stretches at random rates,
        some of them backwards, some mirrored."""
        draw = RandomBatch(count, generator)
        which = torch.multinomial(self.share, count, replacement=True, generator=generator)
        rate = draw.log_uniform(*RATES)
        reach = (self.lengths[which] - 1).float()
        step = torch.minimum(self.fps / rate, reach / (FRAMES - 1))
        first = draw.uniform(0, 1) * (reach - step * (FRAMES - 1))
        place = first[:, None] + step[:, None] * torch.arange(FRAMES)
        joints = self._between(self.starts[which], self.lengths[which], place)
        joints = torch.where(draw.chance(0.5)[:, None, None, None], joints.flip(1), joints)
        mirrored = joints[:, :, list(MIRROR)] * joints.new_tensor([-1.0, 1.0, 1.0])
        joints = torch.where(draw.chance(0.5)[:, None, None, None], mirrored, joints)
        times = (step / self.fps)[:, None] * torch.arange(FRAMES)
        return joints, times

    def _between(self, start: Tensor, length: Tensor, place: Tensor) -> Tensor:
        """Joints at fractional frames, by Catmull-Rom splines."""
        base = place.floor().long()
        part = (place - base)[..., None, None]
        p = [
            self.joints[start[:, None] + (base + k).clamp(min=0).minimum(length[:, None] - 1)]
            for k in (-1, 0, 1, 2)
        ]
        curve = (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]) * part + (
            -p[0] + 3 * p[1] - 3 * p[2] + p[3]
        ) * part**2
        return p[1] + 0.5 * part * (p[2] - p[0] + curve)


def draw_track_scene(
    pool: MotionPool, count: int, generator: Generator, new_bodies: bool = True
) -> TrackScene:
    """`count` windows of motion as detectors see them."""
    joints, times = pool.windows(count, generator)
    if new_bodies:
        joints = with_new_bodies(joints, generator)
    points = in_front_of_cameras(joints, generator)
    plane, noise = detected(points, times, generator)
    return TrackScene(points, plane, noise, times)


def with_new_bodies(joints: Tensor, generator: Generator) -> Tensor:
    """Other bones for each window, the same in its frames; paths scale with the legs. `[W, T, 17, 3]`."""
    poses = joints - joints[:, :, :1]
    bones = poses[:, :, 1:] - poses[:, :, list(PARENTS[1:])]
    own = bones.norm(dim=-1).mean(1)
    lengths = draw_bone_lengths(own, generator)
    vectors = normalize(bones, dim=-1) * lengths[:, None, :, None]
    built = [torch.zeros_like(poses[:, :, 0])]
    for bone, parent in enumerate(PARENTS[1:]):
        built.append(built[parent] + vectors[:, :, bone])
    legs = lengths[:, [1, 2, 4, 5]].sum(1) / own[:, [1, 2, 4, 5]].sum(1)
    return torch.stack(built, 2) + legs[:, None, None, None] * joints[:, :, :1]


def in_front_of_cameras(joints: Tensor, generator: Generator) -> Tensor:
    """Points in the frames of random static cameras `[W, T, 17, 3]`."""
    draw = RandomBatch(len(joints), generator)
    level = joints @ joints.new_tensor(Z_UP_TO_CAMERA).T
    rotation, _ = draw_orientations(len(joints), generator)
    seen = (level - level[:, :, :1].mean(1, keepdim=True)) @ rotation[:, None].mT
    depth = draw.log_uniform(*DISTANCES)
    depth = torch.maximum(depth, NEAREST - seen[..., 2].amin((1, 2)))
    beside = depth[:, None] * draw.normal(2).clamp(-2, 2) * 0.15
    return seen + torch.cat([beside, depth[:, None]], 1)[:, None, None]


def detected(points: Tensor, times: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Keypoints as tangents `[W, T, 17, 2]` and their stated noise in heights `[W, T, 17]`."""
    windows, frames = points.shape[:2]
    draw = RandomBatch(windows, generator)
    true = points[..., :2] / points[..., 2:]
    step = (times[:, 1] - times[:, 0])[:, None]
    size = (ADULT / points[:, :, :1, 2])[..., None]
    factor = torch.tensor(
        [next((f for end, f in JOINT_ERRORS.items() if name.endswith(end)), 1.0) for name in JOINTS]
    )
    noisy = ~draw.chance(EXACT)
    level = draw.log_uniform(*LEVEL) * noisy
    parts = normalize(draw.uniform(0, 1, 3) * torch.tensor([1.0, 0.9, 0.4]), dim=1)
    white = draw.normal(frames, 17, 2)
    unit = (
        parts[:, 0, None, None, None] * draw.normal(1, 17, 2)
        + parts[:, 1, None, None, None] * _slow(draw.normal(frames, 17, 2), 0.4 / step)
        + parts[:, 2, None, None, None] * white
    )
    error = level[:, None, None, None] * factor[:, None] * unit
    burst = _lasting(draw, BURSTS, BURST_SECONDS, step, frames, 17) & noisy[:, None, None]
    error = error + burst[..., None] * BURST_SIZE * _slow(draw.normal(frames, 17, 2), BURST_SECONDS / step)
    plane = true + size * error
    for ends in (("elbow", "wrist"), ("knee", "ankle"), ("",)):
        swapped = _lasting(draw, SWAPS, SWAP_SECONDS, step, frames, 1) & noisy[:, None, None]
        plane = torch.where(swapped[..., None], plane[:, :, swap_order(*ends)], plane)
    stated = level[:, None, None] * torch.exp(STATED_SPREAD * draw.normal(1, 1)).expand(-1, frames, 17)
    informed = draw.chance(0.5)[:, None, None]
    off = error.norm(dim=-1) / 2**0.5
    stated = torch.where(informed, (stated * off).sqrt().maximum(0.4 * stated), stated)
    stated = torch.where(burst & draw.chance(0.5)[:, None, None], stated + 0.1, stated)
    lost = _lasting(draw, LOSSES, LOSS_SECONDS, step, frames, 17) & noisy[:, None, None]
    coco = torch.tensor([name in ("spine", "head_top") for name in JOINTS])
    lost = lost | ((draw.chance(COCO) & noisy)[:, None, None] & coco)
    return plane, stated.masked_fill(lost, math.inf)


def _slow(noise: Tensor, frames: Tensor) -> Tensor:
    """White noise `[W, T, ...]` with a correlation over about `frames [W, 1]` frames, of unit variance."""
    place = torch.arange(noise.shape[1], dtype=noise.dtype)
    away = (place[:, None] - place[None, :])[None] / frames[:, :, None].clamp(min=1e-3)
    kernel = torch.exp(-0.5 * away.square())
    kernel = kernel / kernel.square().sum(-1, keepdim=True).sqrt()
    return (kernel @ noise.flatten(2)).view_as(noise)


def _lasting(
    draw: RandomBatch, rate: float, seconds: float, step: Tensor, frames: int, joints: int
) -> Tensor:
    """Spells that begin `rate` times a second and last `seconds`. `[W, T, joints]`, booleans."""
    begins = draw.uniform(0, 1, frames, joints) < rate * step[..., None]
    place = torch.arange(frames)
    away = place[:, None] - place[None, :]
    within = (away >= 0)[None] & (away[None] * step[..., None] <= seconds)
    return (within.float() @ begins.float()) > 0
