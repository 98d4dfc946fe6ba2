"""The tables and charts of an ablation: the layout of the poster, differences with their intervals."""

from typing import Any

from zedo_cli.evaluation.differences import AblationReport, Difference
from zedo_cli.evaluation.published import POSTER
from zedo_cli.evaluation.summary import Figure
from zedo_cli.report.plots import BEST, MPJPE, PA, bars
from zedo_cli.report.table import Cell, Table

_TICKS = ("RO", "WU", "RA", "GT")
Pair = tuple[float | None, float | None] | None


def poster_table(report: AblationReport) -> Table:
    """A row for each combination of RO, WU, RA, GT; S = 1 and the best of S = 50; published figures beside.

    In brackets the change from the first row of the same keypoints, like the arrows of the poster.
    """
    counts = sorted({arm.samples for arm in report.arms})
    published = f"published on {report.published_of}"
    columns = [
        "2D",
        "prior",
        *_TICKS,
        *(f"S = {s}" for s in counts),
        *(f"S = {s}, {published}" for s in counts),
    ]
    table = Table(
        f"Ablation in the poster's layout: MPJPE / PA-MPJPE in mm on {report.dataset}",
        columns,
        spare=("prior",),
        caption=f"{report.describe()}. Brackets: change from the first row of the same 2D. RO:"
        " optimisation of the start,"
        " WU: warm-up, RA: prior trained with rotation augmentation, GT: exact 2D. S > 1: the best"
        " hypothesis (oracle).",
    )
    by_row: dict[tuple[str, tuple[bool, ...]], dict[int, Difference]] = {}
    for arm in report.arms:
        if arm.ticks is not None:
            by_row.setdefault((arm.keypoints, arm.ticks), {})[arm.samples] = arm
    first: dict[int, Difference] = {}
    before = ""
    for (kind, ticks), arms in by_row.items():
        if kind != before:
            first, before = arms, kind
            table.rules += [len(table.rows)] if table.rows else []
        own: list[Cell] = [_cell(_errors(arms.get(s)), _errors(first.get(s))) for s in counts]
        theirs: list[Cell] = [_cell(_published(arms.get(s)), _published(first.get(s))) for s in counts]
        any_arm = next(iter(arms.values()))
        table.rows.append([kind, any_arm.prior, *("x" if t else "" for t in ticks), *own, *theirs])
    for row in POSTER:  # a prior trained on the target data, which is no longer available
        if row.data == report.published_of and row.prior != "H36M":
            ticks = (row.optimised, row.warmup, row.augmented, row.exact)
            blanks: list[Cell] = [None] * len(counts)
            theirs = [_cell(row.one if s == 1 else row.fifty, None) for s in counts]
            table.rows.append(
                [f"published: {row.data}", row.prior, *("x" if t else "" for t in ticks), *blanks, *theirs]
            )
    return table


def difference_table(report: AblationReport) -> Table:
    """A row for each arm: errors, and differences from its reference."""
    columns = [
        "variant",
        "of",
        "S",
        "MPJPE",
        "PA-MPJPE",
        "MPJPE difference",
        "PA-MPJPE difference",
        "against",
        "s",
    ]
    table = Table(
        f"Differences on {report.dataset}, mm",
        columns,
        caption=f"{report.describe()}. In brackets {report.interval}.",
    )
    for arm in report.arms:
        if arm.reference is None and table.rows:
            table.rules.append(len(table.rows))
        cells: list[Cell] = [arm.mpjpe, arm.pa_mpjpe, arm.mpjpe_difference, arm.pa_mpjpe_difference]
        table.rows.append(
            [arm.name, arm.of, str(arm.samples), *cells, arm.reference or "", Figure(mean=arm.seconds)]
        )
    table.signed = ("MPJPE difference", "PA-MPJPE difference")
    table.narrow, table.spare = ("MPJPE", "PA-MPJPE"), ("of", "S", "against", "s")
    return table


def draw_errors(figure: Any, report: AblationReport) -> None:
    """MPJPE and PA-MPJPE of every arm, with intervals."""
    figure.set_size_inches(max(7.5, 0.75 * len(report.arms)), 5.5)
    names = [f"{arm.name}{', best' if arm.of == 'best' else ''}" for arm in report.arms]
    parts: dict[str, list[Figure | None]] = {
        "MPJPE": [arm.mpjpe for arm in report.arms],
        "PA-MPJPE": [arm.pa_mpjpe for arm in report.arms],
    }
    if any(arm.published for arm in report.arms):
        parts[f"MPJPE, published on {report.published_of}"] = [
            None if arm.published is None else Figure(mean=arm.published[0]) for arm in report.arms
        ]
    axes = figure.subplots()
    bars(axes, names, parts, [MPJPE, PA, BEST])
    axes.set_title(f"Ablation on {report.dataset}, {report.protocol} protocol", fontsize=10)


def draw_differences(figure: Any, report: AblationReport) -> None:
    """The change of each arm, with paired intervals."""
    arms = [arm for arm in report.arms if arm.mpjpe_difference is not None]
    figure.set_size_inches(8.5, 1.5 + 0.34 * len(arms))
    axes = figure.subplots()
    names = [f"{arm.name}{', best' if arm.of == 'best' else ''}" for arm in arms]
    for shift, label, colour, figures in (
        (-0.15, "MPJPE", MPJPE, [arm.mpjpe_difference for arm in arms]),
        (0.15, "PA-MPJPE", PA, [arm.pa_mpjpe_difference for arm in arms]),
    ):
        for place, part in enumerate(figures):
            if part is not None and part.mean is not None:
                label_once = label if place == 0 else None
                axes.plot(part.mean, place + shift, "o", color=colour, label=label_once, ms=5)
                if part.low is not None and part.high is not None:
                    axes.plot([part.low, part.high], [place + shift] * 2, color=colour, lw=1.6)
    axes.axvline(0, color="0.6", lw=1)
    axes.set_yticks(range(len(arms)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("mm, change of the error (left is better)")
    axes.legend(frameon=False)
    axes.set_title(f"Differences on {report.dataset}, 95 % paired, {report.protocol} protocol", fontsize=10)


def _errors(arm: Difference | None) -> Pair:
    return None if arm is None else (arm.mpjpe.mean, arm.pa_mpjpe.mean)


def _published(arm: Difference | None) -> Pair:
    return None if arm is None else arm.published


def _cell(pair: Pair, first: Pair) -> str:
    """`65.7 / 49.0 (-9.3 / -3.7)`."""
    if pair is None or pair[0] is None or pair[1] is None:
        return ""
    text = f"{pair[0]:.1f} / {pair[1]:.1f}"
    if first is None or first[0] is None or first[1] is None or first == pair:
        return text
    return f"{text} ({pair[0] - first[0]:+.1f} / {pair[1] - first[1]:+.1f})"
