"""`zedo eval`: errors of the lifted poses of people whose 3D is known."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from zedo_cli.cli.options import (
    DATA,
    PRESET,
    AllowMissing,
    BatchSize,
    Changes,
    Clips,
    DataRoot,
    DatasetName,
    Device,
    Limit,
    PresetName,
    PriorFile,
    ProtocolName,
    Resume,
    Samples,
    Seed,
    Stride,
)
from zedo_cli.cli.terminal import print_notes, print_tables, run_with_progress

if TYPE_CHECKING:
    from zedo_cli.datasets.container import Dataset
    from zedo_cli.datasets.predictions import Predictions
    from zedo_cli.evaluation.protocol import Protocol
    from zedo_cli.evaluation.scores import Scores


def evaluate(
    dataset: DatasetName = "open",
    data_root: DataRoot = None,
    keypoints: Annotated[
        str | None,
        typer.Option(
            help="2D keypoints: gt, detected (open, validation, pose2sim, 3dpw), swapped"
            " (validation), cpn, sh (h36m), or a"
            " file with a row for each row of the data set. [default: the first that it has]",
            rich_help_panel=DATA,
            show_default=False,
        ),
    ] = None,
    protocol: ProtocolName = "strict",
    stride: Stride = None,
    limit: Limit = None,
    allow_missing: AllowMissing = False,
    samples: Samples = 1,
    preset: PresetName = PRESET,
    changes: Changes = None,
    clips: Clips = False,
    prior: PriorFile = None,
    seed: Seed = 0,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="Show what others published, with source, protocol and input.",
            rich_help_panel=DATA,
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder of the report: JSON, CSV, Markdown, LaTeX and figures. [default:"
            " eval_DATASET, here]",
            show_default=False,
        ),
    ] = None,
    resume: Resume = False,
    device: Device = "auto",
    batch_size: BatchSize = None,
) -> None:
    """Measure errors on a data set, with intervals, beside published figures; calibration and pictures.

    Every frame is lifted by itself, unless `--clips`. docs/evaluation.md says how your copy of a data set has
    to look.

    Examples:

    `zedo eval` (held-out people in virtual cameras, bundled)

    `zedo eval --dataset pose2sim` (real detections, bundled)

    `zedo eval --dataset 3dhp --samples 50 --data-root mpi_inf_3dhp_test_set --protocol paper`

    `zedo eval --dataset custom --data-root mine.npz` (or a folder with truth.npz and prediction.npz)
    """
    from zedo_cli.datasets.custom import custom_predictions
    from zedo_cli.device import find_device
    from zedo_cli.errors import InputError, choose
    from zedo_cli.evaluation.protocol import find_protocol, paper_start
    from zedo_cli.evaluation.runs import Run, Variant, finished
    from zedo_cli.evaluation.summary import RunDescription, summary
    from zedo_cli.pipeline.presets import PRESETS, default_prior
    from zedo_cli.prior.checkpoint import load_prior
    from zedo_cli.report.files import checked_folder, write_report
    from zedo_cli.report.plots import missing_plots, write_plots
    from zedo_cli.report.tables import comparison_table, tables

    started = time.perf_counter()
    folder = checked_folder(output or Path(f"eval_{dataset}"))
    rules = find_protocol(protocol)
    settings = paper_start(choose(preset, PRESETS, "preset"), dataset).changed(changes or [])
    given, used = None, ""
    if dataset == "custom" and data_root and keypoints is None:
        given = custom_predictions(data_root)
    if given:
        if samples != 1 or changes or preset != PRESET or prior or clips or resume:
            raise InputError(
                "holds a prediction, which is scored as it is", source=data_root, fix="leave out how to lift"
            )
        measured = _of_prediction(given, rules, stride or 1, limit, str(data_root))
    else:
        data, step = _load(dataset, data_root, keypoints, rules, stride, limit, seed, allow_missing, clips)
        denoiser = load_prior(prior or default_prior(preset), find_device(device))
        used = f"; prior {denoiser.name.removesuffix('.safetensors')}"
        words = [f"zedo {settings.name}", *(changes or [])]
        words += [f"prior {Path(prior).stem}"] if prior else []
        words += ["clips"] if clips else []
        variant = Variant(", ".join(words), data, settings, denoiser, samples)
        job = Run((variant,), rules, seed, clips, batch_size)
        (scores,) = run_with_progress(job, folder, resume)
        trained_on = frozenset({"open", *(source.name for source in denoiser.card.sources)})
        measured = _Measured(data, scores, rules, variant.name, samples, job.settings(), step, trained_on)

    data, no_plots = measured.data, missing_plots()
    notes = list(dict.fromkeys((*data.notes, *data.keypoints.notes, *([no_plots] if no_plots else []))))
    print_notes(notes)
    run = RunDescription(measured.method, measured.samples, measured.settings, measured.stride, limit)
    report = summary(data, measured.scores, measured.rules, run, notes)
    parts = tables(report, measured.trained_on)
    if compare:
        parts["published"] = comparison_table(dataset)
    files = write_report(report, parts, folder)
    if not no_plots:
        files += write_plots(report, measured.scores, data, folder)
    if not given:
        finished(folder)
    print_tables(parts.values())
    lifting = "" if given else f", of which lifting {report.about.lifting_seconds:.1f} s"
    typer.echo(f"{time.perf_counter() - started:.1f} s{lifting}; {len(files)} files in {folder}{used}")


class _Measured(NamedTuple):
    """What a report is made of. trained_on: data sets that the prior was trained on; None if the method is
    unknown."""

    data: "Dataset"
    scores: "Scores"
    rules: "Protocol"
    method: str
    samples: int
    settings: dict[str, Any]
    stride: int
    trained_on: frozenset[str] | None


def _of_prediction(
    given: "tuple[Dataset, Predictions]", rules: "Protocol", stride: int, limit: int | None, root: str
) -> _Measured:
    """A prediction of any method. One without T is compared about the pelvis."""
    from zedo_cli.errors import InputError
    from zedo_cli.evaluation.scores import score

    rows = given[0].numbers(stride, limit)
    if not len(rows):
        raise InputError(
            f"leaves none of the {len(given[0])} frames of {root}", setting="stride", value=stride
        )
    data, predicted = given[0].take(rows), given[1].take(rows)
    if predicted.origins is None:
        rules = replace(rules, rerooted=True)
    samples = predicted.hypotheses.shape[1]
    scores = score(data, predicted, rules)
    return _Measured(data, scores, rules, data.kind, samples, {"prediction": root}, stride, None)


def _load(
    name: str,
    root: Path | None,
    keypoints: str | None,
    rules: "Protocol",
    stride: int | None,
    limit: int | None,
    seed: int,
    allow_missing: bool,
    clips: bool,
) -> "tuple[Dataset, int]":
    """The rows of a data set that the protocol or the user chooses, and the stride."""
    from zedo_cli.datasets.loading import load_dataset
    from zedo_cli.errors import InputError

    whole = load_dataset(name, root, keypoints, seed, allow_missing)
    step = stride or rules.stride(whole)
    if not len(whole):
        found = "; ".join(note.text for note in whole.notes)
        raise InputError(f"no frame has keypoints and truth ({found})", source=root or name)
    data = whole.thinned(step, limit, clips)
    if not len(data):
        raise InputError(f"leaves none of the {len(whole)} frames of {name}", setting="stride", value=step)
    return data, step
