"""The errors of the arms of an ablation, and their paired differences."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from zedo_cli.errors import Note
from zedo_cli.evaluation.ablation import Arm, stem
from zedo_cli.evaluation.protocol import Protocol
from zedo_cli.evaluation.published import POSTER
from zedo_cli.evaluation.resampling import SHARE, Resampling
from zedo_cli.evaluation.scores import Scores
from zedo_cli.evaluation.summary import Figure
from zedo_cli.version import __version__


class Difference(BaseModel):
    """Errors of an arm (mm) and the paired difference to its reference, with 95 % intervals."""

    model_config = ConfigDict(extra="forbid")

    name: str
    of: str
    keypoints: str
    samples: int
    prior: str
    preset: dict[str, Any]
    mpjpe: Figure
    pa_mpjpe: Figure
    mpjpe_difference: Figure | None
    pa_mpjpe_difference: Figure | None
    reference: str | None
    ticks: tuple[bool, bool, bool, bool] | None
    published: tuple[float, float] | None
    """MPJPE and PA-MPJPE of the row on the poster, of the same data set, or of Human3.6M if the poster does
    not have it."""
    seconds: float


class AblationReport(BaseModel):
    """All arms."""

    model_config = ConfigDict(extra="forbid")

    dataset: str
    published_of: str
    protocol: str
    protocol_in_words: str
    frames: int
    sequences: int
    stride: int
    method: str
    """The full method: the preset and its changed settings."""
    zedo: str = __version__
    interval: str = f"{SHARE:g} %, paired bootstrap over sequences"
    notes: list[Note]
    arms: list[Difference]

    def describe(self) -> str:
        """One line for the caption of a table."""
        warnings = " ".join(f"{note.text}." for note in self.notes if note.level == "warning")
        text = (
            f"{self.dataset}: {self.frames} frames of {self.sequences} sequences; {self.method};"
            f" {self.protocol_in_words}"
        )
        return f"{text}. {warnings}".removesuffix(". ")


def compared(
    arms: Sequence[Arm],
    scores: dict[str, Scores],
    protocol: Protocol,
    stride: int,
    notes: list[Note],
    method: str = "",
) -> AblationReport:
    """The figures of all arms, from the scores of their variants by name."""
    data = arms[0].variant.data
    resampling = Resampling.of(data)
    of_poster = data.name if data.name in {row.data for row in POSTER} else "h36m"
    differences = []
    for arm in arms:
        errors = _errors(scores[arm.variant.name], arm.of)
        mean = _with_interval(resampling, errors)
        against: list[Figure] | list[None] = [None, None]
        if arm.reference is not None:
            against = _with_interval(resampling, errors - _errors(scores[arm.reference.name], arm.of))
        variant = arm.variant
        differences.append(
            Difference(
                name=variant.name,
                of=arm.of,
                keypoints=variant.data.kind,
                samples=variant.samples,
                prior=stem(variant.prior),
                preset=variant.preset.model_dump(mode="json"),
                mpjpe=mean[0],
                pa_mpjpe=mean[1],
                mpjpe_difference=against[0],
                pa_mpjpe_difference=against[1],
                reference=None if arm.reference is None else arm.reference.name,
                ticks=arm.ticks,
                published=_published(of_poster, arm),
                seconds=round(float(scores[variant.name]["seconds"].sum()), 2),
            )
        )
    return AblationReport(
        dataset=data.name,
        published_of=of_poster,
        protocol=protocol.name,
        protocol_in_words=protocol.describe(),
        frames=len(data),
        sequences=len(resampling.sequences),
        stride=stride,
        method=method or arms[0].variant.preset.name,
        notes=notes,
        arms=differences,
    )


def _published(of_poster: str, arm: Arm) -> tuple[float, float] | None:
    for row in POSTER:
        same = (row.optimised, row.warmup, row.augmented, row.exact) == arm.ticks
        if same and row.data == of_poster and row.prior == "H36M":
            return row.one if arm.variant.samples == 1 else row.fifty
    return None


def _errors(scores: Scores, of: str) -> np.ndarray:
    """MPJPE and PA-MPJPE of every frame `[N, 2]`, mm."""
    return 1000 * np.stack([scores[f"{of}.mpjpe"], scores[f"{of}.pa_mpjpe"]], axis=1)


def _with_interval(resampling: Resampling, values: np.ndarray) -> list[Figure]:
    ends = np.stack([resampling.mean(values), *resampling.interval(values)], axis=1)
    return [
        Figure(
            **{
                key: round(float(end), 4) if np.isfinite(end) else None
                for key, end in zip(("mean", "low", "high"), row, strict=True)
            }
        )
        for row in ends
    ]
