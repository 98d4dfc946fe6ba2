"""`zedo train-tracks`: the track network of a prior from 3D motion."""

import time
from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli.options import Device
from zedo_cli.cli.terminal import progress_bar
from zedo_cli.prior import training_defaults

_RECIPE, _RUNNING = "Recipe", "Running"


def train_tracks(
    prior: Annotated[str, typer.Argument(help="The prior: a file, or the name of a bundled one.")] = "open",
    motion: Annotated[
        list[Path] | None,
        typer.Option(
            help="Motion as an NPZ in the layout of data/README.md; may be repeated. [default: the bundled"
            " motion]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The prior to write; lifted clips and the state of the run lie beside it."
        ),
    ] = Path("prior-tracks.safetensors"),
    frames: Annotated[
        int, typer.Option(min=1, help="Frames of virtual clips to lift.", rich_help_panel=_RECIPE)
    ] = training_defaults.TRACK_FRAMES,
    steps: Annotated[
        int, typer.Option(min=1, help="Optimiser steps.", rich_help_panel=_RECIPE)
    ] = training_defaults.TRACK_STEPS,
    batch_frames: Annotated[
        int, typer.Option(min=1, help="Frames in a step.", rich_help_panel=_RECIPE)
    ] = training_defaults.TRACK_BATCH,
    learning_rate: Annotated[
        float, typer.Option(min=0, help="Peak of the cosine schedule.", rich_help_panel=_RECIPE)
    ] = training_defaults.TRACK_LEARNING_RATE,
    width: Annotated[
        int, typer.Option(min=2, help="Width of the network.", rich_help_panel=_RECIPE)
    ] = training_defaults.TRACK_WIDTH,
    heads: Annotated[
        int, typer.Option(min=1, help="Heads of attention in a block.", rich_help_panel=_RECIPE)
    ] = training_defaults.TRACK_HEADS,
    blocks: Annotated[
        int, typer.Option(min=1, help="Blocks of the network.", rich_help_panel=_RECIPE)
    ] = training_defaults.TRACK_BLOCKS,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            help="Source or subject of the motion to leave out; may be repeated.",
            rich_help_panel=_RECIPE,
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="Seed of clips and weights.", rich_help_panel=_RUNNING)
    ] = 0,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes that lift clips.", rich_help_panel=_RUNNING)
    ] = 1,
    device: Device = "auto",
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Continue the run whose clips and state lie beside the output.",
            rich_help_panel=_RUNNING,
        ),
    ] = False,
) -> None:
    """Train the track network of a prior, which refines people over time.

    The prior lifts virtual clips of recorded motion frame by frame; the network learns from its errors. The
    prior itself stays as it is. A run that was stopped continues with `--resume`. A frame takes 0.6 kB of
    disk and 2 kB of memory.

    Examples:

    `zedo train-tracks open -o mine.safetensors --jobs 2` (a few hours on 2 cores)

    `zedo train-tracks open --frames 6000000 --batch-frames 16384 --jobs 14` (as for the bundled prior; six
    minutes on an H200)
    """
    from zedo_cli.device import find_device
    from zedo_cli.errors import InputError
    from zedo_cli.io.files import writable
    from zedo_cli.io.schema import settings_of
    from zedo_cli.prior.card import TrackTraining
    from zedo_cli.prior.checkpoint import load_prior, save_prior
    from zedo_cli.training.track_run import TrackRun, motion_for, training_of

    writable(output)
    settings = settings_of(
        TrackTraining,
        frames=frames,
        steps=steps,
        batch_frames=batch_frames,
        learning_rate=learning_rate,
        width=width,
        heads=heads,
        blocks=blocks,
        left_out=tuple(leave_out or ()),
        seed=seed,
    )
    where = find_device(device)
    loaded = load_prior(prior, where)
    if width % (2 * heads):
        raise InputError(f"must be a multiple of twice the {heads} heads", setting="width", value=width)
    recordings = motion_for(motion or [], settings.left_out)
    run = TrackRun(settings.model_copy(update={"prior": loaded.digest}), output, recordings, jobs)
    if (left := run.files()) and not resume:
        raise InputError(
            "a run of that name exists",
            source=left[0],
            fix="continue it with `resume`, or choose another `output`",
        )
    started = time.perf_counter()
    with progress_bar("steps") as bar:
        lifting = bar.add_task("Lifting clips", total=run.shards)
        training = bar.add_task("Training", total=steps)

        def lifted(done: int) -> None:
            bar.update(lifting, completed=done)

        def trained(done: int, loss: float) -> None:
            bar.update(training, completed=done, description=f"Training: loss {loss:.4f}")

        with_tracks = training_of(run, loaded, prior, where, lifted, trained)
    save_prior(with_tracks, output)
    run.clean()
    typer.echo(f"{len(recordings)} recordings, on {where}; {time.perf_counter() - started:.0f} s in this run")
    typer.echo(
        f"prior: {output}; 'zedo eval --dataset validation-video --clips --prior {output}' measures it"
    )
