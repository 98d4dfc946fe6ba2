"""`zedo train`: a prior from 3D poses."""

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli.options import Device, progress_bar
from zedo_cli.prior.card import RECIPES, TrainingSettings

_DEFAULT = TrainingSettings()
_RECIPE, _AUGMENTATION, _RUNNING = "Recipe", "Augmentation", "Running"


def train(
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            help="3D poses: NPZ, BVH, AMC, Human3.6M, or folders of them. [default: the bundled open poses]",
            show_default=False,
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
    network: Annotated[
        str,
        typer.Option(help="base or small, which see views, or paper, which does not.", rich_help_panel=_RECIPE),
    ] = "base",
    start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="A prior whose network and weights the run starts from, instead of --network and chance.",
            rich_help_panel=_RECIPE,
            show_default=False,
        ),
    ] = None,
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
    recombine: Annotated[
        bool, typer.Option(help="Put upper bodies on the legs of others.", rich_help_panel=_AUGMENTATION)
    ] = True,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Of weights, samples and noise.", rich_help_panel=_RUNNING)
    ] = 0,
    device: Device = "auto",
    compiled: Annotated[
        bool | None,
        typer.Option(
            "--compile/--no-compile",
            help="Use torch.compile. [default: on a GPU]",
            rich_help_panel=_RUNNING,
            show_default=False,
        ),
    ] = None,
    save_every: Annotated[int, typer.Option(min=1, help="Steps between saved states.", rich_help_panel=_RUNNING)] = 500,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run whose state is beside the output.", rich_help_panel=_RUNNING)
    ] = False,
) -> None:
    """Train a diffusion prior on 3D poses alone.

    SIGTERM and Ctrl-C save the run's state; `--resume` continues it to the same result.

    Examples:

    `zedo train` (the recipe of the bundled prior's first run, on the bundled open poses; an hour or two on 2 cores)

    `zedo train my_poses.npz cmu_asf_amc/ -o mine.safetensors --steps 20000`

    `zedo train judo.npz --from checkpoints/open.safetensors -o judo.safetensors --steps 3000 --learning-rate 5e-4`

    `torchrun --nproc-per-node=8 -m zedo_cli train -o prior.safetensors --batch-size 16384` (a batch for each GPU)
    """
    from zedo_cli.errors import InputError
    from zedo_cli.io.files import writable
    from zedo_cli.lifter import find_device
    from zedo_cli.prior.card import continued_recipe
    from zedo_cli.prior.checkpoint import load_prior
    from zedo_cli.training.corpus import OPEN_VALIDATION, Corpus
    from zedo_cli.training.distributed import workers
    from zedo_cli.training.loop import StoppedError
    from zedo_cli.training.loop import train as run
    from zedo_cli.training.state import state_files

    if network not in RECIPES:
        raise InputError(f"--network {network}: unknown; it is one of {', '.join(RECIPES)}")
    writable(output)
    if not resume and (states := state_files(output)):
        raise InputError(f"{states[-1]}: a run of that name exists; continue it with --resume, or choose another --output")
    if find_spec("sklearn") is None:
        raise InputError("training needs scikit-learn for k-means: pip install scikit-learn")
    if start and network != "base":
        raise InputError(f"--network {network}: with --from, the network is that of {start}; leave --network out")
    first_weights = load_prior(start) if start else None
    with workers(find_device(device)) as team:
        settings = _settings(
            **(continued_recipe(first_weights.card) if first_weights else RECIPES[network]),
            start=first_weights.digest if first_weights else "",
            steps=steps,
            batch_size=batch_size,
            processes=team.count,
            learning_rate=learning_rate,
            ema=ema,
            validation_subjects=tuple(validation or (() if data else OPEN_VALIDATION)),
            rotation=rotation,
            bones=bones,
            mirror=mirror,
            recombine=recombine,
            seed=seed,
        )
        corpus = Corpus.load(data or [])
        for note in corpus.notes if team.first else ():
            typer.echo(f"left out: {note}", err=True)
        started = time.perf_counter()
        first: list[int] = []
        with progress_bar("steps") as bar:
            task = bar.add_task("Training", total=steps, visible=team.first)

            def progress(done: int, loss: float) -> None:
                if not first:
                    first.append(done - 1)
                rate = (done - first[0]) * batch_size * team.count / (time.perf_counter() - started)
                bar.update(task, completed=done, description=f"Training: loss {loss:.4f}, {rate:,.0f} samples/s")

            fast = team.device.type == "cuda" if compiled is None else compiled
            try:
                prior = run(corpus, settings, output, team, save_every, resume, fast, progress, first_weights)
            except StoppedError as stop:
                raise InputError(f"stopped after step {stop.step}; continue with --resume") from stop
        if team.first:
            typer.echo(f"{sum(source.poses for source in prior.card.sources)} training poses, on {team.device}")
            typer.echo(f"{prior.card.samples_seen:,} samples in all, {time.perf_counter() - started:.0f} s in this run")
            typer.echo(f"prior: {output}; 'zedo prior {output}' measures it")


def _settings(**values: object) -> TrainingSettings:
    from pydantic import ValidationError

    from zedo_cli.errors import InputError, first_fault

    try:
        return TrainingSettings.model_validate(values)
    except ValidationError as error:
        raise InputError(f"--{first_fault(error).replace('_', '-')}") from error
