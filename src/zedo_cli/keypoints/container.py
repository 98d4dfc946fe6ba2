"""The neutral container of 2D keypoints: what every reader returns and the lifter takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from zedo_cli.errors import InputError, Note

_ROW_ARRAYS = ("points", "confidence", "frame", "person", "clip")


@dataclass(frozen=True)
class Keypoints:
    """2D keypoints, one row for a person in a frame.

    Pixels have their origin in the upper left corner of the image, and are distorted as the camera's lens
    does, until `standardise`.

    points: `[N, J, 2]` px. confidence: `[N, J]` in 0..1; 0 is a missing joint, whose point is ignored. frame,
    person, clip: `[N]` integers; clip is an index into `clip_names`, person an identity within a clip.
    clip_names: names of the clips, usually their files. frame_count: frames in the input, those without a
    person included. skeleton: the joint set of `points`, or None if unknown. detected_skeleton: the joint set
    that they were mapped from, if they were. image_size: width and height in px, if known. intrinsics: K
    `[N, 3, 3]` px, if known. static: for each clip, whether its camera is known not to move. tracked: for
    each clip, whether a number in `person` is known to stay the same person. One bool for `static` or
    `tracked` holds for all clips. notes: what was assumed and repaired.

    Raises:
        InputError: an array has the wrong shape; it names the field.
    """

    points: np.ndarray
    confidence: np.ndarray
    frame: np.ndarray
    person: np.ndarray
    clip: np.ndarray
    clip_names: tuple[str, ...]
    frame_count: int
    skeleton: str | None = None
    detected_skeleton: str | None = None
    image_size: tuple[float, float] | None = None
    intrinsics: np.ndarray | None = None
    static: bool | tuple[bool, ...] = True
    tracked: bool | tuple[bool, ...] = True
    notes: tuple[Note, ...] = field(default=())

    def __post_init__(self) -> None:
        for name in (*_ROW_ARRAYS, *(() if self.intrinsics is None else ("intrinsics",))):
            object.__setattr__(self, name, np.asarray(getattr(self, name)))
        if self.points.ndim != 3:
            raise InputError(
                f"have shape {list(self.points.shape)}; they must be [N, J, 2]", setting="points"
            )
        count, joints = self.points.shape[:2]
        shapes = {"points": (count, joints, 2), "confidence": (count, joints)}
        shapes |= dict.fromkeys(("frame", "person", "clip"), (count,))
        if self.intrinsics is not None:
            shapes["intrinsics"] = (count, 3, 3)
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise InputError(
                    f"has shape {list(getattr(self, name).shape)}; it must be {list(shape)}", setting=name
                )
        clips = len(self.clip_names)
        if count and not 0 <= self.clip.min() <= self.clip.max() < clips:
            raise InputError(f"must be indices of the {clips} clip_names", setting="clip")
        for name in ("static", "tracked"):
            value = getattr(self, name)
            object.__setattr__(self, name, (value,) * clips if isinstance(value, bool) else tuple(value))
            if len(getattr(self, name)) != clips:
                raise InputError(f"must have a value for each of {clips} clips", setting=name)

    def __len__(self) -> int:
        return len(self.points)

    @classmethod
    def from_arrays(
        cls,
        keypoints: Any,
        confidence: Any = None,
        skeleton: str | None = None,
        intrinsics: Any = None,
        frame: Any = None,
        person: Any = None,
        clip: Any = None,
        name: str = "array",
    ) -> Self:
        """Keypoints from NumPy arrays or torch tensors.

        Args:
            keypoints: `[N, J, 2]` px, or `[N, J, 3]` with the confidence as third number.
            confidence: `[N, J]` in 0..1. Without it every joint counts fully, except points at exactly (0, 0)
                or NaN.
            skeleton: name of the joint set. Without it, it is found from the number and the geometry of the
                joints.
            intrinsics: K `[3, 3]` or `[N, 3, 3]`, px.
            frame: numbers of the frames `[N]`; 0 to N - 1 without it.
            person: identities `[N]`.
            clip: numbers of the clips `[N]`. Rows of one clip come from one static camera. Without it nothing
                is shared between rows.
            name: of the clip, or of all of them, for messages and metadata.

        Raises:
            InputError: an argument has the wrong type or shape; it names the argument.
        """
        data = _numeric(keypoints, "keypoints")
        if data.ndim != 3 or data.shape[2] not in (2, 3):
            raise InputError(
                f"have shape {list(data.shape)}; they must be [N, J, 2] or [N, J, 3]", setting="keypoints"
            )
        count, joints = data.shape[:2]
        if confidence is not None and data.shape[2] == 3:
            raise InputError("is the third number of the keypoints already", setting="confidence")
        if confidence is not None:
            trust = _shaped(confidence, "confidence", (count, joints))
        elif data.shape[2] == 3:
            trust = data[..., 2]
        else:
            trust = ((data != 0).any(-1) & np.isfinite(data).all(-1)).astype(np.float64)
        k = None
        if intrinsics is not None:
            k = _numeric(intrinsics, "intrinsics")
            if k.shape not in ((3, 3), (count, 3, 3)):
                raise InputError(
                    f"has shape {list(k.shape)}; it must be [3, 3] or [{count}, 3, 3]", setting="intrinsics"
                )
            k = np.broadcast_to(k.astype(np.float32), (count, 3, 3))
        indices = {
            key: np.zeros(count, np.int64)
            if value is None
            else _shaped(value, key, (count,)).astype(np.int64)
            for key, value in (("person", person), ("clip", clip))
        }
        frames = np.arange(count) if frame is None else _shaped(frame, "frame", (count,)).astype(np.int64)
        numbers, clips = np.unique(indices["clip"], return_inverse=True)
        alone = len(np.unique(np.stack([clips, frames], 1), axis=0)) == count
        return cls(
            points=data[..., :2],
            confidence=trust,
            frame=frames,
            person=indices["person"],
            clip=clips.reshape(-1),
            clip_names=tuple(f"{name}#{number}" for number in numbers) if len(numbers) > 1 else (name,),
            frame_count=len(np.unique(np.stack([clips, frames], 1), axis=0)),
            skeleton=skeleton,
            intrinsics=k,
            static=clip is not None,
            tracked=person is not None or alone,
        )

    def flags(self, name: str) -> tuple[bool, ...]:
        """`static` or `tracked` of each clip."""
        value: tuple[bool, ...] = getattr(self, name)
        return value

    def take(self, rows: np.ndarray) -> Self:
        """The rows of an index or a mask."""
        arrays = {name: getattr(self, name)[rows] for name in _ROW_ARRAYS}
        return replace(self, **arrays, intrinsics=None if self.intrinsics is None else self.intrinsics[rows])

    def with_notes(self, *notes: Note) -> Self:
        """With more notes; one that is there already is not repeated."""
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))


def joined(parts: Sequence[Keypoints]) -> Keypoints:
    """Several clips as one set of rows. Raises `InputError` if their joints differ, or only some have
    intrinsics."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    names = tuple(name for part in parts for name in part.clip_names)
    for part in parts[1:]:
        if part.points.shape[1] != first.points.shape[1] or part.skeleton != first.skeleton:
            theirs, ours = (
                f"{one.points.shape[1]} joints, skeleton {one.skeleton or 'not named'}"
                for one in (part, first)
            )
            raise InputError(
                f"has {theirs}; {names[0]} has {ours}",
                source=part.clip_names[0],
                fix="name the one `skeleton` of all, or lift them one by one",
            )
        if (part.intrinsics is None) != (first.intrinsics is None):
            raise InputError(
                "only some of the inputs hold intrinsics",
                source=part.clip_names[0],
                fix="lift them one by one",
            )
    offsets = np.cumsum([0, *(len(part.clip_names) for part in parts)])
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ROW_ARRAYS}
    arrays["clip"] = np.concatenate(
        [part.clip + offset for part, offset in zip(parts, offsets, strict=False)]
    )
    return Keypoints(
        **arrays,
        clip_names=names,
        frame_count=sum(part.frame_count for part in parts),
        skeleton=first.skeleton,
        detected_skeleton=first.detected_skeleton,
        image_size=first.image_size if all(part.image_size == first.image_size for part in parts) else None,
        intrinsics=None if first.intrinsics is None else np.concatenate([part.intrinsics for part in parts]),
        static=tuple(flag for part in parts for flag in part.flags("static")),
        tracked=tuple(flag for part in parts for flag in part.flags("tracked")),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _numeric(values: Any, setting: str) -> np.ndarray:
    """A NumPy array of numbers. Raises `InputError` for anything else."""
    if hasattr(values, "detach"):  # a torch tensor, without importing torch
        values = values.detach().cpu().numpy()
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InputError("must be a NumPy array or a torch tensor of numbers", setting=setting) from error
    if array.dtype.kind not in "fiub":
        raise InputError(
            f"must be a NumPy array or a torch tensor of numbers, not {type(values).__name__} of"
            f" {array.dtype}",
            setting=setting,
        )
    return array.astype(np.float64)


def _shaped(values: Any, setting: str, shape: tuple[int, ...]) -> np.ndarray:
    array = _numeric(values, setting)
    if array.shape != shape:
        raise InputError(f"has shape {list(array.shape)}; it must be {list(shape)}", setting=setting)
    return array
