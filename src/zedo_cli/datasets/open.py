"""`open`: the bundled held-out people, who are in no training file, before virtual cameras.

Clips of one person and one static camera each. Cameras look down by -10 to 35 degrees and are rolled by up to 25; people
stand 2.5 to 8 m away, off centre. The keypoints are exact, or those of a detector. Its faults have other constants, and
where possible another form, than those that priors are trained with (`prior/virtual_views.py`), so that measuring here
tests that model too. Nothing here was chosen by any result.
"""

import math
from typing import Literal

import numpy as np
import torch
from torch import Generator, Tensor

from zedo_cli.datasets.container import Dataset
from zedo_cli.evaluation.prior_quality import HELD_OUT, held_out_corpus
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.skeletons import ADULT, JOINTS, MIRROR, NOSE_TRUST
from zedo_cli.training.corpus import Corpus

Kind = Literal["gt", "detected"]

CLIPS, CLIP_ROWS = 24, 25
"""Clips of each split, and rows of a clip."""

FOCAL = 1145.0
SIZE = 1000.0
"""Focal length and side of the image in pixels: a field of view of 47 degrees."""

PITCH_DEGREES, ROLL_DEGREES = (-10.0, 35.0), (-25.0, 25.0)
DEPTH = (2.5, 8.0)
BESIDE = (0.25, 0.15)
"""Greatest distance from the axis, sideways and upward, over the depth."""
WALK = 0.02
"""Spread of a step between two rows of a clip (m)."""

NOISE = (0.004, 0.014)
"""Noise of a clip at the trunk, log-uniform, in heights of the person in the image: 2 to 8 px of 560."""
DEGREES_OF_FREEDOM = 4.0
"""Of the noise's Student distribution: tails heavier than the Gaussian's of the training."""
JOINT_NOISE = {"hip": 1.4, "knee": 1.0, "ankle": 1.2, "elbow": 1.1, "wrist": 1.4}
DOUBLED = 0.01
"""Share of limb joints that are put on their counterpart on the other side."""
STRAYED, STRAY = 0.005, 0.25
"""Share of joints that are anywhere within this many heights of the person."""
SWAPPED_ARMS, SWAPPED_LEGS, SWAPPED_BODY = 0.01, 0.01, 0.005
"""Shares of rows."""
MISSING = 0.02
CUT_CLIPS = 0.04
"""Share of clips whose people are cut off below the hips."""
COCO_CLIPS = 0.5
"""Share of clips whose detector knows no spine and no head top, and a nose instead of joint 9."""
NOSE_OFFSET = 0.04
"""Distance of a nose from joint 9, in heights."""


def open_dataset(kind: Kind = "gt", seed: int = 0) -> Dataset:
    """The data set, the same for the same `seed`; `detected` keypoints belong to the same people and cameras as `gt`."""
    corpus = held_out_corpus()
    generator = Generator().manual_seed(seed)
    parts = [people_in_clips(corpus, subjects, CLIPS, generator) for subjects in HELD_OUT.values()]
    points, up = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    intrinsics = torch.tensor([[FOCAL, 0, SIZE / 2], [0, FOCAL, SIZE / 2], [0, 0, 1]])
    clip = torch.arange(len(HELD_OUT) * CLIPS).repeat_interleave(CLIP_ROWS)
    pixels, confidence = points_to_keypoints(points, intrinsics), torch.ones(points.shape[:2])
    if kind == "detected":
        pixels, confidence = _detected(points, pixels, clip, Generator().manual_seed(seed + 1))
    names = tuple(f"open {name} {i}" for name in HELD_OUT for i in range(CLIPS))
    keypoints = Keypoints(
        points=pixels.numpy(),
        confidence=confidence.numpy(),
        frame=np.tile(np.arange(CLIP_ROWS), len(names)),
        person=np.zeros(len(points), np.int64),
        clip=clip.numpy(),
        clip_names=names,
        frame_count=len(points),
        skeleton="h36m17",
        image_size=(SIZE, SIZE),
        intrinsics=intrinsics.expand(len(points), 3, 3).numpy(),
    )
    return Dataset(
        name="open",
        kind=kind,
        keypoints=keypoints,
        truth=points.numpy(),
        joints=tuple(range(len(JOINTS))),
        group=np.repeat(list(HELD_OUT), CLIPS * CLIP_ROWS),
        sequence=np.array(names)[clip.numpy()],
        by_group=True,
        up=up.numpy(),
    )


def people_in_clips(corpus: Corpus, subjects: tuple[str, ...], clips: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """`clips` clips of the subjects in turn, each a stretch of recorded poses before a camera.

    Camera-frame points `[clips * CLIP_ROWS, 17, 3]` m and the vertical `[clips * CLIP_ROWS, 3]`.
    """
    all_points, all_up = [], []
    for i in range(clips):
        own = corpus.poses[torch.from_numpy(corpus.subjects == subjects[i % len(subjects)])]
        stride = 4  # of poses about a tenth of a second apart
        first = int(torch.randint(len(own) - stride * CLIP_ROWS, (), generator=generator))
        poses = own[first : first + stride * CLIP_ROWS : stride]

        def uniform(low: float, high: float) -> Tensor:
            return low + (high - low) * torch.rand((), generator=generator)

        rotation = camera_rotation(
            uniform(0, 2 * math.pi),
            torch.deg2rad(uniform(*PITCH_DEGREES)),
            torch.deg2rad(uniform(*ROLL_DEGREES)),
        )
        depth = uniform(*DEPTH)
        place = depth * torch.stack([uniform(-BESIDE[0], BESIDE[0]), uniform(-BESIDE[1], BESIDE[1]), torch.ones(())])
        steps = WALK * torch.randn(CLIP_ROWS, 3, generator=generator)
        all_points.append(poses @ rotation.mT + place + (steps.cumsum(0) - steps.sum(0) / 2)[:, None])
        all_up.append((rotation @ torch.tensor([0.0, -1, 0])).expand(CLIP_ROWS, 3))
    return torch.cat(all_points), torch.cat(all_up)


def _detected(points: Tensor, pixels: Tensor, clip: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Keypoints `[n, 17, 2]` px and confidences `[n, 17]` of a detector; faults that last belong to a clip."""
    count, joints = pixels.shape[:2]
    clips = int(clip.max()) + 1

    def chance(share: float, *shape: int) -> Tensor:
        return torch.rand(shape, generator=generator) < share

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    height = (FOCAL * ADULT / points[:, :1, 2])[..., None]
    factor = torch.tensor([next((f for end, f in JOINT_NOISE.items() if name.endswith(end)), 1.0) for name in JOINTS])
    low, high = (math.log(level) for level in NOISE)
    level = (low + (high - low) * torch.rand(clips, 1, generator=generator)).exp()[clip] * factor
    chi = sum(normal(count, joints).square() for _ in range(int(DEGREES_OF_FREEDOM))) / DEGREES_OF_FREEDOM
    error = (level / torch.as_tensor(chi).sqrt())[..., None] * normal(count, joints, 2)
    stray = chance(STRAYED, count, joints)
    error = torch.where(stray[..., None], STRAY * (2 * torch.rand(count, joints, 2, generator=generator) - 1), error)
    found = pixels + height * error
    doubled = chance(DOUBLED, count, joints)
    found = torch.where(doubled[..., None], found[:, list(MIRROR)], found)
    for share, ends in ((SWAPPED_ARMS, ("elbow", "wrist")), (SWAPPED_LEGS, ("knee", "ankle")), (SWAPPED_BODY, ("",))):
        order = [MIRROR[i] if name.endswith(ends) else i for i, name in enumerate(JOINTS)]
        found = torch.where(chance(share, count)[:, None, None], found[:, order], found)

    # a logistic curve of the error, blurred: sure when right, often sure when wrong
    off = (found - pixels).norm(dim=-1) / height[..., 0]
    confidence = torch.sigmoid(2.2 - 25 * off + 0.8 * normal(count, joints)).clamp(0.05, 1)
    coco = chance(COCO_CLIPS, clips)[clip]
    for joint, parts in (("pelvis", ("left_hip", "right_hip")), ("thorax", ("left_shoulder", "right_shoulder"))):
        columns = [JOINTS.index(part) for part in parts]
        found[coco, JOINTS.index(joint)] = found[coco][:, columns].mean(1)
        confidence[coco, JOINTS.index(joint)] = confidence[coco][:, columns].amin(1)
    nose = JOINTS.index("nose")
    found[coco, nose] += NOSE_OFFSET * height[coco, 0] * torch.nn.functional.normalize(normal(count, 2)[coco], dim=-1)
    confidence[coco, nose] *= NOSE_TRUST
    lost = chance(MISSING, count, joints)
    lost[:, [JOINTS.index("spine"), JOINTS.index("head_top")]] |= coco[:, None]
    below = torch.tensor([name.endswith(("knee", "ankle")) for name in JOINTS])
    lost |= chance(CUT_CLIPS, clips)[clip][:, None] & below
    return torch.where(lost[..., None], 0.0, found), confidence.masked_fill(lost, 0)
