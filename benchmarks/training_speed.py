"""How fast `zedo train` is, and how much of a step is matrix products.

    python benchmarks/training_speed.py [--network base] [--device auto] [--batch-size 2048] [--rounds 5]

Each round times steps of training and, right after, the bare products of the network's layers at the same
shapes and precision, forward and backward. Printed: samples a second, and the share (time of the bare
products over that of a step), as median and range of the rounds.
"""

import argparse
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import torch
from torch import nn

from zedo_cli.device import find_device
from zedo_cli.prior.card import TrainingSettings
from zedo_cli.prior.prior import NETWORKS, UNCONDITIONAL
from zedo_cli.training.corpus import OPEN_VALIDATION, Corpus
from zedo_cli.training.distributed import Workers
from zedo_cli.training.loop import RunOptions, StoppedError, train
from zedo_cli.training.precision import has_fast_bfloat16
from zedo_cli.training.settings import RECIPES

STEPS, SKIPPED = 40, 10


def main() -> None:
    """Measure in turn, print medians and ranges."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", choices=RECIPES, default="base")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--batch-size", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    device = find_device(options.device)
    recipe = RECIPES[options.network]
    settings = TrainingSettings(
        **recipe,
        steps=STEPS,
        batch_size=options.batch_size,
        validation_subjects=OPEN_VALIDATION,
        warmup_steps=STEPS,
    )
    corpus = Corpus.load([])
    products = layer_shapes(recipe, options.batch_size, device)
    rates, shares = [], []
    for _ in range(options.rounds):
        step = time_step(corpus, settings, device, options.compile)
        bare = time_products(products, device)
        rates.append(options.batch_size / step)
        shares.append(bare / step)
    print(f"{options.network} on {device}, {options.batch_size} samples a step, {options.rounds} rounds")
    print(f"samples/s: {statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})")
    print(
        f"share of matrix products: {statistics.median(shares):.0%} ({min(shares):.0%} to {max(shares):.0%})"
    )


def time_step(corpus: Corpus, settings: TrainingSettings, device: torch.device, compiled: bool) -> float:
    """Median seconds of a step."""
    times: list[float] = []

    def note(done: int, loss: float) -> None:
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter())
        if done == STEPS - 1:
            raise StoppedError(done)

    with tempfile.TemporaryDirectory() as folder, suppress(StoppedError):
        options = RunOptions(STEPS, compiled=compiled, progress=note)
        train(corpus, settings, Path(folder) / "p.safetensors", Workers(0, 1, device), options)
    return statistics.median(b - a for a, b in zip(times[SKIPPED:], times[SKIPPED + 1 :], strict=False))


def layer_shapes(recipe: dict, batch_size: int, device: torch.device) -> list[tuple[int, int, int]]:
    """Rows, inputs and outputs of every linear layer in a step."""
    network = NETWORKS[recipe["architecture"]](**recipe["network"]).to(device)
    shapes: list[tuple[int, int, int]] = []
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            layer.register_forward_hook(
                lambda module, inputs, _: shapes.append(
                    (inputs[0].shape[0], module.in_features, module.out_features)
                )
            )
    levels = batch_size // 8
    pose = torch.zeros(batch_size, 17, 3, device=device)
    arguments = [pose, torch.ones(levels, device=device)]
    if recipe["architecture"] not in UNCONDITIONAL:
        arguments.append(torch.zeros(batch_size, 52 + recipe["network"].get("context", 0), device=device))
    network(*arguments)
    return shapes


def time_products(shapes: list[tuple[int, int, int]], device: torch.device) -> float:
    """Median seconds of all products of a step: x W, and for the gradients g W^T and x^T g."""
    dtype = torch.bfloat16 if has_fast_bfloat16(device) else torch.float32
    operands = [
        tuple(torch.randn(size, device=device, dtype=dtype) for size in ((rows, a), (a, b), (rows, b)))
        for rows, a, b in shapes
    ]
    times = []
    for _ in range(SKIPPED + 20):
        started = time.perf_counter()
        for x, w, g in operands:
            _, _, _ = x @ w, g @ w.T, x.T @ g
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return statistics.median(times[SKIPPED:])


if __name__ == "__main__":
    main()
