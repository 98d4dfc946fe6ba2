"""Presets on validation people seen by virtual cameras: what `fast` and `balanced` were tuned on.

    python benchmarks/validation.py [--presets fast balanced] [--samples 1] [--poses 400]

The people are training subjects that the bundled prior has not seen (its card names them), with their own bones. Cameras:
any yaw, looking down by -10 to 35 degrees, rolled by up to 25, 2.5-8 m away, off centre, f = 1145 px. Keypoints: exact, or
detector-like: noise of 4 px at 3.5 m (log-normal, larger at hips, wrists and ankles), 2 % outliers, 4 % missing joints, no
spine and head top, a nose of little weight, confidences that tell a part of it. Prints MPJPE and PA-MPJPE (mm) of all 17
joints (exact) or the 12 limb joints (detector-like), and the RMS of error over uncertainty by joint group.
"""

import argparse
import math
import time

import numpy as np
import torch

from zedo_cli.keypoints import Keypoints
from zedo_cli.lifting import bundled_prior, find_preset, lift_keypoints
from zedo_cli.metrics import mpjpe, pa_mpjpe, root_centred
from zedo_cli.pipeline.rays import points_to_keypoints
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.prior import load_prior
from zedo_cli.prior.corpus import Corpus
from zedo_cli.skeletons import JOINTS, LIMBS, NOSE_TRUST

FOCAL = 1145.0
INTRINSICS = torch.tensor([[FOCAL, 0, 500], [0, FOCAL, 500], [0, 0, 1]])
GROUPS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")


def main() -> None:
    """Lift, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=["fast", "balanced"])
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--poses", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    prior = load_prior(bundled_prior())
    people = Corpus.load([]).split(prior.card.training.validation_subjects)[2]
    generator = torch.Generator().manual_seed(options.seed)
    truth, points = seen_by_cameras(people, options.poses, generator)
    for name in options.presets:
        for kind, (pixels, confidence) in {"exact": exact(points), "detector-like": detected(points, generator)}.items():
            keypoints = container(pixels, confidence)
            started = time.perf_counter()
            poses = lift_keypoints(keypoints, prior, preset=find_preset(name), samples=options.samples)
            report(f"{name:>9} {kind:>13}", poses, truth.numpy(), range(17) if kind == "exact" else LIMBS)
            print(f"{'':>24} {time.perf_counter() - started:.1f} s")


def seen_by_cameras(people: torch.Tensor, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Root-relative poses and camera-frame points of `count` people before random cameras. `[count, 17, 3]` each, m."""

    def uniform(low: float, high: float) -> torch.Tensor:
        return low + (high - low) * torch.rand(count, generator=generator)

    poses = people[torch.randint(len(people), (count,), generator=generator)]
    tilt, roll = torch.deg2rad(uniform(-10, 35)), torch.deg2rad(uniform(-25, 25))
    poses = poses @ camera_rotation(uniform(0, 2 * math.pi), tilt, roll).mT
    depth = uniform(2.5, 8)
    place = torch.stack([uniform(-0.25, 0.25) * depth, uniform(-0.15, 0.15) * depth, depth], dim=-1)
    return poses, poses + place[:, None]


def exact(points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Keypoints `[N, 17, 2]` px and full confidences `[N, 17]`."""
    return points_to_keypoints(points, INTRINSICS), torch.ones(points.shape[:2])


def detected(points: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Keypoints and confidences as a detector might give them."""

    def uniform() -> torch.Tensor:
        return torch.rand(points.shape[:2], generator=generator)

    level = 4 * torch.exp(0.6 * torch.randn(len(points), 1, generator=generator))
    by_joint = torch.tensor([1.5 if n.endswith(("ankle", "wrist")) else 1.3 if n.endswith("hip") else 1.0 for n in JOINTS])
    outlier = uniform() < 0.02
    spread = level * by_joint * 3.5 / points[:, :1, 2] * torch.where(outlier, 8.0, 1.0)
    noise = spread[..., None] * torch.randn(*points.shape[:2], 2, generator=generator)
    confidence = (0.9 - 0.02 * level - 0.3 * uniform() - 0.3 * outlier).clamp(0.05, 1) * (uniform() > 0.04)
    for joint, parts in (("pelvis", ("left_hip", "right_hip")), ("thorax", ("left_shoulder", "right_shoulder"))):
        confidence[:, JOINTS.index(joint)] = confidence[:, [JOINTS.index(part) for part in parts]].amin(1)
    confidence[:, JOINTS.index("nose")] *= NOSE_TRUST
    confidence[:, [JOINTS.index("spine"), JOINTS.index("head_top")]] = 0
    return points_to_keypoints(points, INTRINSICS) + noise, confidence


def container(pixels: torch.Tensor, confidence: torch.Tensor) -> Keypoints:
    """As a reader would give them."""
    count = len(pixels)
    return Keypoints(
        points=pixels.numpy(),
        confidence=confidence.numpy(),
        frame=np.arange(count),
        person=np.zeros(count, np.int64),
        clip=np.zeros(count, np.int64),
        clip_names=("virtual",),
        frame_count=count,
        skeleton="h36m17",
        intrinsics=INTRINSICS.numpy()[None].repeat(count, 0),
    )


def report(title: str, poses, truth: np.ndarray, joints) -> None:
    """Errors of the chosen, the mean and the best hypothesis, and calibration of the uncertainty."""
    joints = list(joints)
    ours, theirs = root_centred(poses.poses_3d), root_centred(truth)
    print(f"{title}: {scores(ours[:, joints], theirs[:, joints])}")
    samples = poses.hypotheses_3d.shape[1]
    if samples > 1:
        each = root_centred(poses.hypotheses_3d)[:, :, joints]
        errors = [[f(each[:, s], theirs[:, joints]) for s in range(samples)] for f in (mpjpe, pa_mpjpe)]
        best = 1000 * np.min(errors, axis=1).mean(1)
        print(f"{'':>24} mean of {samples}: {scores(each.mean(1), theirs[:, joints])}; best (oracle): {best.round(1)}")
    ratio = np.linalg.norm(ours - theirs, axis=-1) / poses.uncertainty.clip(1e-3)
    parts = []
    for group in GROUPS:
        columns = [i for i, name in enumerate(JOINTS) if name.endswith(group)]
        parts.append(f"{group} {np.sqrt(np.square(ratio[:, columns]).mean()):.2f}")
    print(f"{'':>24} error / uncertainty: {', '.join(parts)}")


def scores(ours: np.ndarray, theirs: np.ndarray) -> str:
    """MPJPE and PA-MPJPE with the spread of the mean over poses."""
    both = [1000 * f(ours, theirs) for f in (mpjpe, pa_mpjpe)]
    return " / ".join(f"{e.mean():.1f} +- {e.std() / math.sqrt(len(e)):.1f}" for e in both) + " mm"


if __name__ == "__main__":
    main()
