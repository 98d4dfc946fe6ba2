"""Errors over time on videos: frame by frame against tracks, with the parts of the method left out in turn.

    python benchmarks/motion.py [--data open-video] [--kinds gt detected ...] [--only "tracks"]

MPJPE / PA-MPJPE (mm), MPJVE (mm/frame), acceleration error (mm/frame^2), root (mm), speed of feet that stand
(mm/s), RMS error over stated uncertainty; a line for each kind of keypoints and variant. Settings may be
chosen on `validation-video` only.
"""

import argparse

import numpy as np

from zedo_cli import Lifter
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.evaluation import metrics
from zedo_cli.evaluation.motion import motion_scores
from zedo_cli.pipeline.presets import PRESETS

NO_NOISE = ["noise_model=false", "contradictions=false", "time=none"]
VARIANTS: dict[str, tuple[bool, list[str]]] = {
    "frame by frame, confidences as they are": (False, NO_NOISE),
    "frame by frame": (False, []),
    "tracks": (True, []),
    "tracks without the track network": (True, ["time=smoother"]),
    "tracks, feet slide": (True, ["contacts=false"]),
    "tracks without the track network, feet slide": (True, ["time=smoother", "contacts=false"]),
    "tracks without the smoother": (True, ["time=none"]),
    "tracks without the noise model": (True, ["noise_model=false"]),
    "tracks without contradictions": (True, ["contradictions=false"]),
    "tracks without the search for swaps": (True, ["swaps=false"]),
}
"""Whether frames share what they can, and changes of preset `balanced`."""


def measure(data: Dataset, clips: bool, changes: list[str]) -> dict[str, float]:
    """The figures of one variant, means over all frames."""
    poses = Lifter(preset=PRESETS["balanced"].changed(changes), clips=clips).lift(data.keypoints)
    local, truth = (metrics.root_centred(part.astype(float)) for part in (poses.poses_3d, data.truth))
    joints = list(data.joints)
    moving = [joint for joint in joints if joint]
    figures = {
        "mpjpe": 1000 * np.nanmean(metrics.mpjpe(local[:, joints], truth[:, joints])),
        "pa": 1000 * np.nanmean(metrics.pa_mpjpe(local[:, joints], truth[:, joints])),
    }
    scores = motion_scores(data, poses.poses_3d)
    figures |= {
        name: 1000 * np.nanmean(scores[name])
        for name in ("mpjve", "acceleration_error", "root", "root_scaled", "foot_skate")
    }
    off = np.linalg.norm(local - truth, axis=-1)[:, moving]
    figures["ratio"] = np.sqrt(np.nanmean(off**2) / np.nanmean(poses.uncertainty[:, moving] ** 2))
    return {name: float(value) for name, value in figures.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="open-video")
    parser.add_argument("--kinds", nargs="+", default=["gt", "detected"])
    parser.add_argument("--only", nargs="+", default=list(VARIANTS))
    arguments = parser.parse_args()
    names = ("keypoints", "variant", "MPJPE / PA", "MPJVE", "acceleration error", "root, scaled", "feet")
    print(f"| {' | '.join(names)} | error / stated |")
    print("|---|---|---|---|---|---|---|---|")
    for kind in arguments.kinds:
        data = load_dataset(arguments.data, keypoints=kind)
        for name in arguments.only:
            f = measure(data, *VARIANTS[name])
            print(
                f"| {kind} | {name} | {f['mpjpe']:.1f} / {f['pa']:.1f} | {f['mpjve']:.1f}"
                f" | {f['acceleration_error']:.1f} | {f['root']:.0f}, {f['root_scaled']:.0f}"
                f" | {f['foot_skate']:.0f} | {f['ratio']:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
