"""Presets on the bundled real example: OpenPose detections of four cameras against the 3D of the other three.

    python benchmarks/pose2sim.py [--presets paper balanced] [--samples 1] [--prior FILE]

Protocol: 400 frames, 12 limb joints, pelvis-centred, truth triangulated without the row's own camera (`j3d_loo`, itself
good to 20-35 mm), no reflection in PA-MPJPE. Frames without a person or a truth do not count. Prints MPJPE and PA-MPJPE
in mm, by camera and over all frames, with 95 % intervals of the means and of the paired differences between presets, from
1000 bootstrap samples of blocks of 10 frames.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from zedo_cli.cameras import read_camera
from zedo_cli.files import bundled
from zedo_cli.keypoints import read_keypoints
from zedo_cli.lifting import bundled_prior, find_preset, lift_keypoints
from zedo_cli.metrics import mpjpe, pa_mpjpe, root_centred
from zedo_cli.prior import load_prior
from zedo_cli.skeletons import LIMBS

CAMERAS = 4
BLOCK = 10


def main() -> None:
    """Lift, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=["paper", "fast", "balanced"])
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--prior", type=Path, default=bundled_prior())
    options = parser.parse_args()
    prior = load_prior(options.prior)
    data = bundled("data/pose2sim")
    truth = np.load(data / "reference.npz")
    results: dict[str, np.ndarray] = {}
    for name in options.presets:
        rows, ratios, seconds = [], [], 0.0
        for camera in range(1, CAMERAS + 1):
            keypoints = read_keypoints([data / f"openpose/cam{camera:02d}_json"])
            lens = read_camera(data / "calibration.toml", f"cam_{camera:02d}")
            started = time.perf_counter()
            poses = lift_keypoints(keypoints, prior, lens, find_preset(name), options.samples)
            seconds += time.perf_counter() - started
            here = truth["cam"] == np.unique(truth["cam"])[camera - 1]
            order = {frame: row for row, frame in zip(np.flatnonzero(here), truth["frame"][here], strict=True)}
            known = truth["j3d_loo"][[order[frame] for frame in poses.frame]]
            rows.append(_errors(poses.poses_3d, known))
            ratios.append(_ratios(poses.poses_3d, known, poses.uncertainty))
            print(f"{name:>9}  camera {camera}:  {_means(rows[-1])}  ({len(rows[-1])} frames)")
        whole = np.concatenate(rows)
        low, high = _interval(whole)
        print(
            f"{name:>9}  all      :  {_means(whole)}  ({len(whole)} frames; 95 %: MPJPE {low[0]:.1f}-{high[0]:.1f},"
            f" PA {low[1]:.1f}-{high[1]:.1f}; {seconds:.1f} s, {torch.get_num_threads()} threads)"
        )
        ratio = np.concatenate(ratios)
        if np.isfinite(ratio).any():
            print(f"{name:>9}  RMS of error / uncertainty: {np.sqrt(np.nanmean(np.square(ratio))):.2f}")
        for other, errors in results.items():
            low, high = _interval(whole - errors)
            change = f"MPJPE {low[0]:+.1f} to {high[0]:+.1f}  PA-MPJPE {low[1]:+.1f} to {high[1]:+.1f} mm (95 %)"
            print(f"{name:>9}  - {other:<8}:  {change}")
        results[name] = whole


def _errors(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """MPJPE and PA-MPJPE (mm) of the frames that have both. `[N, 2]`."""
    ours, theirs = root_centred(predicted)[:, LIMBS], root_centred(truth)[:, LIMBS]
    errors = 1000 * np.stack([mpjpe(ours, theirs), pa_mpjpe(ours, theirs)], axis=1)
    return errors[np.isfinite(errors).all(1)]


def _ratios(predicted: np.ndarray, truth: np.ndarray, uncertainty: np.ndarray) -> np.ndarray:
    """Error over uncertainty of each limb joint `[N, 12]`; NaN where the truth or the uncertainty is unknown."""
    errors = np.linalg.norm(root_centred(predicted) - root_centred(truth), axis=-1)
    return errors[:, LIMBS] / uncertainty[:, LIMBS]


def _means(errors: np.ndarray) -> str:
    return "MPJPE {:6.1f}  PA-MPJPE {:6.1f} mm".format(*errors.mean(0))


def _interval(errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    blocks = [errors[first : first + BLOCK] for first in range(0, len(errors), BLOCK)]
    generator = np.random.default_rng(0)
    draws = generator.integers(len(blocks), size=(1000, len(blocks)))
    means = [np.concatenate([blocks[i] for i in draw]).mean(0) for draw in draws]
    return np.percentile(means, 2.5, axis=0), np.percentile(means, 97.5, axis=0)


if __name__ == "__main__":
    main()
