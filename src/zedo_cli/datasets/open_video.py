"""`open-video`: held-out people in motion in front of static virtual cameras, bundled.

Recordings at 30 frames/s with the path of the root, seen by one static camera each; 10 and 60 frames/s are
the same recordings. Keypoints are exact, or those of a detector whose errors are slow: a lasting bias, a
drift over half a second, a little white noise, joints that are lost for a while, bursts of outliers, sides
that are swapped for some frames. Kinds ending in `-bodies` have bones and joint definitions drawn anew for
each clip: they show whether a method has learned the skeletons of the recordings. `validation-video` has
training people whom the bundled priors have not seen; settings are chosen on it. No constant of the errors
was chosen by results.
"""

import math
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.open import INTRINSICS, PITCH_DEGREES, ROLL_DEGREES, SIZE, Filmed, clips_dataset
from zedo_cli.io.files import bundled
from zedo_cli.mocap.recordings import Recording, read_recordings
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.skeletons import ADULT, JOINTS, PARENTS, swap_order
from zedo_cli.training.augmentation import Z_UP_TO_CAMERA, with_new_bones
from zedo_cli.training.corpus import HELD_OUT, OPEN_VALIDATION
from zedo_cli.training.random_batch import RandomBatch

CLIPS = 12
"""Clips of each split."""

SECONDS = 6.0
"""Longest clip."""

DEPTH = (3.0, 7.0)
"""Distance (m) of the middle of the path."""

SHORTEST_DEPTH = 1.8
"""Smallest distance (m) at any time; the camera is moved back for longer paths."""

LEVEL = (0.01, 0.03)
"""Total error of a clip at the trunk, log-uniform, in heights of the person in the image."""
BIAS, DRIFT, WHITE = 0.75, 0.6, 0.15
"""Parts of the error: lasting, slow, white."""
DRIFT_SECONDS = 0.5
JOINT_ERRORS = {"hip": 1.5, "ankle": 1.4, "head_top": 1.4, "knee": 1.1, "wrist": 0.9, "elbow": 0.9}
BURSTS, BURST_SECONDS, BURST_SIZE = 0.02, 0.2, 0.15
"""Bursts of outliers for each joint and second; their length; their size in heights."""
LOSSES, LOSS_SECONDS = 0.03, 0.5
SWAPS, SWAP_SECONDS = 0.06, 0.25
"""Swaps of arms, of legs, and of the body for each second; their length."""
UNSURE = 0.5
"""Share of clips whose detector reports confidences; the others have none."""


def load(
    root: Path | None = None, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0
) -> Dataset:
    """The held-out people; the same clips for all kinds of the same `seed`."""
    motions = read_recordings(bundled("data/motion/heldout.npz"))
    groups = {name: [m for m in motions if m.subject in people] for name, people in HELD_OUT.items()}
    return _dataset("open-video", groups, keypoints, seed)


def load_validation(
    root: Path | None = None, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0
) -> Dataset:
    """Training people kept for validation."""
    motions = read_recordings(bundled("data/motion/validation.npz"))
    groups = {person: [m for m in motions if m.subject == person] for person in OPEN_VALIDATION}
    return _dataset("validation-video", groups, keypoints, 100 + seed)


def _dataset(name: str, groups: dict[str, list[Recording]], kind: str, seed: int) -> Dataset:
    detector, _, variant = kind.partition("-")
    fps = float(variant) if variant.isdigit() else 30.0
    parts, clip_names, group_names = [], [], []
    generator = Generator().manual_seed(seed)
    for group, motions in groups.items():
        longest = sorted(motions, key=lambda m: (-min(len(m), SECONDS * m.fps), m.name))
        for i in range(CLIPS):
            motion = longest[i % len(longest)]
            own = Generator().manual_seed(int(torch.randint(2**31, (), generator=generator)))
            points, up = in_front_of_camera(motion, fps, own, new_bodies=variant == "bodies")
            pixels, confidence = points_to_keypoints(points, INTRINSICS), torch.ones(points.shape[:2])
            if detector == "detected":
                pixels, confidence = detections(points, pixels, fps, own)
            parts.append((points, pixels, confidence, up.expand(len(points), 3)))
            clip_names.append(f"{name} {group} {i}")
            group_names.append(group)
    clip = np.arange(len(parts)).repeat([len(part[0]) for part in parts])
    points, pixels, confidence, up = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    filmed = Filmed(points, pixels, confidence, up, clip)
    return clips_dataset(name, kind, filmed, clip_names, np.array(group_names), fps)


def in_front_of_camera(
    motion: Recording, fps: float, generator: Generator, new_bodies: bool = False
) -> tuple[Tensor, Tensor]:
    """A stretch of a motion in front of a static camera.

    Points `[T, 17, 3]` m in the camera frame, and the vertical `[3]`. The camera does not depend on `fps`.
    """
    draw = RandomBatch(1, generator)
    longest = int(SECONDS * motion.fps)
    first = int(draw.uniform(0, 1)[0] * max(1, len(motion) - longest))
    world = torch.from_numpy(motion.joints[first : first + longest]).float()
    if new_bodies:
        world = _with_new_body(world, generator)
    level = world @ world.new_tensor(Z_UP_TO_CAMERA).T
    rotation = camera_rotation(
        draw.uniform(0, 2 * math.pi)[0],
        torch.deg2rad(draw.uniform(*PITCH_DEGREES)[0]),
        torch.deg2rad(draw.uniform(*ROLL_DEGREES)[0]),
    )
    seen = (level - level[:, 0].mean(0)) @ rotation.mT
    depth = float(draw.uniform(*DEPTH)[0])
    wide = seen[..., :2].abs().amax() / (0.95 * SIZE / 2 / INTRINSICS[0, 0])
    depth = max(depth, float(wide), SHORTEST_DEPTH - float(seen[..., 2].amin()))
    points = seen + torch.tensor([0.0, 0.0, depth])
    if fps != motion.fps:
        moved = Recording(points.double().numpy(), motion.fps, "", "", "").at(fps)
        points = torch.from_numpy(moved.joints).float()
    return points, rotation @ torch.tensor([0.0, -1.0, 0.0])


def detections(points: Tensor, pixels: Tensor, fps: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """Keypoints `[T, 17, 2]` px and confidences `[T, 17]` of a detector on one clip."""
    count, joints = pixels.shape[:2]
    draw = RandomBatch(count, generator)
    clip = RandomBatch(1, generator)
    height = (INTRINSICS[0, 0] * ADULT / points[:, :1, 2])[..., None]
    factor = torch.tensor(
        [next((f for end, f in JOINT_ERRORS.items() if name.endswith(end)), 1.0) for name in JOINTS]
    )
    level = clip.log_uniform(*LEVEL) * factor
    unit = BIAS * clip.normal(joints, 2) + DRIFT * slow(draw.normal(joints, 2), DRIFT_SECONDS * fps)
    unit = unit + WHITE * draw.normal(joints, 2)
    error = level[:, None] * unit
    burst = lasting(draw, BURSTS, BURST_SECONDS, fps, joints)
    error = error + burst[..., None] * BURST_SIZE * slow(draw.normal(joints, 2), BURST_SECONDS * fps)
    found = pixels + height * error
    for ends in (("elbow", "wrist"), ("knee", "ankle"), ("",)):
        swapped = lasting(draw, SWAPS / 3, SWAP_SECONDS, fps, 1)
        found = torch.where(swapped[..., None], found[:, swap_order(*ends)], found)
    off = (found - pixels).norm(dim=-1) / height[..., 0]
    confidence = torch.sigmoid(2.2 - 25 * off + 0.8 * slow(draw.normal(joints), 0.2 * fps)).clamp(0.05, 1)
    if not bool(clip.chance(UNSURE)[0]):
        confidence = torch.ones_like(confidence)
    lost = lasting(draw, LOSSES, LOSS_SECONDS, fps, joints)
    return torch.where(lost[..., None], 0.0, found), confidence.masked_fill(lost, 0)


def slow(noise: Tensor, frames: float) -> Tensor:
    """White noise `[T, ...]` filtered to a correlation over about `frames` frames, of unit variance."""
    reach = max(1, math.ceil(3 * frames))
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / max(frames, 1e-3)).square())
    kernel = kernel / kernel.square().sum().sqrt()
    flat = noise.reshape(len(noise), -1).T[:, None]
    extra = torch.cat([flat.flip(-1)] * math.ceil(2 * reach / flat.shape[-1] + 1), -1)[..., : 2 * reach]
    return (
        torch.nn.functional.conv1d(torch.cat([flat, extra], -1), kernel[None, None])[..., : len(noise)]
        .squeeze(1)
        .T.reshape(noise.shape)
    )


def lasting(draw: RandomBatch, rate: float, seconds: float, fps: float, joints: int) -> Tensor:
    """Spells that begin `rate` times a second and last `seconds`. `[T, joints]`, booleans."""
    begins = draw.chance(rate / fps, joints)
    length = max(1, round(seconds * fps))
    padded = torch.cat([torch.zeros(length - 1, joints, dtype=torch.bool), begins])
    return padded.unfold(0, length, 1).any(-1)


def _with_new_body(world: Tensor, generator: Generator) -> Tensor:
    """The motion of a person with other bones, the same in all frames; the path scales with the legs."""
    root, poses = world[:, :1], world - world[:, :1]
    first = with_new_bones(poses[:1], generator)
    scale = _leg(first[0]) / _leg(poses[0])
    bones = (first[0, 1:] - first[0, list(PARENTS[1:])]).norm(dim=-1, keepdim=True)
    vectors = poses[:, 1:] - poses[:, list(PARENTS[1:])]
    vectors = torch.nn.functional.normalize(vectors, dim=-1) * bones
    built = [torch.zeros_like(poses[:, 0])]
    for bone, parent in enumerate(PARENTS[1:]):
        built.append(built[parent] + vectors[:, bone])
    return torch.stack(built, 1) + scale * root


def _leg(pose: Tensor) -> Tensor:
    return (pose[1] - pose[2]).norm() + (pose[2] - pose[3]).norm()
