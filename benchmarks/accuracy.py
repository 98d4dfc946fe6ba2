"""Presets on people whose 3D is known: errors, calibration, hypotheses.

    python benchmarks/accuracy.py [--data open open-detected pose2sim] [--presets paper fast balanced best] [--samples 1]
    python benchmarks/accuracy.py --data validation validation-detected     # what settings are chosen on
    python benchmarks/accuracy.py --steps steps.png                         # error against evaluations of the network

Data: `open`, held-out people before virtual cameras, exact keypoints or a detector's (`zedo_cli/datasets/open.py`);
`pose2sim`, real OpenPose detections, 12 limb joints, truth good to 20-35 mm; `validation`, training people that the bundled
prior has not seen. Poses are pelvis-centred, PA-MPJPE has no reflection. Prints MPJPE / PA-MPJPE (mm), the mean of the
splits, with 95 % intervals from 1000 bootstrap samples of sequences (clips; on pose2sim blocks of ten frames), the paired
difference to the first preset, and the RMS of error over uncertainty by joint group.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import validation
from zedo_cli.datasets import Dataset, open_dataset, pose2sim_dataset
from zedo_cli.lifting import bundled_prior, find_preset, lift_keypoints
from zedo_cli.metrics import mpjpe, pa_mpjpe, root_centred
from zedo_cli.pipeline.presets import Preset
from zedo_cli.poses import Poses
from zedo_cli.prior import Prior, load_prior
from zedo_cli.skeletons import JOINTS

DATA = {
    "open": open_dataset,
    "open-detected": lambda: open_dataset("detected"),
    "pose2sim": pose2sim_dataset,
    "validation": validation.people,
    "validation-detected": lambda: validation.people("detected"),
    "validation-swapped": lambda: validation.people("swapped"),
}
GROUPS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")


def main() -> None:
    """Lift, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=["open", "open-detected", "pose2sim"], choices=DATA)
    parser.add_argument("--presets", nargs="+", default=["paper", "fast", "balanced", "best"])
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--context", nargs="*", default=[], choices=["up", "bones"], help="tell the lifter the true ones")
    parser.add_argument("--clips", action="store_true", help="rows of a clip share what they can (default: each for itself)")
    parser.add_argument("--prior", type=Path, default=bundled_prior())
    parser.add_argument("--steps", type=Path, help="draw error against evaluations, as PNG")
    options = parser.parse_args()
    prior = load_prior(options.prior)
    if options.steps:
        draw_error_against_evaluations(prior, options.steps)
        return
    for name in options.data:
        data = DATA[name]()
        first = None
        for preset in map(find_preset, options.presets):
            started = time.perf_counter()
            with counted(prior) as calls:
                poses = lift(data, prior, preset, options)
            errors = errors_of(poses.poses_3d, data)
            print(
                f"{data.name:>18} {preset.name:>9}: {summary(errors, data)}"
                f"  ({calls[0] / len(errors):.0f} evaluations, {time.perf_counter() - started:.1f} s)"
            )
            if options.samples > 1:
                print(f"{'':>29}  {of_hypotheses(poses, data)}")
            print(f"{'':>29}  error / uncertainty: {calibration(poses, data)}; {poses.swapped.any(1).sum()} swaps")
            if first is not None:
                low, high = interval(errors - first, data)
                print(f"{'':>29}  - {options.presets[0]}: {low[0]:+.1f} to {high[0]:+.1f} / {low[1]:+.1f} to {high[1]:+.1f}")
            first = errors if first is None else first


def lift(data: Dataset, prior: Prior, preset: Preset, options: argparse.Namespace) -> Poses:
    """All of the data at once, so that evaluations are counted for a batch."""
    known = {}
    if "up" in options.context:
        known["up"] = data.up
    if "bones" in options.context:
        known["bones"] = validation.bones(data.truth)
    return lift_keypoints(
        data.keypoints, prior, preset=preset, samples=options.samples, batch_size=10**6, clips=options.clips, **known
    )


@contextmanager
def counted(prior: Prior) -> Iterator[list[int]]:
    """How many poses the network is given."""
    calls = [0]
    hook = prior.network.register_forward_pre_hook(lambda _, inputs: calls.__setitem__(0, calls[0] + len(inputs[0])))
    yield calls
    hook.remove()


def errors_of(predicted: np.ndarray, data: Dataset) -> np.ndarray:
    """MPJPE and PA-MPJPE (mm) of every row over the scored joints `[N, 2]`."""
    joints = list(data.joints)
    ours, theirs = root_centred(predicted)[:, joints], root_centred(data.truth)[:, joints]
    return 1000 * np.stack([mpjpe(ours, theirs), pa_mpjpe(ours, theirs)], axis=1)


def by_group(errors: np.ndarray, data: Dataset) -> np.ndarray:
    """Mean of the means of the splits; of pose2sim over all rows."""
    if not data.name.startswith("open"):
        return np.nanmean(errors, 0)
    return np.mean([np.nanmean(errors[data.group == group], 0) for group in np.unique(data.group)], 0)


def interval(errors: np.ndarray, data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """95 % of the mean, over sequences within their split."""
    generator = np.random.default_rng(0)
    names, index = np.unique(data.sequence, return_inverse=True)
    sums, counts = (np.zeros((len(names), 2)) for _ in range(2))
    np.add.at(sums, index, np.nan_to_num(errors))
    np.add.at(counts, index, np.isfinite(errors))
    split = np.array([data.group[np.argmax(index == i)] for i in range(len(names))])
    groups = np.unique(split) if data.name.startswith("open") else [None]
    means = []
    for _ in range(1000):
        parts = []
        for group in groups:
            own = np.flatnonzero(split == group) if group is not None else np.arange(len(names))
            drawn = generator.choice(own, len(own))
            parts.append(sums[drawn].sum(0) / counts[drawn].sum(0))
        means.append(np.mean(parts, 0))
    return np.percentile(means, 2.5, axis=0), np.percentile(means, 97.5, axis=0)


def summary(errors: np.ndarray, data: Dataset) -> str:
    """The mean with its interval, and the splits."""
    mean, (low, high) = by_group(errors, data), interval(errors, data)
    splits = ", ".join(
        "{} {:.1f} / {:.1f}".format(group, *np.nanmean(errors[data.group == group], 0)) for group in np.unique(data.group)
    )
    return f"{mean[0]:6.1f} / {mean[1]:.1f} mm (95 %: {low[0]:.1f}-{high[0]:.1f} / {low[1]:.1f}-{high[1]:.1f})  [{splits}]"


def of_hypotheses(poses: Poses, data: Dataset) -> str:
    """Their mean, a single one, the best that only the truth can choose, and how calibrated their spread is."""
    each = root_centred(poses.hypotheses_3d)
    errors = np.stack([errors_of(each[:, s], data) for s in range(each.shape[1])])
    mean = by_group(errors_of(each.mean(1), data), data)
    single, best = by_group(errors[1:].mean(0), data), by_group(errors.min(0), data)
    inside = [coverage(each[:, 1:], root_centred(data.truth), data, share) for share in (0.5, 0.9)]
    return (
        f"mean of {len(errors)}: {mean[0]:.1f} / {mean[1]:.1f}, one draw {single[0]:.1f} / {single[1]:.1f}, best (oracle)"
        f" {best[0]:.1f} / {best[1]:.1f}; truth within the central 50 / 90 %: {inside[0]:.0%} / {inside[1]:.0%}"
    )


def coverage(draws: np.ndarray, truth: np.ndarray, data: Dataset, share: float) -> float:
    """Share of the coordinates of `truth [N, J, 3]` within the central `share` of `draws [N, S, J, 3]`."""
    joints = [joint for joint in data.joints if joint]
    place = ((draws < truth[:, None]).sum(1) + 0.5) / (draws.shape[1] + 1)
    return float((np.abs(place - 0.5) <= share / 2)[:, joints][np.isfinite(truth[:, joints])].mean())


def calibration(poses: Poses, data: Dataset) -> str:
    """RMS of error over RMS of uncertainty, by joint group."""
    errors = np.linalg.norm(root_centred(poses.poses_3d) - root_centred(data.truth), axis=-1)
    parts = []
    for group in GROUPS:
        columns = [i for i, name in enumerate(JOINTS) if name.endswith(group)]
        known = np.isfinite(errors[:, columns])
        ratio = np.square(errors[:, columns][known]).mean() / np.square(poses.uncertainty[:, columns][known]).mean()
        parts.append(f"{group} {ratio**0.5:.2f}")
    return ", ".join(parts)


def draw_error_against_evaluations(prior: Prior, path: Path) -> None:
    """MPJPE over the evaluations of the loop: flow steps, full steps, and the paper's, on validation people."""
    import matplotlib.pyplot as plt

    data, base = validation.people(), find_preset("balanced").model_copy(update={"probes": 1, "swaps": False})
    curves: dict[str, list[tuple[int, float, float]]] = {}
    variants = [
        (kind, base.model_copy(update={"step": kind, "steps": n})) for kind in ("flow", "full") for n in (1, 2, 4, 8, 16, 50)
    ]
    paper = find_preset("paper")
    variants += [("paper", paper.model_copy(update={"steps": n, "warmup": n // 5})) for n in (50, 200, 1000)]
    for name, preset in variants:
        with counted(prior) as calls:
            poses = lift_keypoints(data.keypoints, prior, preset=preset, batch_size=10**6, clips=False)
        error = errors_of(poses.poses_3d, data).mean(0)
        probes = 2 * preset.probes if name != "paper" else 0
        curves.setdefault(name, []).append((calls[0] // len(data.truth) - probes, *error))
        print(f"{name:>6} {preset.steps:5d} steps, {curves[name][-1][0]:5d} evaluations: {error[0]:.1f} / {error[1]:.1f} mm")
    figure, axis = plt.subplots(figsize=(7, 4))
    labels = {"flow": "flow steps (balanced)", "full": "full denoising", "paper": "paper, blind, same weights"}
    for name, curve in curves.items():
        axis.plot([c[0] for c in curve], [c[1] for c in curve], "o-", label=labels[name])
    axis.set(xscale="log", xlabel="evaluations of the network", ylabel="MPJPE, mm", ylim=(0, None))
    axis.legend(loc="center right")
    figure.savefig(path, dpi=120, bbox_inches="tight")


if __name__ == "__main__":
    main()
