"""From keypoints as a file has them to the 17 joints, checked, undistorted and with K: the only place that
does this."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.groups import count_groups
from zedo_cli.joint_names import skeleton_from_names
from zedo_cli.joint_sets import SAME_AS, SKELETONS, Skeleton
from zedo_cli.keypoints.cleaning import cleaned, parts_of_image
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.joint_fit import GOOD, find_joint_set, joint_set_fit
from zedo_cli.keypoints.pinhole import seen_by
from zedo_cli.keypoints.posture import with_posture_notes
from zedo_cli.skeletons import JOINTS, MIN_JOINTS

if TYPE_CHECKING:
    from zedo_cli.cameras.container import Camera

SMALLEST_PERSON = 2.0
"""Size (px); keypoints that all lie closer together than this are not a person."""

_SHARED_ROWS = Note(
    "info",
    "some people share clip, frame and id: rows are kept in the order of the file",
    "people-not-unique",
)


def standardise(
    keypoints: Keypoints, camera: "Camera | Sequence[Camera] | None" = None, keep_all: bool = False
) -> Keypoints:
    """Keypoints on the 17 joints as a pinhole camera would see them, with K for each row if it is known.

    Standardised keypoints stay as they are, if no camera is given again.

    Args:
        keypoints: as a reader returns them, on any known skeleton.
        camera: undistorts the keypoints and gives K, one for all clips or one for each; without it the
            keypoints' own intrinsics are checked.
        keep_all: keep people that cannot be lifted, so that the rows stay those of the file.

    Raises:
        InputError: coordinates are normalised, the skeleton is unknown, the camera does not fit, or nobody is
            left.
    """
    cameras = _one_for_each(camera, keypoints)
    clean = cleaned(_with_sizes(keypoints, cameras))
    skeleton, notes = skeleton_of(clean)
    mapped = to_17_joints(clean, skeleton).with_notes(*notes)
    if not keep_all:
        mapped = without_unusable(mapped)
    pinhole = seen_by(mapped, cameras) if len(mapped) else mapped
    if keypoints.detected_skeleton is None:  # they were not standardised before
        pinhole = with_posture_notes(pinhole)
    if cameras and not keep_all:
        pinhole = without_unusable(pinhole)
    if not len(pinhole):
        found = "; ".join(note.text for note in pinhole.notes)
        source = keypoints.clip_names[0] if keypoints.clip_names else None
        raise InputError(f"no person with enough joints ({found or 'no rows'})", source=source)
    return replace(pinhole, detected_skeleton=keypoints.detected_skeleton or skeleton.name)


def to_17_joints(keypoints: Keypoints, skeleton: Skeleton) -> Keypoints:
    """On the 17 joints. A joint that is the mean of others takes the least of their confidences.

    Raises `InputError` if the number of joints is not the skeleton's.
    """
    if keypoints.points.shape[1] != skeleton.size:
        raise InputError(
            f"{keypoints.points.shape[1]} joints for each person, but '{skeleton.name}' has {skeleton.size}",
            source=keypoints.clip_names[0],
            fix="choose the skeleton of the detector with `skeleton`",
        )
    points = np.zeros((len(keypoints), len(JOINTS), 2), np.float32)
    confidence = np.zeros((len(keypoints), len(JOINTS)), np.float32)
    single = [joint for joint, sources in enumerate(skeleton.sources) if len(sources) == 1]
    origins = [skeleton.sources[joint][0] for joint in single]
    trust = np.array(skeleton.trust, np.float32)
    points[:, single] = keypoints.points[:, origins]
    confidence[:, single] = trust[single] * keypoints.confidence[:, origins]
    for joint, sources in enumerate(skeleton.sources):
        if len(sources) > 1:
            confidence[:, joint] = trust[joint] * keypoints.confidence[:, list(sources)].min(1)
            points[:, joint] = keypoints.points[:, list(sources)].mean(1)
    points[confidence == 0] = 0
    return replace(keypoints, points=points, confidence=confidence, skeleton="h36m17", joint_names=None)


def unusable(keypoints: Keypoints) -> tuple[np.ndarray, np.ndarray]:
    """On the 17 joints: who has too few joints, and who is too small, to be lifted. `[N]` each."""
    own = [joint for joint, name in enumerate(JOINTS) if name not in ("pelvis", "thorax")]
    few = (keypoints.confidence[:, own] > 0).sum(1) < MIN_JOINTS
    size = extent(keypoints.points, keypoints.confidence).max(1)
    return few, ~few & (size < SMALLEST_PERSON)


def without_unusable(keypoints: Keypoints) -> Keypoints:
    """On the 17 joints: without people that cannot be lifted, who are counted in the notes."""
    few, small = unusable(keypoints)
    notes = []
    if few.any():
        text = f"{np.count_nonzero(few)} people with fewer than {MIN_JOINTS} usable joints: left out"
        notes.append(Note("info", text, "too-few-joints"))
    if small.any():
        text = f"{np.count_nonzero(small)} people smaller than {SMALLEST_PERSON:g} px: left out"
        notes.append(Note("info", text, "too-small"))
    if count_groups(keypoints.clip, keypoints.frame, keypoints.person) < len(keypoints):
        notes.append(_SHARED_ROWS)
    said = keypoints.with_notes(*notes)
    return said.take(~(few | small)) if few.any() or small.any() else said


def extent(points: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Width and height (px) of the seen points of each row. `[N, J, 2]`, `[N, J]` -> `[N, 2]`."""
    points = np.ascontiguousarray(points.swapaxes(0, 1))  # NumPy reduces a first axis three times as fast
    seen = (confidence.T > 0)[..., None]
    with np.errstate(invalid="ignore"):
        return np.where(seen, points, -np.inf).max(0, initial=-np.inf) - np.where(seen, points, np.inf).min(
            0, initial=np.inf
        )


def skeleton_of(keypoints: Keypoints) -> tuple[Skeleton, list[Note]]:
    """The skeleton that is given, or that of the joints' names, or the one that fits, with notes."""
    source = keypoints.clip_names[0] if keypoints.clip_names else "keypoints"
    if keypoints.skeleton is None and keypoints.joint_names is None:
        skeleton, note = find_joint_set(keypoints)
        return skeleton, [note]
    if keypoints.joint_names is not None and not isinstance(keypoints.skeleton, Skeleton):
        if len(keypoints.joint_names) != keypoints.points.shape[1]:
            raise InputError(
                f"{len(keypoints.joint_names)} names for {keypoints.points.shape[1]} joints",
                source=source,
                where="joint_names",
            )
        try:
            return skeleton_from_names(keypoints.joint_names, source), []
        except InputError:
            if keypoints.skeleton is None:
                raise
    if isinstance(keypoints.skeleton, Skeleton):
        skeleton = keypoints.skeleton
    else:
        name = SAME_AS.get(str(keypoints.skeleton), str(keypoints.skeleton))
        if name not in SKELETONS:
            known = ", ".join(SKELETONS)
            raise InputError(f"skeleton '{name}' is unknown", source=source, fix=f"it is one of {known}")
        skeleton = SKELETONS[name]
    return skeleton, _misfit_notes(keypoints, skeleton)


def _misfit_notes(keypoints: Keypoints, skeleton: Skeleton) -> list[Note]:
    """A warning if the joints do not lie as those of the skeleton that was given."""
    if keypoints.points.shape[1] != skeleton.size or not skeleton.bones or not len(keypoints):
        return []
    fit = joint_set_fit(keypoints, skeleton)
    if not GOOD < fit < np.inf:
        return []
    text = f"the joints do not lie as those of {skeleton.name}: is it the skeleton of the detector?"
    return [Note("warning", text, "skeleton-does-not-fit")]


def _one_for_each(camera: "Camera | Sequence[Camera] | None", keypoints: Keypoints) -> "tuple[Camera, ...]":
    """A camera for each clip; none if no camera is known."""
    if camera is None:
        return ()
    clips = len(keypoints.clip_names)
    cameras = tuple(camera) if isinstance(camera, Sequence) else (camera,) * clips
    if len(cameras) != clips:
        raise InputError(f"has {len(cameras)} cameras for {clips} clips", setting="camera")
    return cameras


def _with_sizes(keypoints: Keypoints, cameras: "Sequence[Camera]") -> Keypoints:
    """With the sizes of the cameras' images where the keypoints' own are unknown and needed."""
    sizes = keypoints.of_clips("image_size")
    if not cameras or None not in sizes:
        return keypoints
    known = tuple(size or camera.size for size, camera in zip(sizes, cameras, strict=True))
    return replace(keypoints, image_size=known) if parts_of_image(keypoints) else keypoints
