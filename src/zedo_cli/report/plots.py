"""Figures of a report: errors by group and joint, against the number of hypotheses, cumulative; calibration;
frames.

Drawn with matplotlib and written as PNG.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.errors import Note
from zedo_cli.evaluation.metrics import root_centred
from zedo_cli.evaluation.scores import Scores
from zedo_cli.evaluation.summary import Figure, Report
from zedo_cli.io.files import atomic_write
from zedo_cli.poses.drawing import VIEWS, draw_in_space, draw_keypoints, draw_projection, extent

MPJPE, PA, BEST, IDEAL = "#00798c", "#edae49", "#d1495b", "0.6"
_EACH = 2
"""Number of best, median and worst frames in the picture of frames."""


def write_plots(report: Report, scores: Scores, data: Dataset, folder: Path) -> list[Path]:
    """Write the figures that the report has data for. Needs matplotlib."""
    drawn: dict[str, Callable[[Any], None]] = {
        "groups": lambda figure: _groups(figure, report),
        "joints": lambda figure: _joints(figure, report),
        "cumulative": lambda figure: _cumulative(figure, report, scores),
        "frames": lambda figure: _frames(figure, report, scores, data),
    }
    if report.against_samples:
        drawn["samples"] = lambda figure: _samples(figure, report)
    if report.calibration:
        drawn["calibration"] = lambda figure: _calibration(figure, report)
    return [write_plot(folder / f"{name}.png", draw) for name, draw in drawn.items()]


def missing_plots() -> Note | None:
    """A note that figures are left out because matplotlib is not installed; None if it is."""
    if find_spec("matplotlib"):
        return None
    return Note("info", "figures need matplotlib: pip install 'zedo-cli[eval]'", "figures-left-out")


def write_plot(path: Path, draw: Callable[[Any], None], size: tuple[float, float] = (7.5, 4.2)) -> Path:
    """Draw on a figure and write it. Needs matplotlib."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure as Canvas

    with rc_context({"text.parse_math": False}):  # names are not mathematical expressions
        figure = Canvas(figsize=size, dpi=110, layout="constrained")
        draw(figure)
        with atomic_write(path) as temporary:
            figure.savefig(temporary, format="png")
    return path


def bars(axes: Any, names: list[str], parts: dict[str, list[Figure | None]], colours: list[str]) -> None:
    """Bars with their intervals side by side, one group for each name."""
    width = 0.8 / max(1, len(parts))
    places = np.arange(len(names))
    for i, (label, figures) in enumerate(parts.items()):
        means = [np.nan if figure is None or figure.mean is None else figure.mean for figure in figures]
        ends = [_reach(figure) for figure in figures]
        offset = (i - (len(parts) - 1) / 2) * width
        axes.bar(places + offset, means, width, label=label, color=colours[i % len(colours)])
        axes.errorbar(places + offset, means, np.array(ends).T, fmt="none", ecolor="0.25", elinewidth=1)
    axes.set_xticks(
        places,
        names,
        rotation=40 if len("".join(names)) > 60 else 0,
        ha="right" if len("".join(names)) > 60 else "center",
    )
    axes.set_ylabel("mm")
    axes.legend(frameon=False, ncols=3)
    axes.margins(y=0.15)


def _reach(figure: Figure | None) -> tuple[float, float]:
    """Distance of the ends of the interval from the mean."""
    if figure is None or figure.mean is None or figure.low is None or figure.high is None:
        return 0.0, 0.0
    return max(0.0, figure.mean - figure.low), max(0.0, figure.high - figure.mean)


def _title(axes: Any, report: Report, what: str) -> None:
    about = report.about
    axes.set_title(
        f"{what}: {about.method} on {about.dataset} ({about.keypoints}), {about.protocol}", fontsize=10
    )


def _groups(figure: Any, report: Report) -> None:
    axes = figure.subplots()
    labels = {
        "MPJPE": "mpjpe",
        "PA-MPJPE": "pa_mpjpe",
        f"MPJPE, best of {report.about.samples}": "best.mpjpe",
    }
    parts = {label: [row.get(name) for row in report.groups.values()] for label, name in labels.items()}
    bars(axes, list(report.groups), {k: v for k, v in parts.items() if any(v)}, [MPJPE, PA, BEST])
    _title(axes, report, "By group")


def _joints(figure: Any, report: Report) -> None:
    axes = figure.subplots()
    names = list(report.joints)
    axes.barh(names, [value or 0 for value in report.joints.values()], color=MPJPE)
    axes.invert_yaxis()
    axes.set_xlabel("mm")
    _title(axes, report, "By joint")


def _samples(figure: Any, report: Report) -> None:
    axes = figure.subplots()
    for (name, errors), colour in zip(report.against_samples.items(), (MPJPE, PA), strict=False):
        axes.plot(np.arange(1, len(errors) + 1), errors, color=colour, label=name.upper().replace("_", "-"))
    axes.set(xlabel="hypotheses, of which the best counts", ylabel="mm", ylim=(0, None))
    axes.legend(frameon=False)
    _title(axes, report, "Error against S (oracle)")


def _cumulative(figure: Any, report: Report, scores: Scores) -> None:
    axes = figure.subplots()
    shown = {
        "MPJPE": ("answer.mpjpe", MPJPE),
        "PA-MPJPE": ("answer.pa_mpjpe", PA),
        "MPJPE, best": ("best.mpjpe", BEST),
    }
    for label, (key, colour) in shown.items():
        if key in scores:
            errors = np.sort(1000 * scores[key][np.isfinite(scores[key])])
            axes.plot(errors, 100 * np.arange(1, len(errors) + 1) / len(errors), color=colour, label=label)
    axes.set(xlabel="mm", ylabel="% of frames below", xlim=(0, None), ylim=(0, 100))
    axes.legend(frameon=False)
    _title(axes, report, "Cumulative error")


def _calibration(figure: Any, report: Report) -> None:
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], color=IDEAL, ls=":", label="calibrated")
    axes.plot(
        report.calibration["level"], report.calibration["inside"], "o-", ms=4, color=MPJPE, label="measured"
    )
    axes.set(
        xlabel="central part of the hypotheses, %", ylabel="truth inside, %", xlim=(0, 100), ylim=(0, 100)
    )
    axes.legend(frameon=False)
    _title(axes, report, "Calibration")


def _of_each_sequence(rows: np.ndarray, sequence: np.ndarray) -> list[int]:
    """The first rows of different sequences."""
    firsts: dict[str, int] = {}
    for row in rows:
        if len(firsts) < _EACH:
            firsts.setdefault(str(sequence[row]), int(row))
    return list(firsts.values())


def _frames(figure: Any, report: Report, scores: Scores, data: Dataset) -> None:
    """The best, the median and the worst frames: keypoints, then truth and lifted pose from two sides."""
    errors = np.where(np.isfinite(scores["answer.mpjpe"]), scores["answer.mpjpe"], np.inf)
    order = np.argsort(errors)[: np.isfinite(errors).sum()]
    middle = np.argsort(np.abs(np.arange(len(order)) - (len(order) - 1) / 2), kind="stable")
    picked: dict[str, list[int]] = {"best": [], "median": [], "worst": []}
    for kind, by_error in (("best", order), ("worst", order[::-1]), ("median", order[middle])):
        taken = [row for rows in picked.values() for row in rows]
        picked[kind] = _of_each_sequence(by_error[~np.isin(by_error, taken)], data.sequence)
    rows = [(kind, row) for kind, own in picked.items() for row in own]
    figure.set_size_inches(12.5, 2.5 * len(rows))
    grid = figure.add_gridspec(len(rows), 5)
    for line, (kind, row) in enumerate(rows):
        axes = figure.add_subplot(grid[line, 0])
        draw_keypoints(axes, data.keypoints.points[row], data.keypoints.confidence[row])
        absolute = (scores["pose"][row][:, 2] > 0).all()
        if data.keypoints.intrinsics is not None and absolute:
            draw_projection(axes, scores["pose"][row], data.keypoints.intrinsics[row])
        clip = Path(data.keypoints.clip_names[data.keypoints.clip[row]]).name
        where = f"{clip}, frame {data.keypoints.frame[row]}"
        axes.set_title(f"{kind}: {1000 * errors[row]:.0f} mm\n{where}", fontsize=8)
        truth, lifted = (root_centred(pose) for pose in (data.truth[row], scores["pose"][row]))
        centre, half = extent(np.concatenate([truth, lifted]))
        for side, (view, azimuth) in enumerate(VIEWS.items()):
            for place, (name, pose) in enumerate((("truth", truth), ("lifted", lifted))):
                axes = figure.add_subplot(grid[line, 1 + 2 * side + place], projection="3d")
                draw_in_space(axes, pose, azimuth, centre, half)
                if line == 0:
                    axes.set_title(f"{name}, {view}", fontsize=8)
    about = report.about
    figure.suptitle(
        f"{about.method} on {about.dataset} ({about.keypoints}), {about.protocol} protocol", fontsize=10
    )
