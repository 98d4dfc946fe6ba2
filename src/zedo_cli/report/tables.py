"""The tables of a report: measured and published figures, groups, joints, calibration."""

from zedo_cli.evaluation.published import published, published_on
from zedo_cli.evaluation.scores import ANSWERS, METRICS
from zedo_cli.evaluation.summary import Figure, Report
from zedo_cli.report.table import Cell, Table

_TICK = "x"
_ERRORS = ("mpjpe", "pa_mpjpe", "n_mpjpe", "pck", "auc")
_GEOMETRY = ("orientation", "bone_length", "symmetry", "reprojection")
_MOTION = (
    *("mpjve", "acceleration_error", "acceleration", "acceleration_true", "root", "root_scaled", "root_step"),
    *("foot_skate", "bone_variation", "flips"),
)
_CALIBRATION = ("spread", "ece", "coverage_50", "coverage_90")


def tables(report: Report, trained_on: frozenset[str] | None = frozenset()) -> dict[str, Table]:
    """All tables of a report, by name. trained_on: data sets that the method was trained on; None if
    unknown."""
    return {
        "table": main_table(report, trained_on),
        "groups": group_table(report),
        "joints": joint_table(report),
        "more": more_table(report),
    }


def main_table(report: Report, trained_on: frozenset[str] | None = frozenset()) -> Table:
    """Measured rows, then published ones. CE: trained on other data sets; Opt: an optimisation for each
    pose."""
    about = report.about
    columns = ["method", "CE", "Opt", "S", "J", *(heading(name) for name in _ERRORS), "protocol"]
    table = Table(
        title=f"Errors on {about.dataset}",
        columns=columns,
        narrow=_NARROW,
        spare=_NARROW,
        caption=f"{about.describe()}. In brackets 95 % (bootstrap over sequences). CE: trained on"
        " other data sets; Opt:"
        " optimised for each pose; S: hypotheses.",
    )
    cross = "" if trained_on is None or about.dataset in trained_on else _TICK
    optimised = "" if trained_on is None else _TICK
    for answer, figures in report.figures.items():
        name = about.method if answer == "answer" else f"{about.method}, {ANSWERS[answer]}"
        for suffix, joints in (("", about.joints), ("_14", about.fewer_joints)):
            if suffix and about.fewer_joints == about.joints:
                continue
            cells: list[Cell] = [figures.get(f"{metric}{suffix}") for metric in _ERRORS]
            table.rows.append(
                [name, cross, optimised, str(about.samples), str(joints), *cells, about.protocol]
            )
    theirs = published_on(about.dataset)
    if theirs:
        table.rules.append(len(table.rows))
    for row in theirs:
        errors: list[Cell] = [
            None if value is None else Figure(mean=value) for value in (row.mpjpe, row.pa_mpjpe)
        ]
        ticks = [_TICK if ticked else "" for ticked in (row.ce, row.opt)]
        blanks: list[Cell] = [None] * (len(_ERRORS) - 2)
        table.rows.append(
            [f"{row.method} (published)", *ticks, str(row.samples), row.joints, *errors, *blanks, "published"]
        )
    return table


def comparison_table(dataset: str) -> Table:
    """Every published row of a data set, with its source, its input and what to keep in mind; of all data
    sets where nothing is published on this one."""
    known = published()
    names = [dataset] if dataset in known else list(known)
    columns = ["data", "method", "CE", "Opt", "S", "J", "MPJPE", "PA-MPJPE", "2D", "source", "why"]
    table = Table(
        f"Published on {', '.join(names)}",
        columns,
        caption=" ".join(f"{name}: {known[name].protocol}." for name in names)
        + ("" if dataset in known else f" Nothing is published on {dataset}: not comparable with it."),
    )
    for name in names:
        for row in known[name].rows:
            errors: list[Cell] = [
                None if value is None else Figure(mean=value) for value in (row.mpjpe, row.pa_mpjpe)
            ]
            ticks = [_TICK if ticked else "" for ticked in (row.ce, row.opt)]
            said = [row.input or "not stated", row.source, row.why]
            table.rows.append([name, row.method, *ticks, str(row.samples), row.joints, *errors, *said])
    return table


def group_table(report: Report) -> Table:
    """A row for each action, split or camera."""
    best = [
        name for name in ("best.mpjpe", "best.pa_mpjpe") if any(name in row for row in report.groups.values())
    ]
    columns = ["group", *(heading(name) for name in _ERRORS), *(f"best {heading(name[5:])}" for name in best)]
    rows: list[list[Cell]] = [
        [group, *(figures.get(name) for name in (*_ERRORS, *best))]
        for group, figures in report.groups.items()
    ]
    return Table(
        f"{report.about.method} on {report.about.dataset}, by group",
        columns,
        rows,
        report.about.protocol_in_words,
        narrow=_NARROW,
        spare=_NARROW,
    )


def joint_table(report: Report) -> Table:
    """The error of the answer for each joint, both sides in one row."""
    rows: dict[str, list[Cell]] = {}
    for name, value in report.joints.items():
        side, _, joint = name.partition("_") if name.startswith(("left", "right")) else ("middle", "", name)
        rows.setdefault(joint, [joint, None, None, None])[1 + _SIDES.index(side)] = Figure(mean=value)
    title = f"{report.about.method} on {report.about.dataset}, by joint"
    return Table(
        title,
        ["joint", *(f"{side}, mm" for side in _SIDES)],
        list(rows.values()),
        report.about.protocol_in_words,
    )


_SIDES = ("left", "middle", "right")


def more_table(report: Report) -> Table:
    """Orientation, bones, reprojection, and the calibration of the uncertainty."""
    table = Table(
        f"{report.about.method} on {report.about.dataset}, more",
        ["figure", "value"],
        caption=report.about.protocol_in_words,
    )
    figures = report.figures["answer"]
    for name in (*_GEOMETRY, *_MOTION, *_CALIBRATION):
        figure = figures.get(name)
        if figure is not None and figure.mean is not None:
            table.rows.append([heading(name), figure])
    if report.error_over_uncertainty is not None:
        table.rows.append(["error over stated uncertainty (RMS)", Figure(mean=report.error_over_uncertainty)])
        table.digits["value"] = 2
    return table


def heading(name: str) -> str:
    """A metric with its unit."""
    metric = METRICS[name]
    return f"{metric.title}, {metric.unit}"


_NARROW = tuple(heading(name) for name in _ERRORS[2:])
