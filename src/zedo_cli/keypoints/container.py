"""The neutral container of 2D keypoints: what every reader returns and the lifter takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.skeletons import JOINTS, Skeleton

FEWEST_JOINTS = 4
"""A person with fewer joints than this, pelvis and thorax (which may be means of others) aside, is skipped."""

SMALLEST_EXTENT = 2.0
"""Pixels; keypoints that all lie closer together than this are no person."""


FARTHEST_POINT = 1e6
"""Pixels; a coordinate beyond is no pixel."""


@dataclass(frozen=True)
class Keypoints:
    """2D keypoints, a row for a person in a frame.

    points: `[N, J, 2]` px. confidence: `[N, J]` in 0..1; 0 is a missing joint, whose point means nothing. frame, person,
    clip: `[N]` integers. static: whether rows of one clip are known to share one camera that does not move; tracked: whether
    a number of `person` is known to stay the same person in a clip. clip_names: names of the clips. skeleton: its name, or
    None if the file does not tell. image_size: width and height in px, if known. intrinsics: `[N, 3, 3]`, if the file has
    them. frame_count: frames in the input, those without a person included. notes: what was found and mended, a line
    each.
    """

    points: np.ndarray
    confidence: np.ndarray
    frame: np.ndarray
    person: np.ndarray
    clip: np.ndarray
    clip_names: tuple[str, ...]
    frame_count: int
    skeleton: str | None = None
    image_size: tuple[float, float] | None = None
    intrinsics: np.ndarray | None = None
    static: bool = True
    tracked: bool = True
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        count, joints = self.points.shape[:2]
        shapes = {"points": (count, joints, 2), "confidence": (count, joints)}
        shapes |= dict.fromkeys(("frame", "person", "clip"), (count,))
        if self.intrinsics is not None:
            shapes["intrinsics"] = (count, 3, 3)
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, not {shape}")

    def __len__(self) -> int:
        return len(self.points)

    def take(self, rows: np.ndarray) -> Self:
        """The rows of an index or a mask."""
        arrays = {name: getattr(self, name)[rows] for name in ("points", "confidence", "frame", "person", "clip")}
        return replace(self, **arrays, intrinsics=None if self.intrinsics is None else self.intrinsics[rows])

    def in_named_order(self, names: list[str] | None) -> Self:
        """In the order of the 17 joints if `names` are theirs; other names say nothing, which is noted.

        Raises `InputError` if there are not as many names as joints.
        """
        if names is None:
            return self
        if len(names) != self.points.shape[1]:
            raise InputError(f"{self.clip_names[0]}: joint_names has {len(names)} names for {self.points.shape[1]} joints")
        if sorted(names) != sorted(JOINTS):
            return replace(self, notes=(*self.notes, "joint_names are not zedo's: the skeleton decides what a joint is"))
        order = [names.index(joint) for joint in JOINTS]
        return replace(self, points=self.points[:, order], confidence=self.confidence[:, order], skeleton="h36m17")

    def cleaned(self) -> Self:
        """With missing joints told by a confidence of 0 alone, and confidences within 0..1; what was mended is noted."""
        finite = (np.abs(np.nan_to_num(self.points, nan=np.inf)) < FARTHEST_POINT).all(-1) & np.isfinite(self.confidence)
        seen = finite & (np.where(finite, self.confidence, 0) != 0)
        outside = seen & ((self.confidence < 0) | (self.confidence > 1))
        notes = list(self.notes)
        if not finite.all():
            notes.append(f"{np.count_nonzero(~finite)} keypoints are NaN, infinite or absurdly large: treated as missing")
        if outside.any():
            notes.append(f"{np.count_nonzero(outside)} confidences lie outside 0..1: clipped")
        return replace(
            self,
            points=np.where(seen[..., None], self.points, 0).astype(np.float32),
            confidence=np.where(seen, np.clip(np.nan_to_num(self.confidence), 0, 1), 0).astype(np.float32),
            notes=tuple(notes),
        )

    def looks_normalised(self) -> bool:
        """Whether all seen points lie in about 0..1, as parts of the image rather than pixels."""
        seen = self.points[self.confidence > 0]
        return len(seen) > 0 and bool((np.abs(seen) < 2).all())

    def to_h36m17(self, skeleton: Skeleton) -> Self:
        """On the 17 joints. A joint that is a mean takes the least of its confidences.

        Raises `InputError` if the number of joints is not the skeleton's.
        """
        if self.points.shape[1] != skeleton.size:
            have = self.points.shape[1]
            raise InputError(f"{self.clip_names[0]}: {have} joints a person, but '{skeleton.name}' has {skeleton.size}")
        points = np.zeros((len(self), len(JOINTS), 2), np.float32)
        confidence = np.zeros((len(self), len(JOINTS)), np.float32)
        for joint, (sources, trust) in enumerate(zip(skeleton.sources, skeleton.trust, strict=True)):
            if sources:
                confidence[:, joint] = trust * self.confidence[:, list(sources)].min(1)
                points[:, joint] = self.points[:, list(sources)].mean(1)
        points[confidence == 0] = 0
        return replace(self, points=points, confidence=confidence, skeleton="h36m17")

    def lacking(self) -> tuple[np.ndarray, np.ndarray]:
        """On the 17 joints: who has too few joints, and who is too small, to be lifted. `[N]` each."""
        own = [joint for joint, name in enumerate(JOINTS) if name not in ("pelvis", "thorax")]
        few = (self.confidence[:, own] > 0).sum(1) < FEWEST_JOINTS
        seen = self.confidence[..., None] > 0
        extent = (np.where(seen, self.points, -np.inf).max(1) - np.where(seen, self.points, np.inf).min(1)).max(1)
        return few, ~few & (extent < SMALLEST_EXTENT)

    def without_little(self) -> Self:
        """On the 17 joints: without people of too few joints or too small, which are counted in the notes."""
        few, tiny = self.lacking()
        notes = list(self.notes)
        if few.any():
            notes.append(f"{np.count_nonzero(few)} people with fewer than {FEWEST_JOINTS} usable joints: skipped")
        if tiny.any():
            notes.append(f"{np.count_nonzero(tiny)} people smaller than {SMALLEST_EXTENT:g} px: skipped")
        rows = np.stack([self.clip, self.frame, self.person], axis=1)
        shared = "some people share clip, frame and id: rows are kept in the order of the file"
        if len(np.unique(rows, axis=0)) < len(rows) and shared not in notes:
            notes.append(shared)
        return replace(self, notes=tuple(notes)).take(~(few | tiny))


def joined(parts: Sequence[Keypoints]) -> Keypoints:
    """Several clips as one set of rows. Raises `InputError` if their joints differ in number, or only some have a K."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    names = tuple(name for part in parts for name in part.clip_names)
    for part in parts[1:]:
        if part.points.shape[1] != first.points.shape[1] or part.skeleton != first.skeleton:
            raise InputError(f"{part.clip_names[0]}: other joints than in {names[0]}; lift them one by one")
        if (part.intrinsics is None) != (first.intrinsics is None):
            raise InputError(f"{part.clip_names[0]}: only some of the inputs hold intrinsics; lift them one by one")
    offsets = np.cumsum([0, *(len(part.clip_names) for part in parts)])

    def stack(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    return Keypoints(
        points=stack("points"),
        confidence=stack("confidence"),
        frame=stack("frame"),
        person=stack("person"),
        clip=np.concatenate([part.clip + offset for part, offset in zip(parts, offsets, strict=False)]),
        clip_names=names,
        frame_count=sum(part.frame_count for part in parts),
        skeleton=first.skeleton,
        image_size=first.image_size if all(part.image_size == first.image_size for part in parts) else None,
        intrinsics=None if first.intrinsics is None else stack("intrinsics"),
        static=all(part.static for part in parts),
        tracked=all(part.tracked for part in parts),
        notes=tuple(note for part in parts for note in part.notes),
    )
