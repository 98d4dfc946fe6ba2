"""How fast people are lifted, against the bare matrix products of the network.

    python benchmarks/speed.py [--rows 100000] [--runs 3]

Every line is measured in turn in each round, so that other work on the machine meets all of them; printed are
medians with the range, and ratios within a round. Rows are the detections of `open-video`, repeated. (a) the
paper's loop, (b) lifting in process, (c) the command against lifting in process.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from zedo_cli import Keypoints, Lifter
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.pipeline.method import build_method, finish
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.preparation import SideInformation
from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.prior.prior import Prior
from zedo_cli.prior.score_network import ScoreNetwork

PAPER_ROWS, PAPER_STEPS = 959, 30


def seconds(work: Callable[[], object]) -> float:
    """Of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def shown(values: list[float], unit: str, digits: int = 1) -> str:
    """Median and range."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} {unit} ({low:,.{digits}f} to {high:,.{digits}f})"


def rows_of(count: int) -> Keypoints:
    """`count` rows in clips of 150 frames."""
    people = load_dataset("open-video", None, "detected").keypoints
    index = np.resize(np.arange(len(people)), count)
    repeat = np.arange(count) // len(people)
    return Keypoints.from_arrays(
        people.points[index],
        people.confidence[index],
        "h36m17",
        people.intrinsics[index],
        people.frame[index],
        np.zeros(count),
        people.clip[index] + repeat * len(people.clip_names),
    )


def paper_loop(runs: int) -> None:
    """(a) The paper's loop against its matrix products."""
    bundled = load_prior("open")
    network = ScoreNetwork().eval().requires_grad_(False)
    card = bundled.card.model_copy(
        update={"architecture": "score_network", "network": {}, "parametrisation": "sub-VP noise"}
    )
    prior = Prior(card, network, bundled.start_poses).eval()
    preset = PRESETS["paper"].model_copy(
        update={"steps": PAPER_STEPS, "warmup": PAPER_STEPS // 5, "optimise_start": False}
    )
    method = build_method(preset, prior)
    lifter = Lifter(bundled, clips=False)
    seen = lifter.prepare(rows_of(PAPER_ROWS), None, SideInformation()).seen._replace(mean=None, spread=None)
    start = method.initialise(seen)
    layers = [layer for layer in network.modules() if isinstance(layer, torch.nn.Linear)]
    wide = [layer for layer in layers if layer.in_features != network.embed]
    inputs = [torch.randn(PAPER_ROWS, layer.in_features) for layer in wide]

    def products() -> None:
        for _ in range(PAPER_STEPS):
            for layer, x in zip(wide, inputs, strict=True):
                F.linear(x, layer.weight, layer.bias)

    ratios = []
    for _ in range(runs + 1):
        with torch.no_grad():
            bare, loop = seconds(products), seconds(lambda: finish(method, start))
        ratios.append(loop / bare)
    print(f"(a) paper, {PAPER_ROWS} poses: loop / bare matrix products {shown(ratios[1:], '', 2)}")


def in_process(runs: int, most: int) -> None:
    """(b) Lifting in process."""
    inputs = {count: rows_of(count) for count in sorted({1, 64, 959, max(most, 959)})}
    rows = [count for count in inputs if count <= most]
    threads = sorted({1, os.cpu_count() or 1})
    cases: dict[tuple[str, int, int, bool], list[float]] = {}
    lifters = {
        (p, clips): Lifter(preset=p, clips=clips) for p in ("fast", "balanced") for clips in (False, True)
    }
    for round_ in range(runs + 1):
        for number in threads:
            torch.set_num_threads(number)
            for (preset, clips), lifter in lifters.items():
                for count in rows:
                    if clips and count < 959:
                        continue
                    some = inputs[count]
                    found = cases.setdefault((preset, number, count, clips), [])
                    if count > 959 and (number == 1 or len(found) == runs):
                        continue
                    # a few rows are recorded the second time, and vary more
                    values = [
                        seconds(lambda lifter=lifter, some=some: lifter.lift(some))
                        for _ in range(30 if count < 959 else 1)
                    ]
                    value = statistics.median(values)
                    if round_ or count > 959:
                        found.append(value)
    for (preset, number, count, clips), values in cases.items():
        if not values:
            continue
        what = f"{preset}, {count} rows, {number} threads, {'tracks' if clips else 'rows alone'}"
        if count == 1:
            print(f"(b) {what}: {shown([1000 * v for v in values], 'ms')}")
        else:
            print(f"(b) {what}: {shown([count / v for v in values], 'rows/s', 0)}")
    for preset in ("fast", "balanced"):
        several = Lifter(preset=preset, samples=50, clips=False)
        times = [seconds(lambda several=several: several.lift(inputs[959])) for _ in range(runs)]
        print(f"(b) {preset}, 959 rows of 50 hypotheses: {shown(times, 's')}")


def command(runs: int, count: int) -> None:
    """(c) The command on an NPZ of tracks against lifting in process."""
    people = rows_of(count)
    lifter = Lifter(preset="fast")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "k.npz"
        np.savez(
            path,
            keypoints=np.concatenate([people.points, people.confidence[..., None]], -1).astype(np.float32),
            frame=people.frame,
            clip=people.clip,
            person=people.person,
            intrinsics=people.intrinsics.astype(np.float32),
            skeleton=np.array("h36m17"),
        )
        call = [
            sys.executable,
            "-m",
            "zedo_cli",
            "lift",
            str(path),
            "-o",
            f"{folder}/o.npz",
            "--preset",
            "fast",
        ]
        ratios, whole = [], []
        for _ in range(runs):
            inside = seconds(lambda: lifter.lift(people))
            whole.append(seconds(lambda: subprocess.run(call, check=True, capture_output=True)))
            ratios.append(whole[-1] / inside)
    print(
        f"(c) command, fast, {count} rows in tracks: {shown(whole, 's')}; / in process {shown(ratios, '', 2)}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the largest input")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=["a", "b", "c"], default=["a", "b", "c"])
    options = parser.parse_args()
    print(f"torch {torch.__version__}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if "a" in options.only:
        paper_loop(options.runs)
    if "b" in options.only:
        in_process(options.runs, options.rows)
    if "c" in options.only:
        command(options.runs, options.rows)


if __name__ == "__main__":
    main()
