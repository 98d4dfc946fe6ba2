"""`zedo ablate`: what each part of the method contributes."""

import inspect
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zedo_cli.cli.options import (
    DATA,
    METHOD,
    AllowMissing,
    BatchSize,
    Clips,
    DataRoot,
    DatasetName,
    Device,
    Limit,
    PriorFile,
    ProtocolName,
    Resume,
    Samples,
    Seed,
    Stride,
)
from zedo_cli.cli.terminal import print_notes, print_tables, run_with_progress
from zedo_cli.evaluation.switches import SWITCHES

if TYPE_CHECKING:
    from zedo_cli.datasets.container import Dataset
    from zedo_cli.errors import Note
    from zedo_cli.evaluation.protocol import Protocol
    from zedo_cli.pipeline.presets import Preset

_PANELS = {"paper": "Leave out a part of the paper's method", "balanced": "Leave out a part of zedo's method"}
_POSTER_FRAMES = 200


def _with_switches(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option `--no-NAME` for each of `SWITCHES`, passed on as the list `names`."""

    def run(**arguments: Any) -> None:
        names = [name for name in SWITCHES if arguments.pop(f"no_{name.replace('-', '_')}")]
        command(names=names, **arguments)

    parameters = [
        p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "names"
    ]
    options = [
        inspect.Parameter(
            f"no_{name.replace('-', '_')}",
            inspect.Parameter.KEYWORD_ONLY,
            default=False,
            annotation=Annotated[
                bool, typer.Option(f"--no-{name}", help=switch.help, rich_help_panel=_PANELS[switch.base])
            ],
        )
        for name, switch in SWITCHES.items()
    ]
    run.__doc__, run.__name__ = command.__doc__, command.__name__
    # Typer reads both of these
    run.__signature__ = inspect.Signature([*parameters, *options])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*parameters, *options)}
    return run


@_with_switches
def ablate(
    *,
    names: list[str],
    dataset: DatasetName = "open",
    data_root: DataRoot = None,
    keypoints: Annotated[
        str | None,
        typer.Option(
            help="2D keypoints, as in zedo eval. [default: all kinds]",
            rich_help_panel=DATA,
            show_default=False,
        ),
    ] = None,
    protocol: ProtocolName = "strict",
    stride: Stride = None,
    limit: Limit = None,
    allow_missing: AllowMissing = False,
    own: Annotated[
        bool,
        typer.Option(
            "--own",
            help="All of these, and other steps, schedules, starts and priors.",
            rich_help_panel=_PANELS["balanced"],
        ),
    ] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A variant of your own: NAME=VALUE, or several separated by spaces; may be repeated.",
            rich_help_panel=METHOD,
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            help="Settings of the full method: NAME=VALUE, separated by spaces.",
            rich_help_panel=METHOD,
            show_default=False,
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="The full method. [default: paper in 200 steps for the poster and its parts, else balanced]",
            rich_help_panel=METHOD,
            show_default=False,
        ),
    ] = None,
    samples: Samples = 1,
    clips: Clips = False,
    prior: PriorFile = None,
    seed: Seed = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder of the report. [default: ablate_DATASET, here]", show_default=False
        ),
    ] = None,
    resume: Resume = False,
    device: Device = "auto",
    batch_size: BatchSize = None,
) -> None:
    """Measure what each part of the method contributes: differences on the same frames, with paired
    intervals.

    Without a part to leave out, the grid of the ZeDO poster, by the strict protocol on about 200 frames
    unless `--stride` or `--limit` is given. It uses `open-small` and `open-no-rotation`, priors that differ
    in rotation augmentation (RA) alone.

    Examples:

    `zedo ablate` (the grid of the poster on the bundled data)

    `zedo ablate --no-warmup` (the paper's method with and without)

    `zedo ablate --own --keypoints detected`

    `zedo ablate --set steps=8 --set "steps=8 first_noise=0.4"` (two variants of zedo's own method)
    """
    from zedo_cli.device import find_device
    from zedo_cli.errors import InputError
    from zedo_cli.evaluation.ablation import ALIKE, own_arms, poster_arms, setting_arms, switch_arms
    from zedo_cli.evaluation.differences import compared
    from zedo_cli.evaluation.protocol import find_protocol
    from zedo_cli.evaluation.runs import Run, finished
    from zedo_cli.pipeline.presets import default_prior
    from zedo_cli.prior.checkpoint import load_prior
    from zedo_cli.report.ablation import difference_table, draw_differences, draw_errors, poster_table
    from zedo_cli.report.files import checked_folder, write_report
    from zedo_cli.report.plots import missing_plots, write_plot

    started = time.perf_counter()
    if sum(map(bool, (names, changes, own))) > 1:
        raise InputError("--no-..., `set` and `own` are three ways to choose variants: take one of them")
    poster = not (names or changes or own)
    if poster and samples != 1:
        raise InputError(
            "the grid of the poster has 1 and 50; leave it out", setting="samples", value=samples
        )
    folder = checked_folder(output or Path(f"ablate_{dataset}"))
    rules = find_protocol(protocol)
    of_paper = poster or any(SWITCHES[name].base == "paper" for name in names)
    full = _full_method(dataset, preset, base, of_paper)
    if poster and (full.start != "clusters" or not full.warmup):
        raise InputError(
            "the grid of the poster is of the paper's method; choose parts, or `own`",
            setting="preset",
            value=full.name,
        )
    few = poster and stride is None and limit is None and not rules.paper_frames
    kinds, notes = _kinds(dataset, data_root, keypoints, seed, allow_missing)
    kinds, step = _thinned(kinds, rules, stride, limit, _POSTER_FRAMES if few else None, clips)
    notes = list(
        dict.fromkeys([*notes, *(n for data in kinds for n in (*data.notes, *data.keypoints.notes))])
    )
    on = find_device(device)
    quick = " in 200 steps" if of_paper and preset is None else ""
    words = [
        f"preset {full.name}{quick}",
        *(base or "").split(),
        *([f"prior {Path(prior).stem}"] if prior else []),
        *(["clips"] if clips else []),
    ]
    priors = {name: load_prior(name, on) for name in (ALIKE, "open-no-rotation")}
    if poster:
        augmented = load_prior(prior, on) if prior else priors[ALIKE]
        arms = poster_arms(kinds, full, augmented, priors["open-no-rotation"])
    else:
        usual = load_prior(prior or default_prior(full.name), on)
        if own:
            arms = own_arms(kinds, full, usual, priors, samples)
        elif changes:
            arms = setting_arms(kinds, changes, full, usual, samples)
        else:
            arms = switch_arms(kinds, names, full, usual, priors, samples)

    variants = {arm.variant.name: arm.variant for arm in arms}
    job = Run(tuple(variants.values()), rules, seed, clips, batch_size)
    scores = run_with_progress(job, folder, resume)
    no_plots = missing_plots()
    notes += [no_plots] if no_plots else []
    by_variant = dict(zip(variants, scores, strict=True))
    report = compared(arms, by_variant, rules, step, notes, ", ".join(words))
    print_notes(notes)
    tables = {"differences": difference_table(report)}
    if poster:
        tables = {"poster": poster_table(report)} | tables
    files = write_report(report, tables, folder)
    for name, draw in {"errors": draw_errors, "differences": draw_differences}.items():
        if not no_plots:
            files.append(write_plot(folder / f"{name}.png", partial(draw, report=report)))
    finished(folder)
    print_tables(tables.values())
    lifting = sum(float(part["seconds"].sum()) for part in scores)
    typer.echo(
        f"{time.perf_counter() - started:.1f} s, of which lifting {lifting:.1f} s; {len(files)} files"
        f" in {folder}"
    )


def _full_method(dataset: str, preset: str | None, base: str | None, of_paper: bool) -> "Preset":
    """The preset that parts are left out of."""
    from zedo_cli.errors import choose
    from zedo_cli.evaluation.ablation import QUICK
    from zedo_cli.evaluation.protocol import paper_start
    from zedo_cli.pipeline.presets import DEFAULT, PRESETS

    name = preset or ("paper" if of_paper else DEFAULT)
    full = paper_start(choose(name, PRESETS, "preset"), dataset)
    if preset is None and of_paper:
        full = full.model_copy(update=QUICK)
    return full.changed((base or "").split())


def _kinds(
    name: str, root: Path | None, keypoints: str | None, seed: int, allow_missing: bool
) -> "tuple[list[Dataset], list[Note]]":
    """The same rows with each kind of 2D that the copy has, and notes on kinds that it lacks."""
    from zedo_cli.datasets.loading import load_dataset
    from zedo_cli.errors import InputError, Note
    from zedo_cli.evaluation.ablation import common_rows
    from zedo_cli.registry import DATASETS

    found = [load_dataset(name, root, keypoints, seed, allow_missing)]
    notes = []
    for kind in DATASETS.find(name).kinds if keypoints is None else ():
        if kind != found[0].kind:
            try:
                other = load_dataset(name, root, kind, seed, allow_missing)
            except InputError as error:
                notes.append(Note("info", f"without 2D of kind {kind}: {error}", "kind-left-out"))
            else:
                found += [other] if other.kind not in {data.kind for data in found} else []
    if not all(len(data) for data in found):
        texts = "; ".join(note.text for note in found[0].notes)
        raise InputError(f"no frame has keypoints and truth ({texts})", source=root or name)
    return common_rows(found), notes


def _thinned(
    kinds: "list[Dataset]",
    rules: "Protocol",
    stride: int | None,
    limit: int | None,
    frames: int | None,
    clips: bool,
) -> "tuple[list[Dataset], int]":
    """The rows by the user's stride or the protocol's, or about `frames` of them; and the stride."""
    from zedo_cli.errors import InputError

    step = stride or max(rules.stride(kinds[0]), len(kinds[0]) // frames if frames else 1)
    thinned = [data.thinned(step, limit, clips) for data in kinds]
    if not len(thinned[0]):
        raise InputError(
            f"leaves none of the {len(kinds[0])} frames of {kinds[0].name}", setting="stride", value=step
        )
    return thinned, step
