"""`validation`: training people that the bundled priors have not seen, in clips in front of virtual cameras.

Settings of presets are chosen on these people and on nothing else. Cameras are those of `open`. The keypoints
are exact, or those of a third detector model, neither that of training nor that of `open`, so that `open`
stays unseen: noise of 4 px at 3.5 m (log-normal, larger at hips, wrists and ankles), 2 % outliers, 4 %
missing joints, no spine and head top, a nose of low weight, confidences that tell a part of it. `swapped`
swaps arms or legs in 3 % of the frames each, and all in 2 %.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.open import CLIP_ROWS, INTRINSICS, Filmed, clips_dataset, people_in_clips
from zedo_cli.joint_sets import NOSE_TRUST
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.skeletons import INDEX, JOINTS, swap_order
from zedo_cli.training.corpus import OPEN_VALIDATION, Corpus

CLIPS = 20
PEOPLE_SEED, NOISE_SEED, SWAP_SEED = 5, 9, 3
SWAPS = ((0.03, ("elbow", "wrist")), (0.03, ("knee", "ankle")), (0.02, ("",)))
"""Shares of frames, and the joints that are swapped."""


def load(
    root: Path | None = None, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0
) -> Dataset:
    """`CLIPS` clips by the validation people in turn; keypoints `gt`, `detected` or `swapped`."""
    generator = Generator().manual_seed(PEOPLE_SEED + seed)
    points, up = people_in_clips(Corpus.load([]), OPEN_VALIDATION, CLIPS, generator)
    pixels, confidence = points_to_keypoints(points, INTRINSICS), torch.ones(points.shape[:2])
    if keypoints != "gt":
        pixels, confidence = _detected(points, Generator().manual_seed(NOISE_SEED + seed))
    if keypoints == "swapped":
        pixels = _swapped(pixels, Generator().manual_seed(SWAP_SEED + seed))
    names = [f"validation {i}" for i in range(CLIPS)]
    people = np.array(OPEN_VALIDATION)[np.arange(CLIPS) % len(OPEN_VALIDATION)]
    filmed = Filmed(points, pixels, confidence, up, np.arange(CLIPS).repeat(CLIP_ROWS))
    return clips_dataset("validation", keypoints, filmed, names, people)


def _detected(points: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Keypoints `[N, 17, 2]` px and confidences `[N, 17]` as a detector might report them."""

    def uniform() -> Tensor:
        return torch.rand(points.shape[:2], generator=generator)

    level = 4 * torch.exp(0.6 * torch.randn(len(points), 1, generator=generator))
    factors = [1.5 if n.endswith(("ankle", "wrist")) else 1.3 if n.endswith("hip") else 1.0 for n in JOINTS]
    outlier = uniform() < 0.02
    spread = level * torch.tensor(factors) * 3.5 / points[:, :1, 2] * torch.where(outlier, 8.0, 1.0)
    noise = spread[..., None] * torch.randn(*points.shape[:2], 2, generator=generator)
    confidence = (0.9 - 0.02 * level - 0.3 * uniform() - 0.3 * outlier).clamp(0.05, 1) * (uniform() > 0.04)
    for joint, parts in (
        ("pelvis", ("left_hip", "right_hip")),
        ("thorax", ("left_shoulder", "right_shoulder")),
    ):
        confidence[:, INDEX[joint]] = confidence[:, [INDEX[part] for part in parts]].amin(1)
    confidence[:, INDEX["nose"]] *= NOSE_TRUST
    confidence[:, [INDEX["spine"], INDEX["head_top"]]] = 0
    return points_to_keypoints(points, INTRINSICS) + noise, confidence


def _swapped(pixels: Tensor, generator: Generator) -> Tensor:
    """Keypoints with left and right swapped in some frames."""
    for share, ends in SWAPS:
        which = torch.rand(len(pixels), generator=generator) < share
        pixels = torch.where(which[:, None, None], pixels[:, swap_order(*ends)], pixels)
    return pixels
