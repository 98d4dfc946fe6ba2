"""Presets side by side, on people whose 3D is known, validation people among them; `zedo eval` tells more of
one preset.

    python benchmarks/accuracy.py [--data open open-detected pose2sim] [--presets paper fast balanced best]
    [--samples 1] python benchmarks/accuracy.py --data validation validation-detected     # what settings are
    chosen on python benchmarks/accuracy.py --steps steps.png                         # error against
    evaluations of the network

Data: `open`, held-out people before virtual cameras, exact keypoints or a detector's
(`zedo_cli/datasets/open.py`); `pose2sim`, real OpenPose detections, 12 limb joints, truth good to 20-35 mm;
`validation`, training people that the bundled prior has not seen. Poses are pelvis-centred, PA-MPJPE has no
reflection. Prints MPJPE / PA-MPJPE (mm), the mean of the splits, with 95 % intervals from 1000 bootstrap
samples of sequences (clips; on pose2sim blocks of ten frames), the paired difference to the first preset, and
the RMS of error over uncertainty by joint group.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import validation
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.open import open_dataset
from zedo_cli.datasets.pose2sim import pose2sim_dataset
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.evaluation.metrics import root_centred
from zedo_cli.evaluation.protocol import STRICT
from zedo_cli.evaluation.resampling import Resampling
from zedo_cli.evaluation.scores import Scores, score
from zedo_cli.lifter import bundled_prior, find_preset, lift_keypoints
from zedo_cli.pipeline.presets import Preset
from zedo_cli.poses.container import Poses
from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.prior.prior import Prior
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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", default=["open", "open-detected", "pose2sim"], choices=DATA)
    parser.add_argument("--presets", nargs="+", default=["paper", "fast", "balanced", "best"])
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument(
        "--context", nargs="*", default=[], choices=["up", "bones"], help="tell the lifter the true ones"
    )
    parser.add_argument(
        "--clips", action="store_true", help="rows of a clip share what they can (default: each for itself)"
    )
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
            scores = scores_of(data, poses)
            errors = errors_of(scores)
            print(
                f"{data.name + ' ' + data.kind:>18} {preset.name:>9}: {summary(errors, data)}"
                f"  ({calls[0] / len(errors):.0f} evaluations, {time.perf_counter() - started:.1f} s)"
            )
            if options.samples > 1:
                print(f"{'':>29}  {of_hypotheses(scores, data)}")
            print(
                f"{'':>29}  error / uncertainty: {calibration(poses, data)};"
                f" {poses.swapped.any(1).sum()} swaps"
            )
            if first is not None:
                low, high = Resampling.of(data).interval(errors - first)
                print(
                    f"{'':>29}  - {options.presets[0]}: {low[0]:+.1f} to {high[0]:+.1f} /"
                    f" {low[1]:+.1f} to {high[1]:+.1f}"
                )
            first = errors if first is None else first


def lift(data: Dataset, prior: Prior, preset: Preset, options: argparse.Namespace) -> Poses:
    """All of the data at once, so that evaluations are counted for a batch."""
    known = {}
    if "up" in options.context:
        known["up"] = data.up
    if "bones" in options.context:
        known["bones"] = validation.bones(data.truth)
    return lift_keypoints(
        data.keypoints,
        prior,
        preset=preset,
        samples=options.samples,
        batch_size=10**6,
        clips=options.clips,
        **known,
    )


@contextmanager
def counted(prior: Prior) -> Iterator[list[int]]:
    """How many poses the network is given."""
    calls = [0]
    hook = prior.network.register_forward_pre_hook(
        lambda _, inputs: calls.__setitem__(0, calls[0] + len(inputs[0]))
    )
    yield calls
    hook.remove()


def scores_of(data: Dataset, poses: Poses) -> Scores:
    """Of the strict protocol."""
    made = Predictions(poses.poses_3d, poses.hypotheses_3d, poses.uncertainty)
    return score(data, made, STRICT)


def errors_of(scores: Scores, answer: str = "answer") -> np.ndarray:
    """MPJPE and PA-MPJPE (mm) of every row over the scored joints `[N, 2]`."""
    return 1000 * np.stack([scores[f"{answer}.mpjpe"], scores[f"{answer}.pa_mpjpe"]], axis=1)


def summary(errors: np.ndarray, data: Dataset) -> str:
    """The mean with its interval, and the splits."""
    resampling = Resampling.of(data)
    mean, (low, high) = resampling.mean(errors), resampling.interval(errors)
    splits = ", ".join(
        "{} {:.1f} / {:.1f}".format(group, *np.nanmean(errors[data.group == group], 0))
        for group in np.unique(data.group)
    )
    return f"{mean[0]:6.1f} / {mean[1]:.1f} mm (95 %: {low[0]:.1f}-{high[0]:.1f} / {low[1]:.1f}-{high[1]:.1f})  [{splits}]"


def of_hypotheses(scores: Scores, data: Dataset) -> str:
    """Their mean, a single one, the best that only the truth can choose, and how calibrated their spread
    is."""
    resampling = Resampling.of(data)
    mean, best = (resampling.mean(errors_of(scores, answer)) for answer in ("mean", "best"))
    draws = [scores[f"hypotheses.{name}"][:, 1:].mean(1) for name in ("mpjpe", "pa_mpjpe")]
    single = 1000 * resampling.mean(np.stack(draws, axis=1))
    text = (
        f"mean of hypotheses: {mean[0]:.1f} / {mean[1]:.1f}, one draw {single[0]:.1f} /"
        f" {single[1]:.1f}, best (oracle)"
        f" {best[0]:.1f} / {best[1]:.1f}"
    )
    if "answer.coverage_50" in scores:
        inside = [scores[f"answer.coverage_{level}"].mean() for level in (50, 90)]
        text += f"; truth within the central 50 / 90 %: {inside[0]:.0%} / {inside[1]:.0%}"
    return text


def calibration(poses: Poses, data: Dataset) -> str:
    """RMS of error over RMS of uncertainty, by joint group."""
    errors = np.linalg.norm(root_centred(poses.poses_3d) - root_centred(data.truth), axis=-1)
    parts = []
    for group in GROUPS:
        columns = [i for i, name in enumerate(JOINTS) if name.endswith(group)]
        known = np.isfinite(errors[:, columns])
        ratio = (
            np.square(errors[:, columns][known]).mean()
            / np.square(poses.uncertainty[:, columns][known]).mean()
        )
        parts.append(f"{group} {ratio**0.5:.2f}")
    return ", ".join(parts)


def draw_error_against_evaluations(prior: Prior, path: Path) -> None:
    """MPJPE over the evaluations of the loop: flow steps, full steps, and the paper's, on validation
    people."""
    import matplotlib.pyplot as plt

    data, base = validation.people(), find_preset("balanced").model_copy(update={"probes": 1, "swaps": False})
    curves: dict[str, list[tuple[int, float, float]]] = {}
    variants = [
        (kind, base.model_copy(update={"step": kind, "steps": n}))
        for kind in ("flow", "full")
        for n in (1, 2, 4, 8, 16, 50)
    ]
    paper = find_preset("paper")
    variants += [("paper", paper.model_copy(update={"steps": n, "warmup": n // 5})) for n in (50, 200, 1000)]
    for name, preset in variants:
        with counted(prior) as calls:
            poses = lift_keypoints(data.keypoints, prior, preset=preset, batch_size=10**6, clips=False)
        error = errors_of(scores_of(data, poses)).mean(0)
        probes = 2 * preset.probes if name != "paper" else 0
        curves.setdefault(name, []).append((calls[0] // len(data.truth) - probes, *error))
        print(
            f"{name:>6} {preset.steps:5d} steps, {curves[name][-1][0]:5d} evaluations: {error[0]:.1f}"
            f" / {error[1]:.1f} mm"
        )
    figure, axis = plt.subplots(figsize=(7, 4))
    labels = {
        "flow": "flow steps (balanced)",
        "full": "full denoising",
        "paper": "paper, blind, same weights",
    }
    for name, curve in curves.items():
        axis.plot([c[0] for c in curve], [c[1] for c in curve], "o-", label=labels[name])
    axis.set(xscale="log", xlabel="evaluations of the network", ylabel="MPJPE, mm", ylim=(0, None))
    axis.legend(loc="center right")
    figure.savefig(path, dpi=120, bbox_inches="tight")


if __name__ == "__main__":
    main()
