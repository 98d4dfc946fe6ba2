"""How fast a GPU lifts, and what lower precision and CUDA graphs change.

    python benchmarks/gpu.py [--rows 100000] [--runs 5]

(a) The method alone, from keypoints on the device to poses on the device, by number of rows: launched by
Python, and as a CUDA graph; with the share of the bare matrix products' peak. (b) The same with TF32 and
bfloat16, and how far the poses move. (c) Lifting in process with everything around it, in tracks and as
single frames. Rows are the detections of `open-video`, repeated.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import torch
from torch.utils.flop_counter import FlopCounterMode

from speed import rows_of
from zedo_cli import Lifter
from zedo_cli.pipeline.graphs import Graphed
from zedo_cli.pipeline.method import Method, lift
from zedo_cli.pipeline.observation import Observation
from zedo_cli.preparation import SideInformation

PRESETS = ("fast", "balanced")
SIZES = (1, 64, 1024, 8192, 32768)


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--prior", default="open-base")
    options = parser.parse_args()
    print(torch.cuda.get_device_name(), "torch", torch.__version__)
    peak = {name: peak_flops(dtype, tf32) for name, (dtype, tf32) in PRECISIONS.items()}
    print("products of 8192 x 8192, TFLOP/s:", {name: round(rate / 1e12) for name, rate in peak.items()})
    for preset in PRESETS:
        lifter = Lifter(options.prior, preset, device="cuda", clips=False)
        seen = observation(lifter, max(SIZES))
        flops = flops_of_a_row(lifter.method, seen)
        print(f"\n{preset}: {flops / 1e6:,.0f} MFLOP a row in products")
        for size in SIZES:
            time_size(lifter.method, seen.rows(slice(0, size)), flops, peak["float32"], options.runs)
        precision(lifter.method, seen.rows(slice(0, 8192)), options.runs)
    for clips in (False, True):
        for preset in PRESETS:
            whole(options.prior, preset, clips, options.rows, options.runs)


def observation(lifter: Lifter, rows: int) -> Observation:
    """What the method observes of people, on the GPU, without what the view alone gives."""
    seen = lifter.prepare(rows_of(rows), None, SideInformation()).seen
    return seen._replace(mean=None, spread=None).to(torch.device("cuda"))


def seconds(work: Callable[[], object], runs: int) -> float:
    """Median of several calls, after one that does not count."""
    times = []
    for _ in range(runs + 1):
        torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


PRECISIONS = {
    "float32": (torch.float32, False),
    "TF32": (torch.float32, True),
    "bfloat16": (torch.bfloat16, False),
}


def peak_flops(dtype: torch.dtype, tf32: bool) -> float:
    """FLOP/s of one large product."""
    a = torch.randn(8192, 8192, device="cuda", dtype=dtype)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    rate = 2 * 8192**3 / seconds(lambda: a @ a, 10)
    torch.backends.cuda.matmul.allow_tf32 = False
    return rate


@torch.no_grad()
def flops_of_a_row(method: Method, seen: Observation) -> float:
    """Floating-point operations of the products for one row."""
    with FlopCounterMode(display=False) as counter:
        lift(method, seen.rows(slice(0, 64)))
    return counter.get_total_flops() / 64


@torch.no_grad()
def time_size(method: Method, seen: Observation, flops: float, peak: float, runs: int) -> None:
    """One number of rows: launched by Python and as a graph."""
    rows = len(seen.keypoints)
    plain = seconds(lambda: lift(method, seen), runs)
    graphed = Graphed(partial(lift, method))
    graphed(seen)
    graph = seconds(lambda: graphed(seen), runs)
    away = (graphed(seen).pose - lift(method, seen).pose).norm(dim=-1).max()
    print(
        f"{rows:>6} rows: {1000 * plain:8.2f} ms, {rows / plain:>11,.0f} rows/s; graph {1000 * graph:.2f} ms,"
        f" {rows / graph:>11,.0f} rows/s, {rows * flops / graph / peak:.0%} of the peak;"
        f" largest difference {1000 * away:.4f} mm"
    )


@torch.no_grad()
def precision(method: Method, seen: Observation, runs: int) -> None:
    """TF32 and bfloat16 against single precision."""
    exact = lift(method, seen).pose
    for name in ("TF32", "bfloat16"):
        half: AbstractContextManager = (
            torch.autocast("cuda", torch.bfloat16) if name == "bfloat16" else nullcontext()
        )
        torch.backends.cuda.matmul.allow_tf32 = name == "TF32"
        try:
            with half:
                taken = seconds(lambda: lift(method, seen), runs)
                away = 1000 * (lift(method, seen).pose - exact).norm(dim=-1)
            print(
                f"  {name}: {len(exact) / taken:,.0f} rows/s; poses move by {away.mean():.3f} mm,"
                f" at most {away.max():.2f}"
            )
        except RuntimeError as error:
            print(f"  {name}: {str(error).splitlines()[0]}")
        torch.backends.cuda.matmul.allow_tf32 = False


def whole(prior: str, preset: str, clips: bool, rows: int, runs: int) -> None:
    """Lifting in process, checks and tracks included."""
    people = rows_of(rows)
    lifter = Lifter(prior, preset, device="cuda", clips=clips)
    taken = seconds(lambda: lifter.lift(people), max(1, runs // 3))
    kind = "tracks" if clips else "single frames"
    print(f"{preset}, {kind}: {rows:,} rows in {taken:.2f} s, {rows / taken:,.0f} rows/s")


if __name__ == "__main__":
    main()
