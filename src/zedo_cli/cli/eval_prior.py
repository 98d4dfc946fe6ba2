"""`zedo eval-prior`: the quality of a prior."""

from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli.options import PRIORS, Device
from zedo_cli.cli.terminal import console


def eval_prior(
    checkpoint: Annotated[str, typer.Argument(help=PRIORS)] = "open",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Where the figures go, as .json and .png. [default: the name of the prior, in the"
            " current folder]",
            show_default=False,
        ),
    ] = None,
    poses: Annotated[int, typer.Option(min=10, help="People of each held-out split.")] = 500,
    samples: Annotated[int, typer.Option(min=2, help="Poses drawn from each posterior.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Seed of people, cameras and noise.")] = 0,
    device: Device = "auto",
) -> None:
    """Measure a prior on held-out people: denoising, size bias, samples, and its posterior given a view.

    Views come from the virtual cameras and the detector model of training, with people that no bundled prior
    has seen.

    Examples:

    `zedo eval-prior` (the bundled prior)

    `zedo eval-prior mine.safetensors --poses 2000 --samples 100` (slower, less noise)
    """
    from zedo_cli.device import find_device
    from zedo_cli.errors import InputError
    from zedo_cli.evaluation.prior_quality import evaluate
    from zedo_cli.io.files import atomic_write, writable
    from zedo_cli.prior.checkpoint import load_prior
    from zedo_cli.report.prior import evaluation_tables, write_evaluation_figure

    base = output or Path(Path(checkpoint).name)
    if output and base.suffix not in (".safetensors", ".json", ".png", ""):
        raise InputError(
            "figures are written as .json and .png",
            source=base,
            fix="give a name with one of these, or without suffix",
        )
    files = {suffix: writable(base.with_suffix(suffix)) for suffix in (".json", ".png")}
    loaded = load_prior(checkpoint, find_device(device))
    with console.status("measuring") as status:
        measured = evaluate(loaded, poses, samples, seed, lambda what: status.update(f"measuring: {what}"))
    for table in evaluation_tables(measured):
        typer.echo(table)
    with atomic_write(files[".json"]) as temporary:
        temporary.write_text(measured.model_dump_json(indent=1) + "\n")
    with atomic_write(files[".png"]) as temporary:
        write_evaluation_figure(measured, temporary)
    typer.echo(f"figures: {files['.json']}, {files['.png']}")
