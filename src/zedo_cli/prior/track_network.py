"""The track network: what a window of a track says beyond its smoothed single frames.

The answer is the motion that the Gaussian smoother gives (`pipeline/smoothing.py`), plus a residual that
knows how people move, and a standard deviation for each joint. With one frame the residual vanishes.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zedo_cli.prior.view_features import turn_to_centre

JOINTS = 17

POSE_SCALE, DEPTH_SCALE, MISS_SCALE, SPREAD_SCALE = 0.25, 0.1, 0.05, 0.08
"""Units of the inputs: of poses (m), logarithms of depth, distances from the rays (m), uncertainties (m)."""

LARGEST_MISS = 5.0
"""Distances from the rays are limited to this many units."""

FREQUENCIES = 6
"""Of the encoding of time differences; periods from 16 s to 0.5 s."""

_FEATURES = 3 * JOINTS + 2 * JOINTS + 2 * JOINTS + 2 + 2


class TrackWindow(NamedTuple):
    """W windows of T frames of a person. Metres and seconds.

    poses: `[W, T, 17, 3]`, smoothed, root-relative, in a frame whose z axis goes through the middle of the
    path. roots: `[W, T, 3]`, absolute, in that frame. misses: `[W, T, 17, 2]`, from the joints to their rays,
    across the view; zero for missing keypoints. trust: `[W, T, 17]`, of the keypoints, 0 if missing. spread:
    `[W, T, 17]`, uncertainty of the single frames. times: `[W, T]`. known: `[W, T]`, false where a window is
    shorter.
    """

    poses: Tensor
    roots: Tensor
    misses: Tensor
    trust: Tensor
    spread: Tensor
    times: Tensor
    known: Tensor


class TrackAnswer(NamedTuple):
    """poses `[W, T, 17, 3]`, root-relative; depth_factor `[W, T]`, by which roots move along their rays;
    log_spread `[W, T, 17]`, of the standard deviation (m) of each joint."""

    poses: Tensor
    depth_factor: Tensor
    log_spread: Tensor


def track_window(
    points: Tensor, directions: Tensor, trust: Tensor, spread: Tensor, times: Tensor, known: Tensor
) -> tuple[TrackWindow, Tensor]:
    """The input of the network, and the rotation `[W, 3, 3]` into its frame.

    Args:
        points: smoothed answers, `[W, T, 17, 3]` m, camera frame.
        directions: rays of the keypoints, z = 1, `[W, T, 17, 3]`.
        trust: of the keypoints `[W, T, 17]`, 0 if missing.
        spread: uncertainties of the single frames `[W, T, 17]` m.
        times: `[W, T]` s.
        known: `[W, T]`; other frames are ignored.
    """
    there = known[..., None].to(points)
    middle = F.normalize((F.normalize(points[:, :, 0], dim=-1) * there).sum(1), dim=-1)
    rotation = turn_to_centre(middle)
    turned = points @ rotation[:, None].mT
    rays = directions @ rotation[:, None].mT
    plane = rays[..., :2] / rays[..., 2:].clamp(min=0.05)
    depth = turned[..., 2:].clamp(min=0.1)
    misses = (plane * depth - turned[..., :2]) * (trust > 0)[..., None]
    roots = turned[:, :, 0]
    window = TrackWindow(turned - turned[:, :, :1], roots, misses, trust, spread, times, known)
    return window, rotation


class TrackNetwork(nn.Module):
    """A transformer over the frames of a window, with attention biased by differences of time.

    Args:
        width: of the residual stream.
        heads: of attention in a block.
        blocks: number of blocks.
        causal: whether a frame sees only itself and the frames before it.
    """

    def __init__(self, width: int = 192, heads: int = 6, blocks: int = 3, causal: bool = False) -> None:
        super().__init__()
        self.settings = {"width": width, "heads": heads, "blocks": blocks, "causal": causal}
        self.causal = causal
        self.enter = nn.Linear(_FEATURES, width)
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, 3 * JOINTS + 1 + JOINTS)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, window: TrackWindow) -> TrackAnswer:
        """The answer for each frame, from the frames of its window."""
        depth = window.roots[..., 2].clamp(min=0.1).log()
        count = window.known.sum(1, keepdim=True).clamp(min=1)
        middle = (depth * window.known).sum(1, keepdim=True) / count
        features = torch.cat(
            [
                (window.poses / POSE_SCALE).flatten(2),
                (window.misses / MISS_SCALE).clamp(-LARGEST_MISS, LARGEST_MISS).flatten(2),
                window.trust,
                (window.spread.clamp(1e-3, 1.0) / SPREAD_SCALE).log(),
                window.roots[..., :2] / window.roots[..., 2:].clamp(min=0.1),
                ((depth - middle) / DEPTH_SCALE)[..., None],
                (middle.clamp(max=2.2) - 1.5).expand_as(depth)[..., None],
            ],
            dim=-1,
        )
        hidden = self.enter(features * window.known[..., None])
        later = window.times[:, :, None] - window.times[:, None]
        hidden_from = ~window.known[:, None].expand_as(later)
        if self.causal:
            hidden_from = hidden_from | (later < 0)
        blocked = torch.zeros_like(later).masked_fill(hidden_from, -torch.inf)[:, None]
        for block in self.blocks:
            hidden = block(hidden, later, blocked)
        hidden = self.norm(hidden)
        out = self.leave(hidden)
        alone = 1 - 1 / (~hidden_from).sum(-1).clamp(min=1).to(hidden)
        residual = 0.1 * out[..., : 3 * JOINTS].unflatten(-1, (JOINTS, 3)) * alone[..., None, None]
        poses = window.poses + residual
        poses = poses - poses[..., :1, :]
        depth_factor = (DEPTH_SCALE * alone * out[..., 3 * JOINTS]).exp()
        log_spread = window.spread.clamp(1e-3, 1.0).log() + out[..., -JOINTS:]
        return TrackAnswer(poses, depth_factor, log_spread)


class _Block(nn.Module):
    """Attention over frames and a feed-forward layer, each on a normalised input (Xiong et al. 2020)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)
        self.when = _TimeBias(heads)
        self.second_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 3 * width)
        self.down = nn.Linear(3 * width, width)

    def forward(self, x: Tensor, later: Tensor, blocked: Tensor) -> Tensor:
        """x `[W, T, width]` -> the same."""
        parts = self.project(self.norm(x)).unflatten(-1, (3, self.heads, -1))
        ask, answer, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        bias = self.when(later) + blocked
        mixed = F.scaled_dot_product_attention(ask, answer, value, attn_mask=bias)
        x = x + self.merge(mixed.transpose(1, 2).flatten(2))
        hidden: Tensor = x + self.down(F.silu(self.up(self.second_norm(x))))
        return hidden


class _TimeBias(nn.Module):
    """What a difference of time adds to the logits of each head: a decay, and a small network."""

    def __init__(self, heads: int, slowest: float = 1.0, fastest: float = 20.0) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.linspace(math.log(slowest), math.log(fastest), heads).exp())
        self.first = nn.Linear(2 * FREQUENCIES + 1, 16)
        self.second = nn.Linear(16, heads)

    def forward(self, later: Tensor) -> Tensor:
        """Differences (s) `[W, T, T]` -> `[W, heads, T, T]`."""
        frequency = 2.0 ** torch.arange(FREQUENCIES, device=later.device) * (2 * math.pi / 16)
        angle = later.clamp(-4, 4)[..., None] * frequency
        features = torch.cat([angle.sin(), angle.cos(), later.abs().clamp(max=4)[..., None]], dim=-1)
        learned = self.second(F.silu(self.first(features)))
        return (learned - self.rate.abs() * later.abs()[..., None]).permute(0, 3, 1, 2)
