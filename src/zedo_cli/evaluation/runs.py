"""Runs over a data set: in chunks of flat memory, each kept on disk until the report is written, so that they can go on.

A variant is one way to lift one kind of keypoints. All variants of a run see the same rows; within a chunk those that agree
in what comes before the loop of Algorithm 1 share it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli import __version__
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.errors import InputError
from zedo_cli.evaluation.protocol import Protocol
from zedo_cli.evaluation.scores import Scores, score
from zedo_cli.io.files import atomic_write, read_json, writable
from zedo_cli.io.npz import NpzFile
from zedo_cli.lifter import lift_keypoints
from zedo_cli.pipeline.presets import Preset
from zedo_cli.prior.prior import Prior

CHUNK = 4096
"""Hypotheses of a chunk."""

CHUNKS = ".zedo-run"
_STATE = "run.json"

Progress = Callable[[int], None]
"""Called with the number of people lifted so far, all variants together."""


@dataclass(frozen=True)
class Variant:
    """One way to lift a data set."""

    name: str
    data: Dataset
    preset: Preset
    prior: Prior
    samples: int = 1

    def settings(self) -> dict[str, Any]:
        """Everything that decides its figures, as JSON."""
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
    """Of one or several variants, which must have the same rows."""

    variants: tuple[Variant, ...]
    protocol: Protocol
    seed: int = 0
    clips: bool = False
    batch_size: int = 512

    def settings(self) -> dict[str, Any]:
        """Everything that decides its figures, as JSON: what two runs must agree in for one to go on with the other."""
        return {
            "zedo": __version__,
            "protocol": self.protocol.name,
            "seed": self.seed,
            "clips": self.clips,
            "variants": [variant.settings() for variant in self.variants],
        }

    def chunks(self) -> list[np.ndarray]:
        """The rows of each chunk; whole clips, if rows of a clip share what they can."""
        data = self.variants[0].data
        size = max(1, CHUNK // max(variant.samples for variant in self.variants))
        if not self.clips:
            return np.split(np.arange(len(data)), np.arange(size, len(data), size))
        parts: list[np.ndarray] = []
        for clip in np.unique(data.keypoints.clip):
            rows = np.flatnonzero(data.keypoints.clip == clip)
            if parts and len(parts[-1]) + len(rows) <= size:
                parts[-1] = np.concatenate([parts[-1], rows])
            else:
                parts.append(rows)
        return parts


def run(job: Run, folder: Path, resume: bool = False, progress: Progress = lambda done: None) -> list[Scores]:
    """The scores of each variant, rows in the data set's order; also `seconds [chunks]` of lifting.

    Chunks are written to `folder` as they are done. Raises `InputError` if it holds an unfinished run and `resume` is not
    asked, or one of other settings.
    """
    chunks = job.chunks()
    place = _begin(job, folder, resume)
    done = 0
    for number, rows in enumerate(chunks):
        path = place / f"{number:05d}.npz"
        if not path.exists():
            try:
                _write(path, _scored(job, rows, lambda more, done=done: progress(done + more)))  # type: ignore[misc]
            except InputError:
                if number == 0:  # what was asked for cannot be done: there is nothing to go on with
                    finished(folder)
                raise
        done += len(rows) * len(job.variants)
        progress(done)
    order = np.argsort(np.concatenate(chunks), kind="stable")
    try:
        parts = [NpzFile(place / f"{number:05d}.npz") for number in range(len(chunks))]
        return [_collected(parts, index, order) for index in range(len(job.variants))]
    except InputError as error:
        told = str(error).partition(";")[0]
        raise InputError(f"{told}: a chunk of this run; remove it, and go on with --resume") from error


def finished(folder: Path) -> None:
    """The report is written: the chunks are not needed any more, nor the folder if nothing else is in it."""
    place = folder / CHUNKS
    for path in (*sorted(place.glob("[0-9]*.npz")), place / _STATE):
        path.unlink(missing_ok=True)
    for empty in (place, folder):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()


def predictions(variant: Variant, rows: np.ndarray, job: Run, shared: dict[Any, Any], progress: Progress) -> Predictions:
    """Lift some rows of a variant's data."""
    poses = lift_keypoints(
        variant.data.keypoints.take(rows),
        variant.prior,
        preset=variant.preset,
        samples=variant.samples,
        seed=job.seed,
        batch_size=job.batch_size,
        progress=progress,
        clips=job.clips,
        shared=shared,
    )
    return Predictions(
        poses.poses_3d,
        poses.hypotheses_3d,
        poses.uncertainty,
        poses.translation,
        draws=variant.preset.start == "clusters",
    )


def _scored(job: Run, rows: np.ndarray, progress: Progress) -> dict[str, np.ndarray]:
    """The scores of a chunk: `index/name`."""
    shared: dict[str, dict[Any, Any]] = {}
    arrays: dict[str, np.ndarray] = {}
    for index, variant in enumerate(job.variants):
        started = time.perf_counter()
        before = index * len(rows)
        memory = shared.setdefault(variant.data.kind, {})
        made = predictions(variant, rows, job, memory, lambda more, before=before: progress(before + more))  # type: ignore[misc]
        seconds = time.perf_counter() - started
        scores = score(variant.data.take(rows), made, job.protocol)
        arrays |= {f"{index}/{name}": values for name, values in scores.items()}
        arrays[f"{index}/seconds"] = np.array([seconds])
    return arrays


def _begin(job: Run, folder: Path, resume: bool) -> Path:
    """The folder of the chunks, with the settings that they belong to."""
    settings = json.loads(json.dumps(job.settings()))
    place = folder / CHUNKS
    state = place / _STATE
    if state.exists():
        if not resume:
            raise InputError(
                f"{folder}: holds an unfinished run; go on with --resume, or remove {place}, or choose another --output"
            )
        known = read_json(state)
        if known != settings:
            raise InputError(f"{state}: is of other settings ({_difference(known, settings)}); use those, or another output")
        return place
    if place.exists() and any(place.iterdir()):
        raise InputError(f"{place}: holds no run that could be gone on with ({_STATE} is missing); remove it")
    place.mkdir(parents=True, exist_ok=True)
    with atomic_write(writable(state)) as temporary:
        temporary.write_text(json.dumps(settings, indent=1))
    return place


def _difference(one: Any, other: Any, place: str = "") -> str:
    """The first place in which two documents differ."""
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
    """Of everything that is lifted and compared."""
    digest = sha256()
    for array in (data.keypoints.points, data.keypoints.confidence, data.keypoints.intrinsics, data.truth):
        digest.update(np.ascontiguousarray(array).tobytes())
    for names in (data.group, data.sequence):
        digest.update("\n".join(map(str, names)).encode())
    return digest.hexdigest()
