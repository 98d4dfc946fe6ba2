"""`zedo ablate`: what each part of the method is worth."""

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zedo_cli.cli.measuring import print_notes, print_tables, run_with_progress
from zedo_cli.cli.options import (
    DATA,
    METHOD,
    AllowMissing,
    BatchSize,
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

if TYPE_CHECKING:
    from zedo_cli.datasets.container import Dataset
    from zedo_cli.evaluation.protocol import Protocol
    from zedo_cli.pipeline.presets import Preset

_PAPER, _OWN = "Leave out a part of the paper's method", "Leave out a part of zedo's method"
_FRAMES_OF_POSTER = 200


def _part(name: str, panel: str, what: str) -> Any:
    """The option that leaves out a part of the method."""
    return typer.Option(f"--no-{name}", help=what, rich_help_panel=panel)


def ablate(
    dataset: DatasetName = "open",
    data_root: DataRoot = None,
    keypoints: Annotated[
        str | None,
        typer.Option(help="The 2D, as of zedo eval. [default: all kinds]", rich_help_panel=DATA, show_default=False),
    ] = None,
    protocol: ProtocolName = "strict",
    stride: Stride = None,
    limit: Limit = None,
    allow_missing: AllowMissing = False,
    no_rotation_opt: Annotated[bool, _part("rotation-opt", _PAPER, "Optimisation of the start (RO).")] = False,
    no_warmup: Annotated[bool, _part("warmup", _PAPER, "Iterations that keep the first T (WU).")] = False,
    no_rotation_augmentation: Annotated[bool, _part("rotation-augmentation", _PAPER, "Turned training poses (RA).")] = False,
    no_view: Annotated[bool, _part("view", _OWN, "What the prior sees.")] = False,
    no_mirror: Annotated[bool, _part("mirror", _OWN, "The mirror image.")] = False,
    no_swaps: Annotated[bool, _part("swaps", _OWN, "The search for exchanged sides.")] = False,
    no_soft_pull: Annotated[bool, _part("soft-pull", _OWN, "The pull by confidence: full instead.")] = False,
    no_robust: Annotated[bool, _part("robust", _OWN, "The doubt in keypoints that contradict others.")] = False,
    no_confidence: Annotated[bool, _part("confidence", _OWN, "The confidences: all 1 instead.")] = False,
    no_translation: Annotated[bool, _part("translation", _OWN, "The solve of T (size, depth) in the loop.")] = False,
    own: Annotated[
        bool,
        typer.Option("--own", help="All of these, and other steps, schedules, starts and priors.", rich_help_panel=_OWN),
    ] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A variant of one's own: NAME=VALUE, or several with spaces between; may be repeated.",
            rich_help_panel=METHOD,
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            help="Settings of the full method, NAME=VALUE with spaces between.", rich_help_panel=METHOD, show_default=False
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
    prior: PriorFile = None,
    seed: Seed = 0,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder of the report. [default: ablate_DATASET, here]", show_default=False),
    ] = None,
    resume: Resume = False,
    device: Device = "auto",
    batch_size: BatchSize = 512,
) -> None:
    """Measure what each part of the method is worth: differences on the same frames, with paired intervals.

    Without a part to leave out, the grid of the ZeDO poster; by the strict protocol on about 200 frames, unless `--stride`
    or `--limit` tell. It takes `open-small` and `open-no-rotation`, priors that differ in rotation augmentation (RA) alone.

    Examples:

    `zedo ablate` (the poster's grid on the bundled data)

    `zedo ablate --no-warmup` (the paper's method with and without)

    `zedo ablate --own --keypoints detected`

    `zedo ablate --set steps=8 --set "steps=8 first_noise=0.4"` (two variants of zedo's own method)
    """
    from zedo_cli.errors import InputError
    from zedo_cli.evaluation.ablation import ALIKE, SWITCHES, own_arms, poster_arms, setting_arms, switch_arms
    from zedo_cli.evaluation.differences import compared
    from zedo_cli.evaluation.protocol import find_protocol
    from zedo_cli.evaluation.runs import Run, finished
    from zedo_cli.io.files import bundled
    from zedo_cli.lifter import bundled_prior, find_device
    from zedo_cli.prior.checkpoint import load_prior
    from zedo_cli.report.ablation import difference_table, draw_differences, draw_errors, poster_table
    from zedo_cli.report.files import checked_folder, write_report
    from zedo_cli.report.plots import drawable, write_plot

    started = time.perf_counter()
    asked = {
        "rotation-opt": no_rotation_opt,
        "warmup": no_warmup,
        "rotation-augmentation": no_rotation_augmentation,
        "view": no_view,
        "mirror": no_mirror,
        "swaps": no_swaps,
        "soft-pull": no_soft_pull,
        "robust": no_robust,
        "confidence": no_confidence,
        "translation": no_translation,
    }
    names = [name for name, without in asked.items() if without]
    if sum(map(bool, (names, changes, own))) > 1:
        raise InputError("--no-..., --set and --own are three ways to choose variants: take one of them")
    poster = not (names or changes or own)
    if poster and samples != 1:
        raise InputError(f"--samples {samples}: the poster's grid has 1 and 50; leave it out, or choose parts")
    folder = checked_folder(output or Path(f"ablate_{dataset}"))
    rules = find_protocol(protocol)
    of_paper = poster or any(SWITCHES[name].base == "paper" for name in names)
    full = _full_method(dataset, preset, base, of_paper)
    if poster and (full.start != "clusters" or not full.warmup):
        raise InputError(f"--preset {full.name}: the poster's grid is of the paper's method; choose parts, or --own")
    frames = _FRAMES_OF_POSTER if poster and stride is None and limit is None and not rules.paper_frames else None
    kinds, step, notes = _kinds(dataset, data_root, keypoints, rules, stride, limit, seed, allow_missing, frames)
    on = find_device(device)
    quick = " in 200 steps" if of_paper and preset is None else ""
    method = ", ".join([f"preset {full.name}{quick}", *(base or "").split(), *([f"prior {prior.stem}"] if prior else [])])
    priors = {name: load_prior(bundled(f"checkpoints/{name}.safetensors"), on) for name in (ALIKE, "open-no-rotation")}
    if poster:
        turned = load_prior(prior, on) if prior else priors[ALIKE]
        arms = poster_arms(kinds, full, turned, priors["open-no-rotation"])
    else:
        usual = load_prior(prior or bundled_prior(), on)
        if own:
            arms = own_arms(kinds, full, usual, priors, samples)
        elif changes:
            arms = setting_arms(kinds, changes, full, usual, samples)
        else:
            arms = switch_arms(kinds, names, full, usual, priors, samples)

    variants = {arm.variant.name: arm.variant for arm in arms}
    job = Run(tuple(variants.values()), rules, seed, batch_size=batch_size)
    scores = run_with_progress(job, folder, resume)
    notes += [drawable()] if drawable() else []
    report = compared(arms, dict(zip(variants, scores, strict=True)), rules, step, notes, method)
    print_notes(notes)
    tables = {"differences": difference_table(report)}
    if poster:
        tables = {"poster": poster_table(report)} | tables
    files = write_report(report, tables, folder)
    for name, draw in {"errors": draw_errors, "differences": draw_differences}.items():
        if not drawable():
            files.append(write_plot(folder / f"{name}.png", partial(draw, report=report)))
    finished(folder)
    print_tables(tables.values())
    lifting = sum(float(part["seconds"].sum()) for part in scores)
    typer.echo(f"{time.perf_counter() - started:.1f} s, of which lifting {lifting:.1f} s; {len(files)} files in {folder}")


def _full_method(dataset: str, preset: str | None, base: str | None, of_paper: bool) -> "Preset":
    """The preset that parts are left out of."""
    from zedo_cli.evaluation.ablation import QUICK
    from zedo_cli.evaluation.protocol import paper_start
    from zedo_cli.lifter import DEFAULT_PRESET, changed_preset, find_preset

    full = paper_start(find_preset(preset or ("paper" if of_paper else DEFAULT_PRESET)), dataset)
    if preset is None and of_paper:
        full = full.model_copy(update=QUICK)
    return changed_preset(full, (base or "").split())


def _kinds(
    name: str,
    root: Path | None,
    keypoints: str | None,
    rules: "Protocol",
    stride: int | None,
    limit: int | None,
    seed: int,
    allow_missing: bool,
    frames: int | None,
) -> "tuple[list[Dataset], int, list[str]]":
    """The same rows with each kind of 2D that the copy has, the stride, and notes."""
    from zedo_cli.datasets.loading import kinds_of, load_dataset
    from zedo_cli.errors import InputError
    from zedo_cli.evaluation.ablation import common_rows

    found = [load_dataset(name, root, keypoints, seed, allow_missing)]
    notes = []
    for kind in kinds_of(name) if keypoints is None else ():
        if kind != found[0].kind:
            try:
                other = load_dataset(name, root, kind, seed, allow_missing)
            except InputError as error:
                notes.append(f"without 2D of kind {kind}: {error}")
            else:
                found += [other] if other.kind not in {data.kind for data in found} else []
    if not all(len(data) for data in found):
        raise InputError(f"{root or name}: no frame has keypoints and truth ({'; '.join(found[0].notes)})")
    found = common_rows(found)
    step = stride or max(rules.stride(found[0]), len(found[0]) // frames if frames else 1)
    thinned = [data.thinned(step, limit) for data in found]
    if not len(thinned[0]):
        raise InputError(f"--stride {step}: leaves none of the {len(found[0])} frames of {name}")
    notes += [note for data in thinned for note in (*data.notes, *data.keypoints.notes)]
    return thinned, step, list(dict.fromkeys(notes))
