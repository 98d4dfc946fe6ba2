"""The plausibility of poses: bones, symmetry, joint limits, and distances to real poses."""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.skeletons import BONE_LENGTHS, JOINTS, MIRROR_BONES, PARENTS

NEAR = 0.1
"""RMS distance of joints (m), after rotation to one direction and scaling, within which a pose counts as
covered."""

LIMIT_QUANTILE = 0.001
"""Angles rarer than this among training poses count as beyond the limit of a joint."""

_COMPARED = 4000
_BENDS = (
    ("right_hip", "right_knee", "right_ankle"),
    ("left_hip", "left_knee", "left_ankle"),
    ("right_shoulder", "right_elbow", "right_wrist"),
    ("left_shoulder", "left_elbow", "left_wrist"),
    ("pelvis", "spine", "thorax"),
    ("spine", "thorax", "nose"),
    ("thorax", "nose", "head_top"),
    ("spine", "pelvis", "right_knee"),
    ("spine", "pelvis", "left_knee"),
    ("spine", "thorax", "right_elbow"),
    ("spine", "thorax", "left_elbow"),
)


def measure(poses: Tensor, held_out: Tensor, training: Tensor) -> dict[str, float]:
    """Figures of root-relative `poses [N, 17, 3]` (m) as cameras see them.

    asymmetry: mean difference of a left and a right bone over their mean. unusual bones: share more than a
    half from an adult's length. joint limits: share of joint angles that are rarer than 0.1 % among the
    `training` poses. coverage: share of `held_out` poses with one of `poses` near. novelty: median distance
    (m) to the nearest training pose. Distances are RMS over joints, after rotating poses to face one way, at
    the size of an adult; compare the figures with those of real poses.
    """
    lengths = (poses[:, 1:] - poses[:, list(PARENTS[1:])]).norm(dim=-1)
    other = lengths[:, list(MIRROR_BONES)]
    paired = [bone for bone, mirrored in enumerate(MIRROR_BONES) if mirrored != bone]
    usual = lengths.new_tensor(BONE_LENGTHS)
    low, high = _limits(training)
    angles = bends(poses)
    generator = torch.Generator().manual_seed(0)
    own, real, known = (_comparable(_some(part, generator)) for part in (poses, held_out, training))
    return {
        "asymmetry": float((2 * (lengths - other).abs() / (lengths + other))[:, paired].mean()),
        "unusual_bones": float(((lengths / usual - 1).abs() > 1 / 2).float().mean()),
        "beyond_joint_limits": float(((angles < low) | (angles > high)).float().mean()),
        "coverage": float((_nearest(real, own) < NEAR).float().mean()),
        "novelty": float(_nearest(own, known).median()),
    }


def bends(poses: Tensor) -> Tensor:
    """Angles (radians) between neighbouring bones `[N, 17, 3]` -> `[N, 13]`; the last two are knees bent
    forward, signed."""
    index = torch.tensor([[JOINTS.index(name) for name in bend] for bend in _BENDS])
    before, at, after = (poses[:, index[:, i]] for i in range(3))
    cosine = (normalize(at - before, dim=-1) * normalize(after - at, dim=-1)).sum(-1)
    across = normalize(poses[:, 4] - poses[:, 1], dim=-1)
    knees = []
    for hip, knee, ankle in ((1, 2, 3), (4, 5, 6)):
        thigh, shin = (
            normalize(poses[:, knee] - poses[:, hip], dim=-1),
            normalize(poses[:, ankle] - poses[:, knee], dim=-1),
        )
        knees.append((torch.linalg.cross(thigh, shin) * across).sum(-1))
    return torch.cat([cosine.clamp(-1, 1).acos(), torch.stack(knees, dim=-1)], dim=-1)


def _limits(training: Tensor) -> tuple[Tensor, Tensor]:
    angles = bends(training)
    return angles.quantile(LIMIT_QUANTILE / 2, dim=0), angles.quantile(1 - LIMIT_QUANTILE / 2, dim=0)


def _some(poses: Tensor, generator: torch.Generator) -> Tensor:
    return poses[torch.randperm(len(poses), generator=generator)[:_COMPARED]]


def _comparable(poses: Tensor) -> Tensor:
    """Hips along x, trunk in the xy plane, with the summed trunk and thighs of an adult. `[N, 17, 3]` -> `[N,
    51]`."""
    across, up = normalize(poses[:, 4] - poses[:, 1], dim=-1), poses[:, 8] - poses[:, 0]
    forward = normalize(torch.linalg.cross(across, up), dim=-1)
    axes = torch.stack([across, torch.linalg.cross(forward, across), forward], dim=1)
    used = [1, 4, 6, 7]
    lengths = (poses[:, 1:] - poses[:, list(PARENTS[1:])]).norm(dim=-1)[:, used].sum(1)
    return (poses @ axes.mT * (sum(BONE_LENGTHS[i] for i in used) / lengths)[:, None, None]).flatten(1)


def _nearest(poses: Tensor, others: Tensor) -> Tensor:
    """RMS distance of joints (m) to the nearest other pose, excluding itself. `[N, 51]`, `[M, 51]` ->
    `[N]`."""
    distance = torch.cdist(poses, others, compute_mode="donot_use_mm_for_euclid_dist")
    distance = distance.masked_fill(distance < 1e-4, torch.inf)
    return distance.amin(1) / len(JOINTS) ** 0.5
