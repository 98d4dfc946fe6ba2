"""The neutral container of lifted poses: what the lifter returns and every writer takes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from zedo_cli.errors import InputError, Note


@dataclass(frozen=True)
class Poses:
    """N people in frames, lifted with S hypotheses each. Metres, camera frame (X right, Y down, Z forward),
    absolute.

    poses_3d: `[N, 17, 3]`, the answer. hypotheses_3d: `[N, S, 17, 3]`. translation: `[N, S, 3]`, the
    estimated translation T of each hypothesis; the pelvis may differ slightly. hypothesis_score: `[N, S]`,
    log-likelihood of the keypoints up to a constant, higher is better. uncertainty: `[N, 17]` m, standard
    deviation of the joint relative to the pelvis; NaN if unknown. reprojection_error: `[N]`, mean over the
    seen joints, pixels after undistortion. frame, person, clip: `[N]`; clip is an index into
    `meta["inputs"]`. time: `[N]` s from the start of the clip, NaN where unknown. keypoints_2d, confidence:
    `[N, 17, 2]` px and `[N, 17]`, what was lifted, undistorted and on the 17 joints. intrinsics: `[N, 3,
    3]`. swapped: `[N, 3]`, whether trunk, arms, legs had left and right swapped in the keypoints, which was
    undone. joint_names: of the 17 joints. meta: metadata that JSON can hold: zedo, prior, preset, samples,
    seed, clips, inputs, camera, skeleton, units, frame, world, notes.
    """

    poses_3d: np.ndarray
    hypotheses_3d: np.ndarray
    translation: np.ndarray
    hypothesis_score: np.ndarray
    uncertainty: np.ndarray
    reprojection_error: np.ndarray
    frame: np.ndarray
    person: np.ndarray
    clip: np.ndarray
    time: np.ndarray
    keypoints_2d: np.ndarray
    confidence: np.ndarray
    intrinsics: np.ndarray
    swapped: np.ndarray
    joint_names: tuple[str, ...]
    meta: dict[str, Any]

    def __len__(self) -> int:
        return len(self.poses_3d)

    @property
    def notes(self) -> list[Note]:
        """What was assumed, repaired and doubtful."""
        return [Note(**note) for note in self.meta.get("notes", [])]

    def of_clips(self, name: str, clips: int | None = None) -> list[Any]:
        """A value of the metadata for each clip: `world`, `bodies`, `fps`, `image_size`, `distortion` or
        `fisheye`."""
        count = len(self.meta.get("inputs", ["?"])) if clips is None else clips
        value = self.meta.get(name)
        numbers = name in ("image_size", "distortion")
        if not isinstance(value, list) or (numbers and all(isinstance(v, int | float) for v in value)):
            return [value] * count
        return value

    def arrays(self) -> dict[str, np.ndarray]:
        """The fields that have a row for each person in a frame, by name."""
        return {name: getattr(self, name) for name in ROW_FIELDS}

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """The rows of several, with their inputs and notes; the other metadata is that of the first.

        Raises `InputError` if there are none, or if they differ in the number of hypotheses.
        """
        if not parts:
            raise InputError("there are no poses to write")
        if len(parts) == 1:
            return parts[0]
        if len({part.hypotheses_3d.shape[1] for part in parts}) > 1:
            raise InputError("the poses differ in the number of hypotheses", fix="lift them with one setting")
        arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ROW_FIELDS}
        if all("portions" in part.meta for part in parts):  # of one input: see `portions.Merging`
            return cls(**arrays, joint_names=parts[0].joint_names, meta=parts[-1].meta)
        inputs = [part.meta.get("inputs", ["?"]) for part in parts]
        offsets = np.cumsum([0, *map(len, inputs)])[:-1]
        arrays["clip"] = np.concatenate([p.clip + offset for p, offset in zip(parts, offsets, strict=True)])
        notes = {json.dumps(note): note for part in parts for note in part.meta.get("notes", [])}
        merged: dict[str, Any] = {"inputs": [name for names in inputs for name in names]}
        merged["notes"] = list(notes.values())
        for name in ("world", "bodies", "fps", "image_size", "distortion", "fisheye"):
            if not any(name in part.meta for part in parts):
                continue
            merged[name] = [
                value
                for part, names in zip(parts, inputs, strict=True)
                for value in part.of_clips(name, len(names))
            ]
        return cls(**arrays, joint_names=parts[0].joint_names, meta=parts[0].meta | merged)


ROW_FIELDS = tuple(field.name for field in fields(Poses) if field.type is np.ndarray)
"""Names of the arrays with a row for each person in a frame."""
