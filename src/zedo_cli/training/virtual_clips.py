"""Motion in front of virtual static cameras, from which a track network learns.

Every clip has a body of its own (bones and joint definitions drawn anew, the same in all frames), a rate, a
direction and a speed of time, and a camera.
"""

from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.mocap.recordings import Recording
from zedo_cli.skeletons import MIRROR, PARENTS
from zedo_cli.training.augmentation import RECOMBINED, Z_UP_TO_CAMERA, draw_bone_lengths, recombined
from zedo_cli.training.random_batch import RandomBatch
from zedo_cli.training.virtual_cameras import draw_orientations

RATES = (5.0, 120.0)
"""Range of frame rates, log-uniform; recordings that are too short for a low one are seen at a higher one."""

SHORTEST = 30
"""Frames of the shortest recording that is used."""

SPEEDS = (0.75, 1.33)
"""Range of the factor on the speed of motion."""

DISTANCES = (2.0, 9.0)
"""Range of the distance (m) of the middle of the path."""

BESIDE, NEAREST = 0.2, 1.2
"""Spread of the middle of the path beside the axis, over its distance; smallest distance (m) of a joint."""

UNEVEN, JITTER = 0.1, 0.3
"""Share of clips with uneven time stamps, and their spread in frames."""

SOURCES = {"uiprmd": 0.15, "cmu_daz": 0.7, "cmu_dm": 0.7}
"""Weights of sources in the draw, others 1: ten slow exercises, and feet that skate."""


class Clips(NamedTuple):
    """C clips of T frames. points: `[C, T, 17, 3]` m, camera frame. times: `[C, T]` s, increasing."""

    points: Tensor
    times: Tensor


class MotionPool:
    """Recordings as one tensor, from which clips are drawn.

    Args:
        recordings: of the same frame rate; those of fewer than `SHORTEST` frames are left out.
    """

    def __init__(self, recordings: list[Recording]) -> None:
        recordings = [motion for motion in recordings if len(motion) >= SHORTEST]
        self.joints = torch.cat([torch.from_numpy(motion.joints).float() for motion in recordings])
        self.lengths = torch.tensor([len(motion) for motion in recordings])
        self.starts = self.lengths.cumsum(0) - self.lengths
        weights = torch.tensor([SOURCES.get(motion.source, 1.0) for motion in recordings])
        self.share = self.lengths.clamp(max=600).sqrt() * weights
        self.fps = recordings[0].fps

    def clips(self, count: int, frames: int, generator: Generator) -> Clips:
        """`count` clips of `frames` frames in front of cameras."""
        draw = RandomBatch(count, generator)
        which = torch.multinomial(self.share, count, replacement=True, generator=generator)
        reach = (self.lengths[which] - 1).float()
        speed = draw.log_uniform(*SPEEDS)
        step = torch.minimum(speed * self.fps / draw.log_uniform(*RATES), reach / (frames - 1))
        uneven = JITTER * draw.uniform(-1, 1, frames) * draw.chance(UNEVEN)[:, None]
        place = (torch.arange(frames) + uneven).clamp(0, frames - 1)
        first = draw.uniform(0, 1) * (reach - step * (frames - 1))
        level = self._at(which, first[:, None] + step[:, None] * place)
        other = torch.multinomial(self.share, count, replacement=True, generator=generator)
        far = (self.lengths[other] - 1).float() / (frames - 1)
        donor = self._at(other, torch.minimum(step, far)[:, None] * place)
        level = with_other_halves(level, donor, draw.chance(RECOMBINED))
        backward = draw.chance(0.5)
        level = torch.where(backward[:, None, None, None], level.flip(1), level)
        place = torch.where(backward[:, None], place[:, -1:] - place.flip(1), place - place[:, :1])
        mirrored = level[:, :, list(MIRROR)] * level.new_tensor([-1.0, 1.0, 1.0])
        level = torch.where(draw.chance(0.5)[:, None, None, None], mirrored, level)
        points = in_front_of_cameras(with_new_bodies(level, generator), generator)
        times = (step / speed / self.fps)[:, None] * place
        return Clips(points, times)

    def _at(self, which: Tensor, place: Tensor) -> Tensor:
        """Joints `[count, T, 17, 3]` of recordings at fractional frames `[count, T]`, by Catmull-Rom splines,
        in the frame of a level camera."""
        base = place.floor().long()
        part = (place - base)[..., None, None]
        start, last = self.starts[which][:, None], self.lengths[which][:, None] - 1
        p = [self.joints[start + (base + k).clamp(min=0).minimum(last)] for k in (-1, 0, 1, 2)]
        linear, bend = p[2] - p[0], 2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]
        twist = 3 * (p[1] - p[2]) + p[3] - p[0]
        world = p[1] + 0.5 * part * (linear + part * (bend + part * twist))
        return world @ world.new_tensor(Z_UP_TO_CAMERA).T


def with_other_halves(clips: Tensor, donors: Tensor, tried: Tensor) -> Tensor:
    """Clips `[C, T, 17, 3]` with the upper bodies of others where a person could do that in all frames.

    tried: for which clips `[C]`.
    """
    root = clips[:, :, :1]
    poses = (clips - root).flatten(0, 1)
    mixed = recombined(poses, (donors - donors[:, :, :1]).flatten(0, 1)).view_as(clips)
    everywhere = (mixed != (clips - root)).flatten(2).any(-1).all(-1)
    return torch.where((everywhere & tried)[:, None, None, None], mixed + root, clips)


def with_new_bodies(clips: Tensor, generator: Generator) -> Tensor:
    """Other bones for each clip, the same in its frames; paths scale with the legs. `[C, T, 17, 3]`."""
    poses = clips - clips[:, :, :1]
    bones = poses[:, :, 1:] - poses[:, :, list(PARENTS[1:])]
    own = bones.norm(dim=-1).mean(1)
    lengths = draw_bone_lengths(own, generator)
    vectors = normalize(bones, dim=-1) * lengths[:, None, :, None]
    built = [torch.zeros_like(poses[:, :, 0])]
    for bone, parent in enumerate(PARENTS[1:]):
        built.append(built[parent] + vectors[:, :, bone])
    legs = lengths[:, [1, 2, 4, 5]].sum(1) / own[:, [1, 2, 4, 5]].sum(1)
    return torch.stack(built, 2) + legs[:, None, None, None] * clips[:, :, :1]


def in_front_of_cameras(level: Tensor, generator: Generator) -> Tensor:
    """Points `[C, T, 17, 3]` m of the frame of a level camera in those of random static cameras."""
    draw = RandomBatch(len(level), generator)
    person, _ = draw_orientations(len(level), generator)
    seen = (level - level[:, :, :1].mean(1, keepdim=True)) @ person[:, None].mT
    depth = torch.maximum(draw.log_uniform(*DISTANCES), NEAREST - seen[..., 2].amin((1, 2)))
    beside = depth[:, None] * BESIDE * draw.normal(2).clamp(-2, 2)
    return seen + torch.cat([beside, depth[:, None]], 1)[:, None, None]
