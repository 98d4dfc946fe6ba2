"""The neutral container of 2D keypoints: what every reader returns and the lifter takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.groups import count_groups, rows_of_each
from zedo_cli.joint_sets import Skeleton

_ROW_ARRAYS = ("points", "confidence", "frame", "person", "clip", "time", "segment")
CLIP_FIELDS = ("static", "tracked", "fps", "image_size", "caution", "noise")

Size = tuple[float, float]
"""Width and height of an image, px."""


@dataclass(frozen=True)
class Keypoints:
    """2D keypoints, one row for a person in a frame.

    Pixels have their origin in the upper left corner of the image, and are distorted as the camera's lens
    does, until `standardise`.

    points: `[N, J, 2]` px. confidence: `[N, J]` in 0..1; 0 is a missing joint, whose point is ignored. frame,
    person, clip: `[N]` integers; clip is an index into `clip_names`, person an identity within a clip.
    clip_names: names of the clips, usually their files. frame_count: frames in the input, those without a
    person included. skeleton: the joint set of `points`, by name or as a table, or None if unknown.
    joint_names: as the input names its joints, used if no skeleton is given. detected_skeleton: the joint set
    that they were mapped from, if they were. intrinsics: K `[N, 3, 3]` px, if known. time: `[N]` s from the
    start of the clip, NaN where unknown; without it, frame / fps. segment: `[N]`, the part of a person's
    track between cuts; 0 without it. notes: what was assumed and repaired.

    A value for each clip, or one for all: static, whether its camera is known not to move; tracked, whether a
    number in `person` is known to stay the same person; fps, frames/s, None if unknown; image_size, width and
    height in px, None if unknown; caution, a factor on the uncertainty of poses where the input may be wrong;
    noise, the standard deviation of the keypoints in px, 0 for exact ones, None if unknown.

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
    skeleton: str | Skeleton | None = None
    joint_names: tuple[str, ...] | None = None
    detected_skeleton: str | None = None
    image_size: Size | tuple[Size | None, ...] | None = None
    intrinsics: np.ndarray | None = None
    static: bool | tuple[bool, ...] = True
    tracked: bool | tuple[bool, ...] = True
    fps: float | tuple[float | None, ...] | None = None
    time: np.ndarray | None = None
    segment: np.ndarray | None = None
    caution: float | tuple[float, ...] = 1.0
    noise: float | tuple[float | None, ...] | None = None
    notes: tuple[Note, ...] = field(default=())

    def __post_init__(self) -> None:
        self._spread_over_clips()
        if self.time is None:
            object.__setattr__(self, "time", self._time())
        if self.segment is None:
            object.__setattr__(self, "segment", np.zeros(len(self.points), np.int64))
        for name in (*_ROW_ARRAYS, *(() if self.intrinsics is None else ("intrinsics",))):
            object.__setattr__(self, name, np.asarray(getattr(self, name)))
        if self.points.ndim != 3:
            raise InputError(
                f"have shape {list(self.points.shape)}; they must be [N, J, 2]", setting="points"
            )
        count, joints = self.points.shape[:2]
        shapes = {"points": (count, joints, 2), "confidence": (count, joints)}
        shapes |= dict.fromkeys(("frame", "person", "clip", "time", "segment"), (count,))
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

    def __len__(self) -> int:
        return len(self.points)

    @classmethod
    def from_arrays(
        cls,
        keypoints: Any,
        confidence: Any = None,
        skeleton: str | Skeleton | None = None,
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
        alone = count_groups(clips, frames) == count
        return cls(
            points=data[..., :2],
            confidence=trust,
            frame=frames,
            person=indices["person"],
            clip=clips.reshape(-1),
            clip_names=tuple(f"{name}#{number}" for number in numbers) if len(numbers) > 1 else (name,),
            frame_count=count_groups(clips, frames),
            skeleton=skeleton,
            intrinsics=k,
            static=clip is not None,
            tracked=person is not None or alone,
        )

    def of_clips(self, name: str) -> tuple[Any, ...]:
        """`static`, `tracked`, `fps` or `image_size` of each clip."""
        value: tuple[Any, ...] = getattr(self, name)
        return value

    def rows_of_clips(self) -> list[np.ndarray]:
        """The rows of each clip, in order."""
        return rows_of_each(self.clip, len(self.clip_names)) if self.clip_names else []

    def _spread_over_clips(self) -> None:
        """Give each clip its own value of what may be one value for all."""
        clips = len(self.clip_names)
        for name in CLIP_FIELDS:
            value = getattr(self, name)
            sizes = name == "image_size" and value is not None and len(value) == 2 and np.isscalar(value[0])
            each = (value,) * clips if sizes or not isinstance(value, tuple | list) else tuple(value)
            if len(each) != clips:
                raise InputError(f"must have a value for each of {clips} clips", setting=name)
            object.__setattr__(self, name, each)

    def _time(self) -> np.ndarray:
        rates = np.array([np.nan if fps is None else fps for fps in self.of_clips("fps")], float)
        return np.asarray(self.frame) / rates[np.asarray(self.clip, int)] if len(rates) else np.zeros(0)

    def take(self, rows: np.ndarray) -> Self:
        """The rows of an index or a mask."""
        arrays = {name: getattr(self, name)[rows] for name in _ROW_ARRAYS}
        return replace(self, **arrays, intrinsics=None if self.intrinsics is None else self.intrinsics[rows])

    def with_notes(self, *notes: Note) -> Self:
        """With more notes; one that is there already is not repeated."""
        if not notes:
            return self
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))


def skeleton_name(skeleton: str | Skeleton | None) -> str | None:
    """The name of a skeleton that may be given by name."""
    return skeleton.name if isinstance(skeleton, Skeleton) else skeleton


def joined(parts: Sequence[Keypoints]) -> Keypoints:
    """Several clips as one set of rows. Raises `InputError` if their joints differ, or only some have
    intrinsics."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    names = tuple(name for part in parts for name in part.clip_names)
    for part in parts[1:]:
        same_names = part.joint_names == first.joint_names
        same = part.points.shape[1] == first.points.shape[1] and part.skeleton == first.skeleton
        if not (same and same_names):
            theirs, ours = (
                f"{one.points.shape[1]} joints, skeleton {skeleton_name(one.skeleton) or 'not named'}"
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
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in _ROW_ARRAYS
    }
    arrays["clip"] = np.concatenate(
        [part.clip + offset for part, offset in zip(parts, offsets, strict=False)]
    )
    each: dict[str, Any] = {
        name: tuple(v for part in parts for v in part.of_clips(name)) for name in CLIP_FIELDS
    }
    return Keypoints(
        **arrays,
        clip_names=names,
        frame_count=sum(part.frame_count for part in parts),
        skeleton=first.skeleton,
        joint_names=first.joint_names,
        detected_skeleton=first.detected_skeleton,
        intrinsics=None if first.intrinsics is None else np.concatenate([part.intrinsics for part in parts]),
        **each,
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
