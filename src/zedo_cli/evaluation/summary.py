"""The figures of a whole run, from the scores of its frames."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from zedo_cli.datasets.container import Dataset
from zedo_cli.errors import Note
from zedo_cli.evaluation.protocol import Protocol, fewer_joints
from zedo_cli.evaluation.published import Published, published_on
from zedo_cli.evaluation.resampling import SHARE, Resampling
from zedo_cli.evaluation.scores import ANSWERS, LEVELS, METRICS, Scores
from zedo_cli.skeletons import JOINTS
from zedo_cli.version import __version__

_MODEL = ConfigDict(extra="forbid")


class Figure(BaseModel):
    """A mean with its 95 % interval; None where unknown. In the units of `METRICS`: mm, %, degrees, px."""

    model_config = _MODEL

    mean: float | None
    low: float | None = None
    high: float | None = None


FEWEST_SEQUENCES = 5
"""Fewer give no interval that can be trusted, and it is marked."""


class About(BaseModel):
    """What was measured, and how."""

    model_config = _MODEL

    dataset: str
    keypoints: str
    protocol: str
    protocol_in_words: str
    average: str
    frames: int
    sequences: int
    stride: int
    limit: int | None
    joints: int
    fewer_joints: int
    method: str
    samples: int
    settings: dict[str, Any]
    zedo: str = __version__
    interval: str
    lifting_seconds: float
    """For all frames, including those before an interruption; lifting only."""
    notes: list[Note]

    def describe(self) -> str:
        """One line for the caption of a table."""
        caveats = "".join(f". {note.text}" for note in self.notes if note.level == "warning")
        spread = f" (a limit of {self.limit}, spread evenly)" if self.limit is not None else ""
        rough = f"; {self.interval}" if self.sequences < FEWEST_SEQUENCES else ""
        return (
            f"{self.dataset}, 2D: {self.keypoints}; {self.frames} frames{spread} of {self.sequences}"
            f" sequences, stride {self.stride}{rough}; {self.protocol_in_words}, {self.joints} joints;"
            f" {self.average}{caveats}"
        )


class Report(BaseModel):
    """All figures of one variant. Lengths in mm."""

    model_config = _MODEL

    about: About
    figures: dict[str, dict[str, Figure]]
    """By answer (`answer`, `mean`, `best`), then metric."""
    groups: dict[str, dict[str, Figure]]
    """By group (action, split), then metric, of the answer; for the best hypothesis as `best.mpjpe` and
    `best.pa_mpjpe`."""
    joints: dict[str, float | None]
    """MPJPE of each scored joint, of the answer."""
    against_samples: dict[str, list[float]]
    """Best-of-s MPJPE and PA-MPJPE for s = 1 .. S, in the order of the hypotheses."""
    calibration: dict[str, list[float]]
    """Coverage of central intervals: `level` and `inside`, in %."""
    error_over_uncertainty: float | None
    """RMS of joint errors over RMS of the stated uncertainty."""
    published: tuple[Published, ...] = ()
    """What others published on this data set."""
    frames: dict[str, list[Any]]
    """The figures of each frame, in columns."""


class RunDescription(NamedTuple):
    """What was run: the method in words, hypotheses, settings as JSON, stride and limit over the rows."""

    method: str
    samples: int
    settings: dict[str, Any]
    stride: int = 1
    limit: int | None = None


def summary(
    data: Dataset,
    scores: Scores,
    protocol: Protocol,
    run: RunDescription,
    notes: Sequence[Note] = (),
) -> Report:
    """Figures of a variant of a run on `data`."""
    resampling = Resampling.of(data)
    figures: dict[str, dict[str, Figure]] = {}
    for answer in ANSWERS:
        columns = {name: scores[f"{answer}.{name}"] for name in METRICS if f"{answer}.{name}" in scores}
        if columns:
            figures[answer] = _figures(resampling, columns)
    calibration: dict[str, list[float]] = {}
    if "coverage" in scores:
        inside = resampling.mean(scores["coverage"])
        calibration = {"level": _rounded(100 * LEVELS), "inside": _rounded(100 * inside)}
        samples_of_inside = resampling.samples(scores["coverage"])
        figures["answer"]["ece"] = _ece(inside, samples_of_inside if len(resampling.sequences) > 1 else None)
    scored = [joint for joint in data.joints if joint]
    known = np.isfinite(scores["joint_errors"][:, scored]) & np.isfinite(scores["uncertainty"][:, scored])
    ratio = None
    if known.any():
        errors, spread = (
            np.square(scores[name][:, scored])[known].mean() for name in ("joint_errors", "uncertainty")
        )
        ratio = round(float(np.sqrt(errors / spread)), 4) if spread > 0 else None
    against = {
        name: _rounded(
            1000
            * resampling.mean(np.minimum.accumulate(scores[f"hypotheses.{name}"].astype(np.float64), axis=1))
        )
        for name in ("mpjpe", "pa_mpjpe")
        if f"hypotheses.{name}" in scores
    }
    by_joint = 1000 * resampling.mean(scores["joint_errors"])
    return Report(
        about=_about(data, scores, protocol, run, resampling, notes),
        figures=figures,
        groups=_by_group(data, scores),
        joints={JOINTS[joint]: _number(by_joint[joint]) for joint in data.joints},
        against_samples=against,
        calibration=calibration,
        error_over_uncertainty=ratio,
        published=published_on(data.name),
        frames=_frames(data, scores),
    )


def _about(
    data: Dataset,
    scores: Scores,
    protocol: Protocol,
    run: RunDescription,
    resampling: Resampling,
    notes: Sequence[Note],
) -> About:
    return About(
        dataset=data.name,
        keypoints=data.kind,
        protocol=protocol.name,
        protocol_in_words=protocol.describe(),
        average=f"mean of {len(set(data.group))} groups" if data.by_group else "mean over frames",
        frames=len(data),
        sequences=len(resampling.sequences),
        stride=run.stride,
        limit=run.limit,
        interval=_interval(len(resampling.sequences)),
        joints=len(data.joints),
        fewer_joints=len(fewer_joints(data.joints)),
        method=run.method,
        samples=run.samples,
        settings=run.settings,
        lifting_seconds=round(float(scores["seconds"].sum()), 2) if "seconds" in scores else 0.0,
        notes=list(notes),
    )


def _interval(sequences: int) -> str:
    """What intervals from this number of sequences are."""
    if sequences == 1:
        return "one sequence: no interval"
    rough = f"; only {sequences}: rough" if sequences < FEWEST_SEQUENCES else ""
    return f"{SHARE:g} %, bootstrap over sequences{rough}"


def _figures(resampling: Resampling, columns: dict[str, np.ndarray]) -> dict[str, Figure]:
    """Figures of per-frame values `[N]` by label; a label ends in the name of a metric."""
    values = np.stack(list(columns.values()), axis=1)
    factors = np.array([METRICS[label.rpartition(".")[2]].factor for label in columns])
    ends = [factors * part for part in (resampling.mean(values), *resampling.interval(values))]
    return {
        label: Figure(**{key: _number(part[i]) for key, part in zip(_ENDS, ends, strict=True)})
        for i, label in enumerate(columns)
    }


_ENDS = ("mean", "low", "high")


def _ece(inside: np.ndarray, samples: np.ndarray | None) -> Figure:
    """Expected calibration error: mean distance of the coverage from its level, per cent (Kuleshov et al.
    2018)."""
    if samples is None:
        return Figure(mean=_number(100 * np.abs(inside - LEVELS).mean()))
    ends = np.percentile(np.abs(samples - LEVELS).mean(1), [(100 - SHARE) / 2, (100 + SHARE) / 2])
    return Figure(
        **dict(zip(_ENDS, map(_number, 100 * np.array([np.abs(inside - LEVELS).mean(), *ends])), strict=True))
    )


def _by_group(data: Dataset, scores: Scores) -> dict[str, dict[str, Figure]]:
    columns = {name: scores[f"answer.{name}"] for name in METRICS if f"answer.{name}" in scores}
    columns |= {label: scores[label] for label in ("best.mpjpe", "best.pa_mpjpe") if label in scores}
    groups = {}
    for group in dict.fromkeys(data.group):
        rows = data.group == group
        resampling = Resampling(data.group[rows], data.sequence[rows], by_group=False)
        groups[str(group)] = _figures(resampling, {label: values[rows] for label, values in columns.items()})
    return groups


def _frames(data: Dataset, scores: Scores) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "row": data.rows.tolist(),
        "sequence": [str(name) for name in data.sequence],
        "group": [str(name) for name in data.group],
        "clip": [str(data.keypoints.clip_names[clip]) for clip in data.keypoints.clip],
        "frame": data.keypoints.frame.tolist(),
        "person": data.keypoints.person.tolist(),
    }
    for key, values in scores.items():
        answer, _, name = key.partition(".")
        if answer in ANSWERS and name in METRICS:
            columns[key] = _rounded(METRICS[name].factor * values)
    return columns


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _rounded(values: np.ndarray) -> list[Any]:
    """Rounded to four decimals, None where not finite."""
    return [_number(value) for value in np.asarray(values, np.float64)]
