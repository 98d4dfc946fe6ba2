"""Resumable runs over a data set: in chunks of constant memory, each kept on disk until the report is
written.

A variant is one way to lift one kind of keypoints. All variants of a run see the same rows. Within a chunk,
variants that have the same start settings of Algorithm 1 share it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.errors import InputError
from zedo_cli.evaluation.protocol import Protocol
from zedo_cli.evaluation.scores import Scores, score
from zedo_cli.io.files import TEMPORARY, atomic_write, read_json, writable
from zedo_cli.io.npz import NpzFile
from zedo_cli.lifter import Lifter
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.starts import Start
from zedo_cli.preparation import Prepared, SideInformation
from zedo_cli.prior.prior import Prior
from zedo_cli.tracks import Tracks
from zedo_cli.version import __version__

CHUNK = 4096
"""Hypotheses in a chunk."""

CHUNKS = ".zedo-run"
_STATE = "run.json"

Progress = Callable[[int], None]
"""Called with the number of people lifted so far, over all variants."""


@dataclass(frozen=True)
class Variant:
    """One way to lift a data set."""

    name: str
    data: Dataset
    preset: Preset
    prior: Prior
    samples: int = 1

    def settings(self) -> dict[str, Any]:
        """Everything that the figures depend on, as JSON."""
        return {
            "name": self.name,
            "preset": self.preset.model_dump(mode="json"),
            "prior": {"name": self.prior.name, "sha256": self.prior.digest},
            "samples": self.samples,
            "keypoints": self.data.kind,
            "data": _digest(self.data),
        }


@dataclass(frozen=True)
class Run:
    """A run of one or several variants with the same rows."""

    variants: tuple[Variant, ...]
    protocol: Protocol
    seed: int = 0
    clips: bool = False
    batch_size: int | None = None

    def settings(self) -> dict[str, Any]:
        """Everything that the figures depend on, as JSON. A run can only be resumed with the same."""
        return {
            "zedo": __version__,
            "protocol": self.protocol.name,
            "seed": self.seed,
            "clips": self.clips,
            "variants": [variant.settings() for variant in self.variants],
        }

    def chunks(self) -> list[np.ndarray]:
        """The rows of each chunk: whole tracks, so that a chunk does not change a result."""
        size = max(1, CHUNK // max(variant.samples for variant in self.variants))
        return Tracks.of(self.variants[0].data.keypoints, self.clips).chunks(size)

    def lifters(self) -> list[Lifter]:
        """One for each variant. Raises `InputError` for settings that a variant cannot have."""
        return [
            Lifter(
                variant.prior,
                variant.preset,
                variant.samples,
                self.seed,
                clips=self.clips,
                batch_size=self.batch_size,
            )
            for variant in self.variants
        ]


def run(job: Run, folder: Path, resume: bool = False, progress: Progress = lambda done: None) -> list[Scores]:
    """The scores of each variant, rows in the order of the data set; also `seconds [chunks]` of lifting.

    Chunks are written to `folder` as they are done. Raises `InputError` if it holds an unfinished run without
    `resume`, or one with other settings.
    """
    chunks, lifters = job.chunks(), job.lifters()
    place = _begin(job, folder, resume)
    done = 0
    for number, rows in enumerate(chunks):
        path = place / f"{number:05d}.npz"
        if not path.exists():
            try:
                _write(path, _scored(job, lifters, rows, lambda more, done=done: progress(done + more)))  # type: ignore[misc]
            except InputError:
                if number == 0:  # the run cannot be done at all: there is nothing to resume
                    finished(folder)
                raise
        done += len(rows) * len(job.variants)
        progress(done)
    order = np.argsort(np.concatenate(chunks), kind="stable")
    try:
        parts = [NpzFile(place / f"{number:05d}.npz") for number in range(len(chunks))]
        return [_collected(parts, index, order) for index in range(len(job.variants))]
    except InputError as error:
        raise InputError(
            f"{error.message} (a chunk of this run)",
            source=error.source,
            fix="remove it, and continue with `resume`",
        ) from error


def finished(folder: Path) -> None:
    """After the report is written: remove the chunks, and the folder if nothing else is in it."""
    place = folder / CHUNKS
    for path in (*sorted(place.glob("[0-9]*.npz")), place / _STATE):
        path.unlink(missing_ok=True)
    for empty in (place, folder):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()


class _ChunkStarts:
    """The starts of a chunk, so that variants that have the same start settings compute them once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[Prepared, list[Start]]] = {}

    def of(self, variant: Variant, lifter: Lifter, rows: np.ndarray) -> tuple[Prepared, list[Start]]:
        """Prepared keypoints and starts of some rows, computed at the first request."""
        settings = json.dumps(variant.preset.start_settings())
        key = (variant.data.kind, id(variant.prior), variant.samples, settings)
        if key not in self._known:
            people = variant.data.keypoints.take(rows)
            prepared = lifter.prepare(people, None, SideInformation(), keep_all=True)
            self._known[key] = (prepared, list(lifter.start(prepared)))
        return self._known[key]


def _scored(job: Run, lifters: list[Lifter], rows: np.ndarray, progress: Progress) -> dict[str, np.ndarray]:
    """The scores of a chunk: `index/name`."""
    starts = _ChunkStarts()
    arrays: dict[str, np.ndarray] = {}
    for index, (variant, lifter) in enumerate(zip(job.variants, lifters, strict=True)):
        started = time.perf_counter()
        before = index * len(rows)
        prepared, own = starts.of(variant, lifter, rows)
        poses = lifter.finish(prepared, own, lambda more, before=before: progress(before + more))  # type: ignore[misc]
        seconds = time.perf_counter() - started
        predicted = Predictions(
            poses.poses_3d,
            poses.hypotheses_3d,
            poses.uncertainty,
            poses.translation,
            draws=variant.preset.start == "clusters",
        )
        scores = score(variant.data.take(rows), predicted, job.protocol)
        arrays |= {f"{index}/{name}": values for name, values in scores.items()}
        arrays[f"{index}/seconds"] = np.array([seconds])
    return arrays


def _begin(job: Run, folder: Path, resume: bool) -> Path:
    """The folder of the chunks, with the settings of the run."""
    settings = json.loads(json.dumps(job.settings()))
    place = folder / CHUNKS
    state = place / _STATE
    if state.exists():
        if not resume:
            raise InputError(
                "holds an unfinished run",
                source=folder,
                fix=f"continue with `resume`, or remove {place}, or choose another `output`",
            )
        known = read_json(state)
        if known != settings:
            raise InputError(
                f"has other settings ({_difference(known, settings)})",
                source=state,
                fix="use those, or another `output`",
            )
        return place
    if place.exists() and any(not path.name.startswith(TEMPORARY) for path in place.iterdir()):
        raise InputError(f"holds no run to resume ({_STATE} is missing)", source=place, fix="remove it")
    place.mkdir(parents=True, exist_ok=True)
    with atomic_write(writable(state)) as temporary:
        temporary.write_text(json.dumps(settings, indent=1))
    return place


def _difference(one: Any, other: Any, place: str = "") -> str:
    """The first place where two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *other]:
            if one.get(key) != other.get(key):
                return _difference(one.get(key), other.get(key), f"{place}.{key}" if place else key)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            if a != b:
                return _difference(a, b, f"{place}[{i}]")
    return f"{place}: {str(one)[:40]}, not {str(other)[:40]}"


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _collected(parts: list[NpzFile], index: int, order: np.ndarray) -> Scores:
    prefix = f"{index}/"
    names = [name.removeprefix(prefix) for name in parts[0].names if name.startswith(prefix)]
    whole = {name: np.concatenate([part[prefix + name] for part in parts]) for name in names}
    return {name: values if name == "seconds" else values[order] for name, values in whole.items()}


def _digest(data: Dataset) -> str:
    """SHA-256 of everything that is lifted and compared."""
    digest = sha256()
    for array in (data.keypoints.points, data.keypoints.confidence, data.keypoints.intrinsics, data.truth):
        digest.update(np.ascontiguousarray(array).tobytes())
    for names in (data.group, data.sequence):
        digest.update("\n".join(map(str, names)).encode())
    return digest.hexdigest()
