"""The figures of a prior: tables for the terminal, and a picture."""

from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from zedo_cli.evaluation.prior_quality import REPEATED_NOISE, Evaluation, Posterior
from zedo_cli.registry import missing_extra

_COLOURS = ("#00798c", "#edae49", "#d1495b")
_SAMPLES = {
    "asymmetry": ("left-right difference of bones", "%"),
    "unusual_bones": ("bones more than 50 % from an adult's", "%"),
    "beyond_joint_limits": ("angles beyond the 0.1 % limits", "%"),
    "coverage": ("held-out poses with one nearer than 100 mm", "%"),
    "novelty": ("distance to the nearest training pose, median", "mm"),
}


def evaluation_tables(measured: Evaluation) -> list[str]:
    """The tables as text. Millimetres and per cent."""
    return [_text(table) for table in (_denoising(measured), _samples(measured), *_posterior(measured))]


def _denoising(measured: Evaluation) -> Table:
    levels = list(measured.denoising)
    table = Table(title=f"{measured.prior}: RMS error of a coordinate after one denoising (mm)")
    table.add_column("noise")
    for level in levels:
        table.add_column(f"{1000 * float(level):g} mm", justify="right")
    table.add_row("without a view", *(_mm(measured.denoising[level]["all"]) for level in levels))
    if measured.exact:
        table.add_row("with exact rays", *(_mm(measured.denoising_with_view[level]) for level in levels))
    return table


def _samples(measured: Evaluation) -> Table:
    table = Table(title="Poses drawn without a view, beside real ones")
    for column in ("", "drawn", "held-out"):
        table.add_column(column, justify="left" if not column else "right")
    for key, (title, unit) in _SAMPLES.items():
        row = (_in(measured.samples[key], unit), _in(measured.held_out_samples[key], unit))
        table.add_row(title, *row)
    for count, bias in measured.size_bias.items():
        title = f"size after {count} denoisings at {1000 * REPEATED_NOISE:g} mm"
        table.add_row(title, f"{100 * bias:+.1f} %", "")
    return table


def _posterior(measured: Evaluation) -> list[Table]:
    kinds = {name: part for name, part in _kinds(measured).items() if part}
    if not kinds:
        return []
    errors = Table(title="Estimate from a view alone: MPJPE / PA-MPJPE (mm)")
    errors.add_column("keypoints")
    splits = list(next(iter(kinds.values())).mpjpe)
    for column in (*splits, "mean of samples", "best sample", "seen joints"):
        errors.add_column(column, justify="right")
    calibration = Table(
        title="Calibration of posterior samples: truth inside the central 50 / 90 % (%), error over spread"
    )
    calibration.add_column("keypoints")
    groups = list(next(iter(kinds.values())).coverage_50)
    for group in groups:
        calibration.add_column(group, justify="right")
    for name, part in kinds.items():
        errors.add_row(
            name,
            *(f"{_mm(part.mpjpe[split])} / {_mm(part.pa_mpjpe[split])}" for split in splits),
            f"{_mm(part.samples_mean_mpjpe)} / {_mm(part.samples_mean_pa_mpjpe)}",
            _mm(part.best_of_samples_mpjpe),
            _mm(part.seen_joints_mpjpe),
        )
        inside = [f"{100 * part.coverage_50[g]:.0f} / {100 * part.coverage_90[g]:.0f}" for g in groups]
        calibration.add_row(name, *inside)
        calibration.add_row("", *(f"{part.standardised_error[g]:.2f}" for g in groups))
    return [errors, calibration]


def write_evaluation_figure(measured: Evaluation, path: Path) -> None:
    """Draw denoising by joint, errors by split and coverage by joint group into a PNG. Needs matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise missing_extra("matplotlib", "plot") from error

    figure = Figure(figsize=(15, 4.4), dpi=110, layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    levels = [1000 * float(level) for level in measured.denoising]
    for joint in next(iter(measured.denoising.values())):
        whole = joint == "all"
        values = [1000 * by_joint[joint] for by_joint in measured.denoising.values()]
        left.plot(
            levels,
            values,
            color="black" if whole else "0.8",
            lw=2 if whole else 1,
            label="no view" if whole else None,
        )
    if measured.exact:
        left.plot(
            levels,
            [1000 * value for value in measured.denoising_with_view.values()],
            color="#00798c",
            label="exact rays",
        )
    left.plot(levels, levels, color="#d1495b", lw=1, ls=":", label="noise")
    left.set(
        xscale="log",
        yscale="log",
        xlabel="noise (mm)",
        ylabel="RMS left (mm)",
        title="One denoising, by joint",
    )
    left.legend(frameon=False)
    for place, (name, part) in enumerate(_kinds(measured).items()):
        if part:
            _bars(middle, place, name, part.mpjpe)
            for share, inside, line in ((50, part.coverage_50, "-"), (90, part.coverage_90, "--")):
                colour = _COLOURS[place]
                right.plot(
                    list(inside),
                    [100 * v for v in inside.values()],
                    line,
                    color=colour,
                    label=f"{name}, {share} %",
                )
    middle.set(title="From the view alone", ylabel="MPJPE (mm)")
    right.axhline(50, color="0.6", lw=1)
    right.axhline(90, color="0.6", lw=1)
    right.set(title="Truth inside the samples' central part", ylabel="%", ylim=(0, 100))
    if measured.exact:
        middle.legend(frameon=False, ncols=3, loc="upper center")
        middle.margins(y=0.2)
        right.legend(frameon=False, fontsize=8)
        right.tick_params(axis="x", rotation=45)
    figure.savefig(path, format="png")


def _kinds(measured: Evaluation) -> dict[str, Posterior | None]:
    return {"exact": measured.exact, "noisy": measured.noisy, "detected": measured.detected}


def _bars(axes: Any, place: int, name: str, errors: dict[str, float]) -> None:
    positions = [i + 0.27 * place for i in range(len(errors))]
    axes.bar(positions, [1000 * e for e in errors.values()], width=0.25, label=name, color=_COLOURS[place])
    axes.set_xticks([i + 0.27 for i in range(len(errors))], list(errors))


def _text(table: Table) -> str:
    stream = StringIO()
    Console(file=stream, width=140, color_system=None).print(table)
    return stream.getvalue().rstrip()


def _mm(metres: float) -> str:
    return f"{1000 * metres:.1f}"


def _in(value: float, unit: str) -> str:
    return f"{1000 * value:.0f} mm" if unit == "mm" else f"{100 * value:.2f} %"
