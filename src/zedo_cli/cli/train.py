"""`zedo train`: a prior from 3D poses."""

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli.options import Device, progress_bar
from zedo_cli.prior.card import TrainingSettings

_DEFAULT = TrainingSettings()
_RECIPE, _AUGMENTATION, _RUNNING = "Recipe", "Augmentation", "Running"


def train(
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            help="NPZ files of 3D poses (see data/README.md). [default: the bundled open poses]", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The prior to write; the run's state is kept beside it.")
    ] = Path("prior.safetensors"),
    steps: Annotated[int, typer.Option(min=1, help="Optimiser steps.", rich_help_panel=_RECIPE)] = _DEFAULT.steps,
    batch_size: Annotated[
        int, typer.Option(min=8, help="Poses a step; a multiple of 8.", rich_help_panel=_RECIPE)
    ] = _DEFAULT.batch_size,
    learning_rate: Annotated[
        float, typer.Option(min=0, help="Peak of the cosine.", rich_help_panel=_RECIPE)
    ] = _DEFAULT.learning_rate,
    hidden: Annotated[int, typer.Option(min=32, help="Width of the network; a multiple of 32.", rich_help_panel=_RECIPE)] = (
        _DEFAULT.hidden
    ),
    ema: Annotated[
        float, typer.Option(min=0, max=1, help="Decay of the averaged weights that are shipped.", rich_help_panel=_RECIPE)
    ] = _DEFAULT.ema,
    validation: Annotated[
        list[str] | None,
        typer.Option(
            help="Subject to keep for validation; may be repeated. [default: five people of the bundled poses]",
            rich_help_panel=_RECIPE,
            show_default=False,
        ),
    ] = None,
    rotation: Annotated[
        bool, typer.Option(help="Turn poses as random cameras see them (RA).", rich_help_panel=_AUGMENTATION)
    ] = (True),
    bones: Annotated[bool, typer.Option(help="Draw bone lengths anew.", rich_help_panel=_AUGMENTATION)] = True,
    mirror: Annotated[bool, typer.Option(help="Mirror half of the poses.", rich_help_panel=_AUGMENTATION)] = True,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Of weights, samples and noise.", rich_help_panel=_RUNNING)
    ] = 0,
    device: Device = "auto",
    save_every: Annotated[int, typer.Option(min=1, help="Steps between saved states.", rich_help_panel=_RUNNING)] = 500,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run whose state is beside the output.", rich_help_panel=_RUNNING)
    ] = False,
) -> None:
    """Train a diffusion prior on 3D poses alone.

    Examples:

    `zedo train` (the bundled prior's recipe on the bundled open poses; an hour or two on 2 cores)

    `zedo train my_poses.npz -o mine.safetensors --steps 20000`

    `zedo train my_poses.npz -o mine.safetensors --steps 20000 --resume` (at most `--save-every` steps are lost)
    """
    from zedo_cli.errors import InputError
    from zedo_cli.files import writable
    from zedo_cli.lifting import find_device
    from zedo_cli.prior.corpus import OPEN_VALIDATION, Corpus
    from zedo_cli.prior.training import train as run

    settings = _settings(
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        hidden=hidden,
        ema=ema,
        validation_subjects=tuple(validation or (() if data else OPEN_VALIDATION)),
        rotation=rotation,
        bones=bones,
        mirror=mirror,
        seed=seed,
    )
    on = find_device(device)
    writable(output)
    state = output.with_suffix(".state.pt")
    if state.exists() and not resume:
        raise InputError(f"{state}: a run of that name exists; continue it with --resume, or choose another --output")
    if find_spec("sklearn") is None:
        raise InputError("training needs scikit-learn for k-means: pip install scikit-learn")
    corpus = Corpus.load(data or [])
    started = time.perf_counter()
    first: list[int] = []
    with progress_bar("steps") as bar:
        task = bar.add_task("Training", total=steps)

        def progress(done: int, loss: float) -> None:
            if not first:
                first.append(done - 1)
            rate = (done - first[0]) * batch_size / (time.perf_counter() - started)
            bar.update(task, completed=done, description=f"Training: loss {loss:.4f}, {rate:,.0f} samples/s")

        outcome = run(corpus, settings, output, on, save_every, resume, progress)
    typer.echo(f"{sum(source.poses for source in outcome.prior.card.sources)} training poses, on {on}")
    typer.echo(f"{steps * batch_size:,} samples in all, {time.perf_counter() - started:.0f} s in this run")
    for sigma, error in outcome.validation.items():
        typer.echo(f"validation: noise {1000 * sigma:5.0f} mm -> {1000 * error:6.1f} mm RMS a coordinate")
    typer.echo(f"prior: {output}")


def _settings(**values: object) -> TrainingSettings:
    from pydantic import ValidationError

    from zedo_cli.errors import InputError, first_fault

    try:
        return TrainingSettings.model_validate(values)
    except ValidationError as error:
        raise InputError(f"--{first_fault(error).replace('_', '-')}") from error
