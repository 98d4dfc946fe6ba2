"""Validation people: training subjects that the bundled prior has not seen, in clips before virtual cameras.

Settings of presets are chosen on these. Cameras are those of the data set `open`; keypoints are exact, or
with a detector's faults by a third model, neither the training's nor that of `open`, so that `open` stays
unseen: noise of 4 px at 3.5 m (log-normal, larger at hips, wrists and ankles), 2 % outliers, 4 % missing
joints, no spine and head top, a nose of little weight, confidences that tell a part of it; `swapped`
exchanges arms or legs in 3 % of rows each, and all in 2 %.
"""

from typing import Literal

import numpy as np
import torch

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.open import CLIP_ROWS, FOCAL, SIZE, people_in_clips
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline.bones import bone_lengths
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.skeletons import JOINTS, MIRROR, NOSE_TRUST
from zedo_cli.training.corpus import OPEN_VALIDATION, Corpus

INTRINSICS = torch.tensor([[FOCAL, 0, SIZE / 2], [0, FOCAL, SIZE / 2], [0, 0, 1]])


def people(
    kind: Literal["exact", "detected", "swapped"] = "exact", clips: int = 20, seed: int = 5
) -> Dataset:
    """`clips` clips of 25 rows, by the five people in turn."""
    points, up = people_in_clips(Corpus.load([]), OPEN_VALIDATION, clips, torch.Generator().manual_seed(seed))
    pixels, confidence = points_to_keypoints(points, INTRINSICS), torch.ones(points.shape[:2])
    if kind != "exact":
        pixels, confidence = detected(points, torch.Generator().manual_seed(9))
    if kind == "swapped":
        pixels = swapped(pixels, torch.Generator().manual_seed(3))
    clip = np.arange(clips).repeat(CLIP_ROWS)
    count = len(points)
    keypoints = Keypoints(
        points=pixels.numpy(),
        confidence=confidence.numpy(),
        frame=np.tile(np.arange(CLIP_ROWS), clips),
        person=np.zeros(count, np.int64),
        clip=clip,
        clip_names=tuple(f"validation {i}" for i in range(clips)),
        frame_count=count,
        skeleton="h36m17",
        image_size=(SIZE, SIZE),
        intrinsics=INTRINSICS.expand(count, 3, 3).numpy(),
    )
    subjects = np.array(OPEN_VALIDATION)[clip % len(OPEN_VALIDATION)]
    joints = tuple(range(len(JOINTS)))
    return Dataset(
        "validation", kind, keypoints, points.numpy(), joints, subjects, clip.astype(str), up=up.numpy()
    )


def detected(points: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Keypoints and confidences as a detector might give them."""

    def uniform() -> torch.Tensor:
        return torch.rand(points.shape[:2], generator=generator)

    level = 4 * torch.exp(0.6 * torch.randn(len(points), 1, generator=generator))
    by_joint = torch.tensor(
        [1.5 if n.endswith(("ankle", "wrist")) else 1.3 if n.endswith("hip") else 1.0 for n in JOINTS]
    )
    outlier = uniform() < 0.02
    spread = level * by_joint * 3.5 / points[:, :1, 2] * torch.where(outlier, 8.0, 1.0)
    noise = spread[..., None] * torch.randn(*points.shape[:2], 2, generator=generator)
    confidence = (0.9 - 0.02 * level - 0.3 * uniform() - 0.3 * outlier).clamp(0.05, 1) * (uniform() > 0.04)
    for joint, parts in (
        ("pelvis", ("left_hip", "right_hip")),
        ("thorax", ("left_shoulder", "right_shoulder")),
    ):
        confidence[:, JOINTS.index(joint)] = confidence[:, [JOINTS.index(part) for part in parts]].amin(1)
    confidence[:, JOINTS.index("nose")] *= NOSE_TRUST
    confidence[:, [JOINTS.index("spine"), JOINTS.index("head_top")]] = 0
    return points_to_keypoints(points, INTRINSICS) + noise, confidence


def swapped(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Keypoints of which some rows have sides exchanged."""
    for share, ends in ((0.03, ("elbow", "wrist")), (0.03, ("knee", "ankle")), (0.02, ("",))):
        order = [MIRROR[i] if name.endswith(ends) else i for i, name in enumerate(JOINTS)]
        which = torch.rand(len(pixels), generator=generator) < share
        pixels = torch.where(which[:, None, None], pixels[:, order], pixels)
    return pixels


def bones(truth: np.ndarray) -> np.ndarray:
    """Bone lengths (m) of the truth `[N, 10]`; zeros where a joint is unknown."""
    return np.nan_to_num(bone_lengths(torch.from_numpy(truth)).numpy())
