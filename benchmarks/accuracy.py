"""Presets side by side, by the code of `zedo eval`, with the number of evaluations of the network.

    python benchmarks/accuracy.py
    python benchmarks/accuracy.py --data open:detected pose2sim --presets fast best --samples 50
    python benchmarks/accuracy.py --data validation validation:detected --known up bones
    python benchmarks/accuracy.py --steps steps.png        # error against evaluations of the network

Data sets are named as in `zedo eval`, with the kind of keypoints after a colon. `--known` gives the true
vertical and the true bone lengths to the lifter. Printed: MPJPE / PA-MPJPE (mm) by the strict protocol with
95 % intervals, the evaluations for each person, and the RMS of error over uncertainty.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.evaluation.protocol import STRICT
from zedo_cli.evaluation.scores import score
from zedo_cli.evaluation.summary import Report, RunDescription, summary
from zedo_cli.lifter import Lifter
from zedo_cli.pipeline.body import bone_lengths
from zedo_cli.pipeline.presets import PRESETS, Preset
from zedo_cli.preparation import SideInformation
from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.prior.prior import Prior

ALL_AT_ONCE = 10**6
"""A batch size that holds everybody, so that evaluations are counted for one batch."""


def main() -> None:
    """Lift, score, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", default=["open", "open:detected", "pose2sim"])
    parser.add_argument("--presets", nargs="+", default=list(PRESETS), choices=PRESETS)
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--known", nargs="*", default=[], choices=["up", "bones"])
    parser.add_argument(
        "--clips", action="store_true", help="share what the frames of a track have in common"
    )
    parser.add_argument("--prior", default="open")
    parser.add_argument(
        "--steps", type=Path, help="draw the error against evaluations on validation people, as PNG"
    )
    options = parser.parse_args()
    prior = load_prior(options.prior)
    if options.steps:
        draw_error_against_evaluations(prior, options.steps)
        return
    for name in options.data:
        dataset, _, kind = name.partition(":")
        data = load_dataset(dataset, keypoints=kind or None)
        known = SideInformation(
            up=data.up if "up" in options.known else None,
            bones=true_bones(data) if "bones" in options.known else None,
        )
        for preset in options.presets:
            lifter = Lifter(prior, preset, options.samples, clips=options.clips, batch_size=ALL_AT_ONCE)
            started = time.perf_counter()
            report, evaluations = measure(lifter, data, known)
            seconds = time.perf_counter() - started
            errors = report.figures["answer"]
            parts = (
                f"{f.mean:.1f} ({f.low:.1f}-{f.high:.1f})" for f in (errors["mpjpe"], errors["pa_mpjpe"])
            )
            print(
                f"{name:>20} {preset:>9}: {' / '.join(parts)} mm, {evaluations} evaluations, {seconds:.1f} s,"
                f" error over uncertainty {report.error_over_uncertainty}"
            )


def measure(lifter: Lifter, data: Dataset, known: SideInformation) -> tuple[Report, int]:
    """The report of a data set, and the evaluations of the network for each person."""
    with counted(lifter.prior) as calls:
        prepared = lifter.prepare(data.keypoints, None, known, keep_all=True)
        poses = lifter.finish(prepared, lifter.start(prepared))
    predicted = Predictions(poses.poses_3d, poses.hypotheses_3d, poses.uncertainty)
    scores = score(data, predicted, STRICT)
    return summary(data, scores, STRICT, RunDescription(lifter.preset.name, lifter.samples, {})), calls[
        0
    ] // len(data)


@contextmanager
def counted(prior: Prior) -> Iterator[list[int]]:
    """The number of poses that the network is given."""
    calls = [0]

    def count(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        calls[0] += len(inputs[0])

    layers = dict(prior.network.named_children())  # one that every evaluation goes through once
    hook = layers["norm" if "norm" in layers else "post_dense"].register_forward_pre_hook(count)
    yield calls
    hook.remove()


def true_bones(data: Dataset) -> np.ndarray:
    """Bone lengths (m) of the truth `[N, 10]`; zeros where a joint is unknown."""
    return np.nan_to_num(bone_lengths(torch.from_numpy(data.truth)).numpy())


def draw_error_against_evaluations(prior: Prior, path: Path) -> None:
    """MPJPE over the evaluations of the network: flow steps, full steps, and the paper's, on validation
    people."""
    from matplotlib.figure import Figure

    data = load_dataset("validation")
    changes = {"probes": 1, "swaps": False, "mirror": "both", "first_noise": 0.8}
    balanced = PRESETS["balanced"].model_copy(update=changes)
    curves: dict[str, list[Preset]] = {
        "flow steps": [balanced.model_copy(update={"steps": n}) for n in (1, 2, 4, 8, 16, 50)],
        "full denoising": [
            balanced.model_copy(update={"step": "full", "steps": n}) for n in (1, 2, 4, 8, 16, 50)
        ],
        "paper, blind, same weights": [
            PRESETS["paper"].model_copy(update={"steps": n, "warmup": n // 5}) for n in (50, 200, 1000)
        ],
    }
    figure = Figure(figsize=(7, 4))
    axes = figure.subplots()
    for label, presets in curves.items():
        points = []
        for preset in presets:
            lifter = Lifter(prior, preset, clips=False, batch_size=ALL_AT_ONCE)
            report, evaluations = measure(lifter, data, SideInformation())
            probed = preset.start == "view" and prior.spread is None
            points.append((evaluations - 2 * preset.probes * probed, report.figures["answer"]["mpjpe"].mean))
            print(f"{label}, {preset.steps} steps: {points[-1][1]:.1f} mm, {points[-1][0]} evaluations")
        axes.plot(*zip(*points, strict=True), "o-", label=label)
    axes.set(xscale="log", xlabel="evaluations of the network", ylabel="MPJPE, mm", ylim=(0, None))
    axes.legend(loc="center right")
    figure.savefig(path, dpi=120, bbox_inches="tight")


if __name__ == "__main__":
    main()
