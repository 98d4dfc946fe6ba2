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
    pose, for balanced sampling. subjects: N names. sources: what they are, with licences. licence: of what is made from
    them.
    """

    poses: Tensor
    classes: Tensor
    subjects: np.ndarray
    sources: list[Source]
    licence: str

    @classmethod
    def load(cls, paths: list[Path]) -> Self:
        """Read NPZ files; without any, the bundled corpus. Raises `InputError`, one line naming file and mend."""
        parts = [_read(path) for path in paths or [bundled(name) for name in OPEN_CORPUS]]
        corpus = cls(
            poses=torch.cat([part.poses for part in parts]),
            classes=torch.cat([part.classes for part in parts]),
            subjects=np.concatenate([part.subjects for part in parts]),
            sources=[source for part in parts for source in part.sources],
            licence="; ".join(dict.fromkeys(part.licence for part in parts)) if paths else OPEN_LICENCE,
        )
        if len(corpus.poses) < FEWEST_POSES:
            raise InputError(f"{paths[0]}: only {len(corpus.poses)} poses; a prior needs at least {FEWEST_POSES}")
        return corpus

    def split(self, subjects: tuple[str, ...]) -> tuple[Tensor, Tensor, Tensor]:
        """Training poses, their classes, and the poses of the validation `subjects`.

        Raises `InputError` if there is no such subject.
        """
        for subject in subjects:
            if subject not in self.subjects:
                known = ", ".join(sorted(set(self.subjects))[:5])
                raise InputError(f"--validation {subject}: no such subject; the poses are of {known}, ...")
        held_out = torch.from_numpy(np.isin(self.subjects, subjects))
        return self.poses[~held_out], self.classes[~held_out], self.poses[held_out]


def _read(path: Path) -> Corpus:
    file = NpzFile(path)
    poses = file.floats("pos", (None, len(JOINTS), 3)) * float(file.get("scale", np.float32(1)))
    count = len(poses)
    if not np.isfinite(poses).all():
        bad = int(np.flatnonzero(~np.isfinite(poses).all((1, 2)))[0])
        raise InputError(f"{path}: pos[{bad}] is not finite; remove such poses")
    thigh = float(np.median(np.linalg.norm(poses[:, 2] - poses[:, 1], axis=-1))) if count else 0.45
    if not 0.2 < thigh < 0.8:
        raise InputError(f"{path}: the median thigh is {thigh:.3g} long; poses must be in metres (key 'scale' converts)")
    licence = str(file.get("license", "not stated"))
    return Corpus(
        poses=upright(torch.from_numpy(poses)),
        classes=torch.from_numpy(np.asarray(file.get("cls", np.zeros(count, np.int64)), np.int64)),
        subjects=_names(file, "subject", count, path.stem),
        sources=[
            Source(name=str(name), poses=int(poses_of), licence=licence)
            for name, poses_of in zip(*np.unique(_names(file, "source", count, path.stem), return_counts=True), strict=True)
        ],
        licence=licence,
    )


def _names(file: NpzFile, key: str, count: int, default: str) -> np.ndarray:
    """Names per pose: `key` holds indices into the table `{key}_names`."""
    if key not in file or f"{key}_names" not in file:
        return np.full(count, default)
    return file[f"{key}_names"][file[key]]
