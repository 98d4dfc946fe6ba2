"""`zedo train`: a prior from 3D poses."""

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli.options import Device
from zedo_cli.cli.terminal import Stopped, print_notes, progress_bar
from zedo_cli.prior import training_defaults
from zedo_cli.registry import MOCAP_READERS

_RECIPE, _AUGMENTATION, _RUNNING = "Recipe", "Augmentation", "Running"


def train(
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            help=f"3D poses: {MOCAP_READERS.listed()}, or folders of them. [default: the bundled open poses]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="The prior to write; the state of the run is kept beside it."),
    ] = Path("prior.safetensors"),
    steps: Annotated[
        int, typer.Option(min=1, help="Optimiser steps.", rich_help_panel=_RECIPE)
    ] = training_defaults.STEPS,
    batch_size: Annotated[
        int, typer.Option(min=8, help="Poses in a step; a multiple of 8.", rich_help_panel=_RECIPE)
    ] = training_defaults.BATCH_SIZE,
    learning_rate: Annotated[
        float, typer.Option(min=0, help="Peak of the cosine schedule.", rich_help_panel=_RECIPE)
    ] = training_defaults.LEARNING_RATE,
    network: Annotated[
        str,
        typer.Option(
            help="Network: large, base or small, which see views, or paper, which does not.",
            rich_help_panel=_RECIPE,
        ),
    ] = training_defaults.NETWORK,
    start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="A prior whose network and weights the run starts from, instead of --network with"
            " random weights.",
            rich_help_panel=_RECIPE,
            show_default=False,
        ),
    ] = None,
    ema: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Decay of the moving average of the weights, which is saved.",
            rich_help_panel=_RECIPE,
        ),
    ] = training_defaults.EMA,
    validation: Annotated[
        list[str] | None,
        typer.Option(
            help="Subject to keep for validation; may be repeated. [default: five people of the"
            " bundled poses]",
            rich_help_panel=_RECIPE,
            show_default=False,
        ),
    ] = None,
    rotation: Annotated[
        bool,
        typer.Option(help="Rotate poses as random cameras see them (RA).", rich_help_panel=_AUGMENTATION),
    ] = (True),
    bones: Annotated[
        bool, typer.Option(help="Draw random bone lengths.", rich_help_panel=_AUGMENTATION)
    ] = True,
    mirror: Annotated[
        bool, typer.Option(help="Mirror half of the poses.", rich_help_panel=_AUGMENTATION)
    ] = True,
    recombine: Annotated[
        bool,
        typer.Option(
            help="Combine upper bodies with the legs of other poses.", rich_help_panel=_AUGMENTATION
        ),
    ] = True,
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=2**32 - 1, help="Seed of weights, samples and noise.", rich_help_panel=_RUNNING
        ),
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
    save_every: Annotated[
        int, typer.Option(min=1, help="Steps between saved states.", rich_help_panel=_RUNNING)
    ] = 500,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Continue the run whose state is beside the output.", rich_help_panel=_RUNNING
        ),
    ] = False,
) -> None:
    """Train a diffusion prior on 3D poses alone.

    SIGTERM and Ctrl-C save the state of the run; `--resume` continues it to the same result.

    Examples:

    `zedo train` (the first run of `open-base`, on the bundled open poses; an hour or two on 2 cores)

    `zedo train my_poses.npz cmu_asf_amc/ -o mine.safetensors --steps 20000`

    `zedo train judo.npz --from checkpoints/open.safetensors -o judo.safetensors --steps 3000 --learning-rate
    5e-4`

    `torchrun --nproc-per-node=8 -m zedo_cli train -o prior.safetensors --batch-size 16384` (a batch for each
    GPU)
    """
    from zedo_cli.device import find_device
    from zedo_cli.errors import InputError, choose
    from zedo_cli.io.files import writable
    from zedo_cli.io.schema import settings_of
    from zedo_cli.prior.card import TrainingSettings
    from zedo_cli.prior.checkpoint import load_prior
    from zedo_cli.registry import missing_extra
    from zedo_cli.training.corpus import OPEN_VALIDATION, Corpus
    from zedo_cli.training.distributed import workers
    from zedo_cli.training.loop import RunOptions, StoppedError
    from zedo_cli.training.loop import train as run
    from zedo_cli.training.settings import RECIPES, continued_recipe
    from zedo_cli.training.state import state_files

    recipe = choose(network, RECIPES, "network")
    writable(output)
    if not resume and (states := state_files(output)):
        raise InputError(
            "a run of that name exists",
            source=states[-1],
            fix="continue it with `resume`, or choose another `output`",
        )
    if find_spec("sklearn") is None:
        raise missing_extra("scikit-learn", "train")
    if start and network != training_defaults.NETWORK:
        raise InputError(
            f"with `from`, the network is that of {start}; leave it out", setting="network", value=network
        )
    first_weights = load_prior(start) if start else None
    with workers(find_device(device)) as team:
        settings = settings_of(
            TrainingSettings,
            **(continued_recipe(first_weights.card) if first_weights else recipe),
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
        if team.first:
            print_notes(corpus.notes)
        started = time.perf_counter()
        first: list[int] = []
        with progress_bar("steps") as bar:
            task = bar.add_task("Training", total=steps, visible=team.first)

            def progress(done: int, loss: float) -> None:
                if not first:
                    first.append(done - 1)
                rate = (done - first[0]) * batch_size * team.count / (time.perf_counter() - started)
                bar.update(
                    task, completed=done, description=f"Training: loss {loss:.4f}, {rate:,.0f} samples/s"
                )

            use_compile = team.device.type == "cuda" if compiled is None else compiled
            options = RunOptions(save_every, resume, use_compile, progress)
            try:
                prior = run(corpus, settings, output, team, options, first_weights)
            except StoppedError as stop:
                raise Stopped(
                    f"stopped after step {stop.step}; continue with --resume", 128 + stop.signal
                ) from None
        if team.first:
            typer.echo(
                f"{sum(source.poses for source in prior.card.sources)} training poses, on {team.device}"
            )
            samples = f"{prior.card.samples_seen:,} samples in total"
            typer.echo(f"{samples}, {time.perf_counter() - started:.0f} s in this run")
            typer.echo(f"prior: {output}; 'zedo eval-prior {output}' measures it")
