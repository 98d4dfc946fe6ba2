"""The track network: what a window of a track says beyond its smoothed single frames.

Its answer is the motion of the Gaussian smoother (`pipeline/track_smoothing.py`), each frame of which is a
weighted mean of the window's poses, plus a residual that knows how people move, and a standard deviation for
each joint. With one frame, and with weights of zero in the last layer, it is the smoother's answer.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zedo_cli.prior.view_features import turn_to_centre
from zedo_cli.skeletons import JOINTS, MEAN_BONES, PARENTS

POSE_SCALE, OFF_SCALE, DEPTH_SCALE, SPREAD_SCALE = 0.25, 0.05, 0.1, 0.08
"""Units of the inputs: of poses (m), of distances between answers and from rays (m), of logarithms of depth,
of uncertainties (m)."""

RESIDUAL_SCALE = 0.1
"""Unit (m) of the residual."""

LARGEST = 5.0
"""Distances are limited to this many units."""

SLOWEST, FASTEST = 0.5, 60.0
"""Range of the angular velocities (1/s) with which attention tells times: periods of 12 s to 0.1 s."""

_COUNT = len(JOINTS)
_FEATURES = (3 + 3 + 2 + 1 + 1) * _COUNT + (_COUNT - 1) + 2 + 3 + 3 + len(MEAN_BONES)


class TrackWindow(NamedTuple):
    """W windows of T frames of a person, as the network sees them. Metres and seconds, in a camera frame
    that is turned so that its z axis goes through the middle of the path.

    steady: `[W, T, 17, 3]`, smoothed poses, root-relative. roots: `[W, T, 3]`, smoothed. single: `[W, T, 17,
    3]`, the answers for single frames, root-relative. single_depth: `[W, T]`, of their roots. misses: `[W, T,
    17, 2]`, from the smoothed joints to their rays, across the view; zero for missing keypoints. trust: `[W,
    T, 17]`, of the keypoints, 0 if missing. spread: `[W, T, 17]`, uncertainty of the single frames. up: `[W,
    T, 3]` and bones: `[W, T, 10]` as the single frames knew them, zeros where unknown. times: `[W, T]`.
    known: `[W, T]`, false for frames that are not there.
    """

    steady: Tensor
    roots: Tensor
    single: Tensor
    single_depth: Tensor
    misses: Tensor
    trust: Tensor
    spread: Tensor
    up: Tensor
    bones: Tensor
    times: Tensor
    known: Tensor


class TrackInput(NamedTuple):
    """What `track_window` turns. W windows of T frames, camera frame.

    steady, single: `[W, T, 17, 3]` m, absolute. directions: of the rays, `[W, T, 17, 3]` with z = 1. The
    others as in `TrackWindow`.
    """

    steady: Tensor
    single: Tensor
    directions: Tensor
    trust: Tensor
    spread: Tensor
    up: Tensor
    bones: Tensor
    times: Tensor
    known: Tensor


class TrackAnswer(NamedTuple):
    """poses: `[W, T, 17, 3]` m, root-relative, in the turned frame. depth_factor: `[W, T]`, by which roots
    move along their rays. spread: `[W, T, 17]` m, standard deviation of each joint about the root."""

    poses: Tensor
    depth_factor: Tensor
    spread: Tensor


def track_window(given: TrackInput) -> tuple[TrackWindow, Tensor]:
    """The input of the network, and the rotation `[W, 3, 3]` into its frame."""
    there = given.known[..., None].to(given.steady)
    middle = F.normalize((F.normalize(given.steady[:, :, 0], dim=-1) * there).sum(1), dim=-1)
    rotation = turn_to_centre(middle)
    turn = rotation[:, None].mT
    steady, single, rays = given.steady @ turn, given.single @ turn, given.directions @ turn
    plane = rays[..., :2] / rays[..., 2:].clamp(min=0.05)
    misses = plane * steady[..., 2:].clamp(min=0.1) - steady[..., :2]
    window = TrackWindow(
        steady=steady - steady[:, :, :1],
        roots=steady[:, :, 0],
        single=single - single[:, :, :1],
        single_depth=single[:, :, 0, 2],
        misses=misses * (given.trust > 0)[..., None],
        trust=given.trust,
        spread=given.spread.clamp(1e-3, 1.0),
        up=given.up @ rotation.mT,
        bones=given.bones,
        times=given.times,
        known=given.known,
    )
    return window, rotation


class TrackNetwork(nn.Module):
    """A transformer over the frames of a window that tells times in seconds.

    Args:
        width: of the residual stream.
        heads: of attention in a block.
        blocks: number of blocks.
    """

    def __init__(self, width: int = 256, heads: int = 8, blocks: int = 4) -> None:
        super().__init__()
        if width % (2 * heads):
            raise ValueError(f"the width {width} must be a multiple of twice the {heads} heads")
        self.turned = width // heads // 2
        self.enter = nn.Linear(_FEATURES, width)
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, 3 * _COUNT + 1 + _COUNT)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, window: TrackWindow) -> TrackAnswer:
        """The answer for each frame, from all frames of its window; of one frame, the smoother's."""
        hidden = self.enter(_features(window) * window.known[..., None])
        later = window.times[:, :, None] - window.times[:, None]
        seen = window.known[:, None].expand_as(later)
        blocked = torch.zeros_like(later).masked_fill(~seen, -torch.inf)
        itself = torch.eye(later.shape[1], dtype=torch.bool, device=later.device)
        blocked = blocked.masked_fill(itself, 0.0)  # a frame that is not there sees something, too
        turns = _turns(window.times, self.turned)
        for block in self.blocks:
            hidden = block(hidden, turns, later.abs(), blocked)
        out = self.leave(self.norm(hidden))
        others = 1 - 1 / seen.sum(-1).clamp(min=1).to(out)
        residual, depth, log_spread = out.split([3 * _COUNT, 1, _COUNT], dim=-1)
        residual = RESIDUAL_SCALE * others[..., None, None] * residual.unflatten(-1, (_COUNT, 3))
        poses = window.steady + residual - residual[..., :1, :]
        depth_factor = (DEPTH_SCALE * others * depth.squeeze(-1)).clamp(-0.5, 0.5).exp()
        spread = window.spread * (others[..., None] * log_spread).clamp(-3, 3).exp()
        about_root = torch.arange(_COUNT, device=spread.device) > 0
        return TrackAnswer(poses, depth_factor, spread * about_root)


def _features(window: TrackWindow) -> Tensor:
    """`[W, T, features]`, without units."""
    depth = window.roots[..., 2].clamp(min=0.1).log()
    count = window.known.sum(1, keepdim=True).clamp(min=1)
    middle = (depth * window.known).sum(1, keepdim=True) / count
    change = (window.single_depth.clamp(min=0.1).log() - depth) / DEPTH_SCALE
    lengths = (window.steady[..., 1:, :] - window.steady[..., list(PARENTS[1:]), :]).norm(dim=-1)
    usual = (lengths * window.known[..., None]).sum(1, keepdim=True) / count[..., None]
    bones = window.bones / window.bones.new_tensor(MEAN_BONES) - 1
    return torch.cat(
        [
            (window.steady / POSE_SCALE).flatten(2),
            _limited((window.single - window.steady) / OFF_SCALE).flatten(2),
            _limited(window.misses / OFF_SCALE).flatten(2),
            window.trust,
            (window.spread / SPREAD_SCALE).log(),
            _limited((lengths - usual) / OFF_SCALE),
            window.roots[..., :2] / window.roots[..., 2:].clamp(min=0.1),
            torch.stack(
                [
                    (depth - middle) / DEPTH_SCALE,
                    _limited(change),
                    (middle - 1.5).clamp(-1, 1).expand_as(depth),
                ],
                -1,
            ),
            window.up,
            bones * (window.bones > 0),
        ],
        dim=-1,
    )


def _limited(values: Tensor) -> Tensor:
    return values.clamp(-LARGEST, LARGEST)


class _Block(nn.Module):
    """Attention over frames and a feed-forward layer, each on a normalised input (Xiong et al. 2020)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)
        # not torch's: it imports sympy where tensors have no memory (`checkpoint._stated`)
        self.decay = nn.Parameter(torch.from_numpy(np.linspace(-2.0, 2.0, heads, dtype=np.float32)))
        self.second_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 3 * width)
        self.down = nn.Linear(3 * width, width)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor], apart: Tensor, blocked: Tensor) -> Tensor:
        """x `[W, T, width]` -> the same. Logits fall with the time `apart` between frames, at a rate of each
        head."""
        parts = self.project(self.norm(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        (ask, answer), value = _turned(parts[:2], turns), parts[2]
        bias = blocked[:, None] - self.decay.exp()[:, None, None] * apart[:, None]
        mixed = F.scaled_dot_product_attention(ask, answer, value, attn_mask=bias)
        x = x + self.merge(mixed.transpose(1, 2).flatten(2))
        hidden: Tensor = x + self.down(F.silu(self.up(self.second_norm(x))))
        return hidden


def _turns(times: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Cosine and sine `[W, 1, T, count]` of the angles by which times `[W, T]` (s) turn."""
    part = torch.arange(count, device=times.device) / max(1, count - 1)
    angle = times[:, None, :, None] * (SLOWEST * (FASTEST / SLOWEST) ** part)
    return angle.cos(), angle.sin()


def _turned(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Rotary encoding (Su et al. 2021) of times. x `[..., W, heads, T, width]`."""
    first, second = x.chunk(2, dim=-1)
    cos, sin = (part.to(x) for part in turns)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)
