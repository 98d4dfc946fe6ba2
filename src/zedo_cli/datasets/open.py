"""`open`: the bundled held-out people, who are in no training file, in front of virtual cameras.

Clips of one person and one static camera each. Cameras look down by -10 to 35 degrees and are rolled by up to
25; people stand 2.5 to 8 m away, off centre. The keypoints are exact, or those of a detector model. Its
errors have other constants, and where possible another form, than those of training
(`training/detector_noise.py`), so that measuring here tests that model too. No constant here was tuned on
results.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

from zedo_cli.datasets.container import Dataset
from zedo_cli.joint_sets import NOSE_TRUST
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.skeletons import ADULT, INDEX, JOINTS, MIRROR, swap_order
from zedo_cli.training.corpus import HELD_OUT, Corpus, held_out_corpus

CLIPS, CLIP_ROWS = 24, 25
"""Clips of each split, and frames of a clip."""

STRIDE, FPS = 4, 2.5
"""Of the recorded poses, about a tenth of a second apart, every fourth is a frame. Frames/s."""

FOCAL = 1145.0
SIZE = 1000.0
"""Focal length and side of the image in pixels: a field of view of 47 degrees."""
INTRINSICS = torch.tensor([[FOCAL, 0, SIZE / 2], [0, FOCAL, SIZE / 2], [0, 0, 1]])
"""K of every camera."""

PITCH_DEGREES, ROLL_DEGREES = (-10.0, 35.0), (-25.0, 25.0)
DEPTH = (2.5, 8.0)
BESIDE = (0.25, 0.15)
"""Largest distance from the axis, sideways and upward, over the depth."""
WALK = 0.02
"""Spread of the root's step between two frames (m)."""

NOISE = (0.004, 0.014)
"""Noise of a clip at the trunk, log-uniform, in heights of the person in the image: 2 to 8 px of 560."""
DEGREES_OF_FREEDOM = 4.0
"""Of the Student distribution of the noise: heavier tails than the Gaussian of training."""
JOINT_NOISE = {"hip": 1.4, "knee": 1.0, "ankle": 1.2, "elbow": 1.1, "wrist": 1.4}
DOUBLED = 0.01
"""Share of joints that are reported at their counterpart on the other side."""
OUTLIERS, OUTLIER_RANGE = 0.005, 0.25
"""Share of joints that are anywhere within this many heights of the person."""
SWAPPED_ARMS, SWAPPED_LEGS, SWAPPED_BODY = 0.01, 0.01, 0.005
"""Shares of frames with swapped sides."""
MISSING = 0.02
CUT_CLIPS = 0.04
"""Share of clips in which people are cut off below the hips."""
COCO_CLIPS = 0.5
"""Share of clips whose detector has no spine and no head top, and a nose instead of joint 9."""
NOSE_OFFSET = 0.04
"""Distance of a nose from joint 9, in heights."""


def load(
    root: Path | None = None, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0
) -> Dataset:
    """The data set, the same for the same `seed`; `detected` keypoints are of the same people and cameras as
    `gt`."""
    kind = keypoints
    corpus = held_out_corpus()
    generator = Generator().manual_seed(seed)
    parts = [people_in_clips(corpus, subjects, CLIPS, generator) for subjects in HELD_OUT.values()]
    points, up = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    clip = torch.arange(len(HELD_OUT) * CLIPS).repeat_interleave(CLIP_ROWS)
    pixels, confidence = points_to_keypoints(points, INTRINSICS), torch.ones(points.shape[:2])
    if kind == "detected":
        pixels, confidence = _detected(points, pixels, clip, Generator().manual_seed(seed + 1))
    names = tuple(f"open {name} {i}" for name in HELD_OUT for i in range(CLIPS))
    filmed = Filmed(points, pixels, confidence, up, clip.numpy())
    return clips_dataset("open", kind, filmed, names, np.repeat(list(HELD_OUT), CLIPS))


class Filmed(NamedTuple):
    """Frames of people, one clip after another. points: `[N, 17, 3]` m, camera frame; pixels: `[N, 17, 2]`;
    confidence: `[N, 17]`; up: `[N, 3]`; clip: `[N]`, the number of the clip."""

    points: Tensor
    pixels: Tensor
    confidence: Tensor
    up: Tensor
    clip: np.ndarray


def clips_dataset(
    name: str, kind: str, filmed: Filmed, clip_names: Sequence[str], groups: np.ndarray, fps: float = FPS
) -> Dataset:
    """A data set of clips, each of one person and one camera with `INTRINSICS`. clip_names, groups: of each
    clip."""
    points, pixels, confidence, up, clip = filmed
    keypoints = Keypoints(
        points=pixels.numpy(),
        confidence=confidence.numpy(),
        frame=np.arange(len(clip)) - np.searchsorted(clip, clip),
        person=np.zeros(len(points), np.int64),
        clip=clip,
        clip_names=tuple(clip_names),
        frame_count=len(points),
        skeleton="h36m17",
        image_size=(SIZE, SIZE),
        fps=fps,
        intrinsics=INTRINSICS.expand(len(points), 3, 3).numpy(),
    )
    return Dataset(
        name=name,
        kind=kind,
        keypoints=keypoints,
        truth=points.numpy(),
        joints=tuple(range(len(JOINTS))),
        group=groups[clip],
        sequence=np.array(clip_names)[clip],
        by_group=True,
        up=up.numpy(),
    )


def people_in_clips(
    corpus: Corpus, subjects: tuple[str, ...], clips: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """`clips` clips of the subjects in turn, each a stretch of recorded poses in front of a camera.

    Camera-frame points `[clips * CLIP_ROWS, 17, 3]` m and the vertical `[clips * CLIP_ROWS, 3]`.
    """
    all_points, all_up = [], []
    for i in range(clips):
        own = corpus.poses[torch.from_numpy(corpus.subjects == subjects[i % len(subjects)])]
        first = int(torch.randint(len(own) - STRIDE * CLIP_ROWS, (), generator=generator))
        poses = own[first : first + STRIDE * CLIP_ROWS : STRIDE]

        def uniform(low: float, high: float) -> Tensor:
            return low + (high - low) * torch.rand((), generator=generator)

        rotation = camera_rotation(
            uniform(0, 2 * math.pi),
            torch.deg2rad(uniform(*PITCH_DEGREES)),
            torch.deg2rad(uniform(*ROLL_DEGREES)),
        )
        depth = uniform(*DEPTH)
        place = depth * torch.stack(
            [uniform(-BESIDE[0], BESIDE[0]), uniform(-BESIDE[1], BESIDE[1]), torch.ones(())]
        )
        steps = WALK * torch.randn(CLIP_ROWS, 3, generator=generator)
        all_points.append(poses @ rotation.mT + place + (steps.cumsum(0) - steps.sum(0) / 2)[:, None])
        all_up.append((rotation @ torch.tensor([0.0, -1, 0])).expand(CLIP_ROWS, 3))
    return torch.cat(all_points), torch.cat(all_up)


def _detected(points: Tensor, pixels: Tensor, clip: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Keypoints `[n, 17, 2]` px and confidences `[n, 17]` of a detector; lasting errors belong to a clip."""
    count, joints = pixels.shape[:2]
    clips = int(clip.max()) + 1

    def chance(share: float, *shape: int) -> Tensor:
        return torch.rand(shape, generator=generator) < share

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    height = (FOCAL * ADULT / points[:, :1, 2])[..., None]
    factor = torch.tensor(
        [next((f for end, f in JOINT_NOISE.items() if name.endswith(end)), 1.0) for name in JOINTS]
    )
    low, high = (math.log(level) for level in NOISE)
    level = (low + (high - low) * torch.rand(clips, 1, generator=generator)).exp()[clip] * factor
    chi = sum(normal(count, joints).square() for _ in range(int(DEGREES_OF_FREEDOM))) / DEGREES_OF_FREEDOM
    error = (level / torch.as_tensor(chi).sqrt())[..., None] * normal(count, joints, 2)
    outlier = chance(OUTLIERS, count, joints)
    error = torch.where(
        outlier[..., None], OUTLIER_RANGE * (2 * torch.rand(count, joints, 2, generator=generator) - 1), error
    )
    found = pixels + height * error
    doubled = chance(DOUBLED, count, joints)
    found = torch.where(doubled[..., None], found[:, list(MIRROR)], found)
    for share, ends in (
        (SWAPPED_ARMS, ("elbow", "wrist")),
        (SWAPPED_LEGS, ("knee", "ankle")),
        (SWAPPED_BODY, ("",)),
    ):
        found = torch.where(chance(share, count)[:, None, None], found[:, swap_order(*ends)], found)

    # a logistic curve of the error with noise: high when right, often high when wrong
    off = (found - pixels).norm(dim=-1) / height[..., 0]
    confidence = torch.sigmoid(2.2 - 25 * off + 0.8 * normal(count, joints)).clamp(0.05, 1)
    coco = chance(COCO_CLIPS, clips)[clip]
    for joint, parts in (
        ("pelvis", ("left_hip", "right_hip")),
        ("thorax", ("left_shoulder", "right_shoulder")),
    ):
        columns = [INDEX[part] for part in parts]
        found[coco, INDEX[joint]] = found[coco][:, columns].mean(1)
        confidence[coco, INDEX[joint]] = confidence[coco][:, columns].amin(1)
    nose = INDEX["nose"]
    found[coco, nose] += (
        NOSE_OFFSET * height[coco, 0] * torch.nn.functional.normalize(normal(count, 2)[coco], dim=-1)
    )
    confidence[coco, nose] *= NOSE_TRUST
    lost = chance(MISSING, count, joints)
    lost[:, [INDEX["spine"], INDEX["head_top"]]] |= coco[:, None]
    below = torch.tensor([name.endswith(("knee", "ankle")) for name in JOINTS])
    lost |= chance(CUT_CLIPS, clips)[clip][:, None] & below
    return torch.where(lost[..., None], 0.0, found), confidence.masked_fill(lost, 0)
