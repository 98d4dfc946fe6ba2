"""Ablations: the grid of the ZeDO poster, parts of the method left out, and any two settings against each
other.

An arm is a variant together with the one that it is compared with, on the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.errors import InputError
from zedo_cli.evaluation.runs import Variant
from zedo_cli.evaluation.switches import SWITCHES, Switch
from zedo_cli.pipeline.denoiser import is_symmetric
from zedo_cli.pipeline.presets import Preset
from zedo_cli.prior.prior import Prior

SAMPLES = (1, 50)
"""Numbers of hypotheses on the poster."""

QUICK = {"steps": 200, "warmup": 40, "step_size": 0.005}
"""A fifth of the paper's 1000 steps, five times as long: the same errors within 0.3 mm in a fifth of the
time."""

ALIKE = "open-small"
"""The bundled prior that differs from `open-no-rotation` in rotation augmentation alone."""

Settings = dict[str, Any]

OWN: dict[str, Settings] = {
    **{f"steps: {steps}": {"steps": steps} for steps in (1, 2, 4, 8, 16)},
    "first noise: 0.2 m": {"first_noise": 0.2},
    "first noise: 2 m": {"first_noise": 2.0},
    "noise levels: the paper's": {"schedule": "sub-vp"},
    "step: full denoising": {"step": "full"},
    "start: mean pose": {"start": "clusters"},
    "start: mean pose, R and T optimised": {"start": "clusters", "optimise_start": True},
    "start: exemplars": {"start": "exemplars"},
    "answer: the highest score": {"answer": "best"},
}
"""Variants of `balanced`: steps, schedule, start, choice of hypothesis."""


@dataclass(frozen=True)
class Arm:
    """A variant and its reference. ticks: RO, WU, RA, GT on the poster. of: the answer, or the best
    hypothesis."""

    variant: Variant
    reference: Variant | None = None
    ticks: tuple[bool, bool, bool, bool] | None = None
    of: str = "answer"


def poster_arms(kinds: Sequence[Dataset], preset: Preset, augmented: Prior, plain: Prior) -> list[Arm]:
    """The rows of the poster for each kind of 2D and S = 1 and 50 (the best): none, RO, RO and WU, RO and WU
    and RA.

    augmented, plain: priors trained with and without rotation augmentation, otherwise alike. The reference of
    a row is the first of its kind, as on the poster.
    """
    arms: list[Arm] = []
    for data in kinds:
        for samples in SAMPLES:
            first: Variant | None = None
            for optimised, warmup, rotated in _STEPS_OF_POSTER:
                changes: Settings = {"optimise_start": optimised} | ({} if warmup else {"warmup": 0})
                parts = [name for name, has in (("RO", optimised), ("WU", warmup), ("RA", rotated)) if has]
                name = f"{' '.join(parts) or 'none'}, {data.kind}, S = {samples}"
                prior = augmented if rotated else plain
                variant = Variant(name, data, preset.model_copy(update=changes), prior, samples)
                ticks = (optimised, warmup, rotated, data.kind.startswith("gt"))
                arms.append(Arm(variant, first, ticks, "answer" if samples == 1 else "best"))
                first = first or variant
    return arms


_STEPS_OF_POSTER = ((False, False, False), (True, False, False), (True, True, False), (True, True, True))


def switch_arms(
    kinds: Sequence[Dataset],
    names: Sequence[str],
    base: Preset,
    prior: Prior,
    priors: dict[str, Prior],
    samples: int,
) -> list[Arm]:
    """The full method and, for each switch in `names`, the method without it. priors: bundled ones by name.

    Raises `InputError` for a switch that changes nothing.
    """
    arms = []
    for data in kinds:
        full = Variant(f"{base.name}, {data.kind}", data, base, prior, samples)
        arms += _arms(full, None)
        for name in names:
            switch = SWITCHES[name]
            reference = full
            if switch.prior:  # of the same network as the prior without augmentation
                reference = replace(
                    full, name=f"{base.name}, prior {ALIKE}, {data.kind}", prior=priors[ALIKE]
                )
                arms += _arms(reference, None)
            arms += _arms(_without(reference, switch, priors, f"no_{name.replace('-', '_')}"), reference)
    return arms


def setting_arms(
    kinds: Sequence[Dataset], changes: Sequence[str], base: Preset, prior: Prior, samples: int
) -> list[Arm]:
    """The full method, and the method with each of the `changes`, `name=value` or several of them with spaces
    between."""
    arms = []
    for data in kinds:
        full = Variant(f"{base.name}, {data.kind}", data, base, prior, samples)
        arms += _arms(full, None)
        for change in changes:
            preset = base.changed(change.split())
            if preset == base:
                raise InputError(f"changes nothing in preset '{base.name}'", setting="set", value=change)
            arms += _arms(replace(full, name=f"{change}, {data.kind}", preset=preset), full)
    return arms


def own_arms(
    kinds: Sequence[Dataset], base: Preset, prior: Prior, priors: dict[str, Prior], samples: int
) -> list[Arm]:
    """Every switch that applies to `base`, and other steps, schedules, starts, answers and priors."""
    arms = []
    for data in kinds:
        full = Variant(f"{base.name}, {data.kind}", data, base, prior, samples)
        arms += _arms(full, None)
        for title, changes in OWN.items():
            preset = base.model_copy(update=changes)
            clusters = preset.start == "clusters" and samples not in prior.cluster_counts
            if preset != base and not clusters and (samples > 1 or "answer" not in changes):
                arms += _arms(replace(full, name=f"{title}, {data.kind}", preset=preset), full)
        for switch in SWITCHES.values():
            if switch.base == "balanced" and _has(full, switch):
                arms += _arms(_without(full, switch, priors, "own"), full)
        for other in priors.values():
            if other.digest != prior.digest:
                arms += _arms(replace(full, name=f"prior: {stem(other)}, {data.kind}", prior=other), full)
    return arms


def _arms(variant: Variant, reference: Variant | None) -> list[Arm]:
    """One arm for the answer, and with several hypotheses one for the best."""
    return [
        Arm(variant, reference, of=of) for of in ("answer", "best") if of == "answer" or variant.samples > 1
    ]


def stem(prior: Prior) -> str:
    """The name of a prior's file without its suffix."""
    return prior.name.removesuffix(".safetensors")


def _has(full: Variant, switch: Switch) -> bool:
    """Whether the variant has the part that the switch leaves out."""
    if switch.blind:
        return full.preset.for_blind_prior() != full.preset
    if "mirror" in switch.changes and is_symmetric(full.prior):
        return False
    return (
        any(getattr(full.preset, name) != value for name, value in switch.changes.items())
        or not switch.changes
    )


def _without(full: Variant, switch: Switch, priors: dict[str, Prior], setting: str) -> Variant:
    preset = full.preset.for_blind_prior() if switch.blind else full.preset.model_copy(update=switch.changes)
    data, prior = full.data, priors[switch.prior] if switch.prior else full.prior
    if switch.full_confidence:
        seen = (data.keypoints.confidence > 0).astype(data.keypoints.confidence.dtype)
        data = replace(
            data, kind=f"{data.kind}, confidence 1", keypoints=replace(data.keypoints, confidence=seen)
        )
    elif "mirror" in switch.changes and is_symmetric(prior):
        raise InputError(
            f"changes nothing with prior '{stem(prior)}', which is symmetric; choose another with `prior`",
            setting=setting,
        )
    elif preset == full.preset and prior is full.prior:
        raise InputError(
            f"changes nothing in preset '{full.preset.name}'; choose another with `preset`", setting=setting
        )
    return Variant(f"{switch.title}, {full.data.kind}", data, preset, prior, full.samples)


def common_rows(kinds: Sequence[Dataset]) -> list[Dataset]:
    """The rows that all kinds of 2D of a data set share. Raises `InputError` if there are none, or if they do
    not match."""
    shared = set.intersection(*(set(data.rows.tolist()) for data in kinds))
    if not shared:
        raise InputError(
            f"no frame has all of {', '.join(data.kind for data in kinds)}", source=kinds[0].name
        )
    common = [data.take(np.isin(data.rows, list(shared))) for data in kinds]
    for data in common[1:]:
        if (
            list(data.sequence) != list(common[0].sequence)
            or (data.keypoints.frame != common[0].keypoints.frame).any()
        ):
            raise InputError(
                f"its 2D of kinds {common[0].kind} and {data.kind} are not of the same frames",
                source=data.name,
            )
    return common
