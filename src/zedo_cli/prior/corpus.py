"""Training poses: NPZ files of poses in a world with Z up, bundled or the user's own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from zedo_cli.errors import InputError
from zedo_cli.files import bundled
from zedo_cli.npz import NpzFile
from zedo_cli.prior.augmentation import upright
from zedo_cli.prior.card import Source
from zedo_cli.skeletons import JOINTS

OPEN_CORPUS = ("data/mocap/train_permissive.npz", "data/mocap/train_ccbysa.npz")
"""The bundled open poses."""

OPEN_LICENCE = "CC BY-SA 3.0 (by HDM05's share-alike); credits in data/README.md"
"""The licence of a prior that was trained on them."""

OPEN_VALIDATION = ("acc_per", "cmu016", "cmu049", "hdm_mm", "uip07")
"""Training people of the bundled poses that are kept for validation."""

FEWEST_POSES = 1000
"""A prior of fewer poses than this would only remember them."""


@dataclass
class Corpus:
    """Poses to train on.

    poses: `[N, 17, 3]` metres, upright in a level camera's frame (Y down), pelvis at the origin. classes: `[N]`, kind of
    pose, for balanced sampling. subjects, origins: `[N]`, names of people and sources. licences: terms of each source.
    licence: of what is made from them.
    """

    poses: Tensor
    classes: Tensor
    subjects: np.ndarray
    origins: np.ndarray
    licences: dict[str, str]
    licence: str

    @classmethod
    def load(cls, paths: list[Path]) -> Self:
        """Read NPZ files; without any, the bundled corpus. Raises `InputError`, one line naming file and mend."""
        parts = [_read(path) for path in paths or [bundled(name) for name in OPEN_CORPUS]]
        return cls(
            poses=torch.cat([part.poses for part in parts]),
            classes=torch.cat([part.classes for part in parts]),
            subjects=np.concatenate([part.subjects for part in parts]),
            origins=np.concatenate([part.origins for part in parts]),
            licences={name: licence for part in parts for name, licence in part.licences.items()},
            licence="; ".join(dict.fromkeys(part.licence for part in parts)) if paths else OPEN_LICENCE,
        )

    def split(self, subjects: tuple[str, ...]) -> tuple[Tensor, Tensor, Tensor]:
        """Training poses, their classes, and the poses of the validation `subjects`.

        Raises `InputError` if there is no such subject, or too few poses are left.
        """
        for subject in subjects:
            if subject not in self.subjects:
                known = ", ".join(sorted(set(self.subjects))[:5])
                raise InputError(f"--validation {subject}: no such subject; the poses are of {known}, ...")
        held_out = np.isin(self.subjects, subjects)
        left = int((~held_out).sum())
        if left < FEWEST_POSES:
            names = ", ".join(sorted(set(self.origins)))
            raise InputError(f"{names}: only {left} training poses; a prior needs at least {FEWEST_POSES}")
        return self.poses[~held_out], self.classes[~held_out], self.poses[held_out]

    def sources_without(self, subjects: tuple[str, ...]) -> list[Source]:
        """What the training poses are, those of the validation `subjects` left out."""
        names, counts = np.unique(self.origins[~np.isin(self.subjects, subjects)], return_counts=True)
        return [
            Source(name=str(name), poses=int(count), licence=self.licences[name])
            for name, count in zip(names, counts, strict=True)
        ]


def _read(path: Path) -> Corpus:
    file = NpzFile(path)
    scale = file.floats("scale", ()) if "scale" in file else np.float32(1)
    poses = file.floats("pos", (None, len(JOINTS), 3)) * scale
    if not np.isfinite(poses).all():
        bad = int(np.flatnonzero(~np.isfinite(poses).all((1, 2)))[0])
        raise InputError(f"{path}: pos[{bad}] is not finite; remove such poses")
    thigh = float(np.median(np.linalg.norm(poses[:, 2] - poses[:, 1], axis=-1))) if len(poses) else 0.45
    if not 0.2 < thigh < 0.8:
        raise InputError(f"{path}: the median thigh is {thigh:.3g} long; poses must be in metres (key 'scale' converts)")
    licence = str(file.get("license", "not stated"))
    origins = _names(file, "source", len(poses), path.stem)
    classes = file.integers("cls", len(poses)) if "cls" in file else np.zeros(len(poses), np.int64)
    return Corpus(
        poses=upright(torch.from_numpy(poses)),
        classes=torch.from_numpy(np.unique(classes, return_inverse=True)[1]),
        subjects=_names(file, "subject", len(poses), path.stem),
        origins=origins,
        licences=dict.fromkeys(map(str, np.unique(origins)), licence),
        licence=licence,
    )


def _names(file: NpzFile, key: str, count: int, default: str) -> np.ndarray:
    """Names per pose: `key` holds indices into the table `{key}_names`."""
    if key not in file or f"{key}_names" not in file:
        return np.full(count, default)
    index, table = file.integers(key, count), file[f"{key}_names"]
    if count and not (index.min() >= 0 and index.max() < len(table)):
        raise InputError(f"{file.path}: '{key}' points outside '{key}_names', which has {len(table)} entries")
    return table[index].astype(str)
