"""Training poses: the bundled ones, the user's own, and the held-out people to measure on."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Generator, Tensor

from zedo_cli.errors import InputError, Note
from zedo_cli.io.files import bundled
from zedo_cli.mocap.reading import read_motions
from zedo_cli.prior.card import Source
from zedo_cli.training.augmentation import upright

OPEN_CORPUS = ("data/mocap/train_permissive.npz", "data/mocap/train_ccbysa.npz")
"""The bundled open poses."""

OPEN_LICENCE = "CC BY-SA 3.0 (by HDM05's share-alike); credits in data/README.md"
"""The licence of a prior trained on them."""

OPEN_VALIDATION = ("acc_per", "cmu016", "cmu049", "hdm_mm", "uip07")
"""People of the bundled training poses that are kept for validation."""

HELD_OUT = {
    "CMU 13/14": ("cmu013", "cmu014"),
    "HDM05 dg": ("hdm_dg",),
    "UI-PRMD 08-10": ("uip08", "uip09", "uip10"),
}
"""People of `data/mocap/heldout.npz`, who are in no training file, by split; a mean is over the splits."""

MIN_POSES = 1000
"""A prior trained on fewer poses would only memorise them."""


@dataclass
class Corpus:
    """Poses to train on.

    poses: `[N, 17, 3]` metres, upright in the frame of a level camera (Y down), pelvis at the origin.
    classes: `[N]`, kind of pose, for balanced sampling. subjects, origins: `[N]`, names of people and
    sources. licences: of each source. licence: of a prior trained on them. notes: files that could not be
    used, and why.
    """

    poses: Tensor
    classes: Tensor
    subjects: np.ndarray
    origins: np.ndarray
    licences: dict[str, str]
    licence: str
    notes: list[Note] = field(default_factory=list)

    @classmethod
    def load(cls, paths: list[Path]) -> Self:
        """Read files and folders; without any, the bundled corpus. Raises `InputError` that names the file
        and the fix."""
        motions, notes = read_motions(paths or [bundled(name) for name in OPEN_CORPUS])
        poses = np.concatenate([part.poses for part in motions])
        terms: dict[str, list[str]] = {}
        for part in motions:
            for name in np.unique(part.origins):
                terms.setdefault(str(name), []).append(part.licence)
        return cls(
            poses=upright(torch.from_numpy(poses)),
            classes=torch.from_numpy(np.concatenate([part.classes for part in motions])),
            subjects=np.concatenate([part.subjects for part in motions]),
            origins=np.concatenate([part.origins for part in motions]),
            licences={name: together(licences) for name, licences in terms.items()},
            licence=together([part.licence for part in motions]) if paths else OPEN_LICENCE,
            notes=notes,
        )

    def split(self, subjects: tuple[str, ...]) -> tuple[Tensor, Tensor, Tensor]:
        """Training poses, their classes, and the poses of the validation `subjects`.

        Raises `InputError` if there is no such subject, or too few poses are left.
        """
        for subject in subjects:
            if subject not in self.subjects:
                known = ", ".join(sorted(set(self.subjects))[:5])
                raise InputError(
                    f"no such subject; the poses are of {known}, ...", setting="validation", value=subject
                )
        held_out = np.isin(self.subjects, subjects)
        left = int((~held_out).sum())
        if left < MIN_POSES:
            names = ", ".join(sorted(set(self.origins)))
            raise InputError(f"only {left} training poses; a prior needs at least {MIN_POSES}", source=names)
        return self.poses[~held_out], self.classes[~held_out], self.poses[held_out]

    def sources_without(self, subjects: tuple[str, ...]) -> list[Source]:
        """The sources of the training poses, without those of the validation `subjects`."""
        names, counts = np.unique(self.origins[~np.isin(self.subjects, subjects)], return_counts=True)
        return [
            Source(name=str(name), poses=int(count), licence=self.licences[name])
            for name, count in zip(names, counts, strict=True)
        ]


def together(licences: list[str]) -> str:
    """One text from several licences, each once."""
    return "; ".join(dict.fromkeys(licences))


def held_out_corpus() -> Corpus:
    """The bundled people who are in no training file."""
    return Corpus.load([bundled("data/mocap/heldout.npz")])


def held_out_people(poses: int, seed: int) -> dict[str, Tensor]:
    """`poses` upright poses `[poses, 17, 3]` of each held-out split, or all if there are fewer."""
    corpus = held_out_corpus()
    generator = Generator().manual_seed(seed)
    chosen = {}
    for name, subjects in HELD_OUT.items():
        people = corpus.poses[torch.from_numpy(np.isin(corpus.subjects, subjects))]
        chosen[name] = people[torch.randperm(len(people), generator=generator)[:poses]]
    return chosen
