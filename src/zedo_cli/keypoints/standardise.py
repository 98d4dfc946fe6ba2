"""From keypoints as a file has them to the 17 joints, checked, undistorted and with K: the only place that
does this."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.errors import InputError, Note, choose
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.skeletons import JOINTS, SKELETONS, Skeleton

if TYPE_CHECKING:
    from zedo_cli.cameras.container import Camera

MIN_JOINTS = 4
"""A person with fewer joints than this, pelvis and thorax (which may be means of others) aside, is left
out."""

SMALLEST_PERSON = 2.0
"""Size (px); keypoints that all lie closer together than this are not a person."""

LARGEST_COORDINATE = 1e6
"""Pixels; a coordinate beyond is not a pixel."""

_SHARED_ROWS = Note(
    "info",
    "some people share clip, frame and id: rows are kept in the order of the file",
    "people-not-unique",
)


def standardise(keypoints: Keypoints, camera: "Camera | None" = None, keep_all: bool = False) -> Keypoints:
    """Keypoints on the 17 joints as a pinhole camera would see them, with K for each row if it is known.

    Standardised keypoints stay as they are, if no camera is given again.

    Args:
        keypoints: as a reader returns them, on any known skeleton.
        camera: undistorts the keypoints and gives K; without it the keypoints' own intrinsics are checked.
        keep_all: keep people that cannot be lifted, so that the rows stay those of the file.

    Raises:
        InputError: coordinates are normalised, the skeleton is unknown, or nobody is left.
    """
    cleaned = _cleaned(keypoints)
    _check_pixels(cleaned)
    skeleton, note = _skeleton_of(cleaned)
    mapped = to_17_joints(cleaned, skeleton)
    if note:
        mapped = mapped.with_notes(note)
    if not keep_all:
        mapped = without_unusable(mapped)
    pinhole = _seen_by(mapped, camera, keep_all) if len(mapped) else mapped
    if not len(pinhole):
        found = "; ".join(note.text for note in pinhole.notes)
        source = keypoints.clip_names[0] if keypoints.clip_names else None
        raise InputError(f"no person with enough joints ({found or 'no rows'})", source=source)
    return replace(pinhole, detected_skeleton=keypoints.detected_skeleton or skeleton.name)


def in_named_order(keypoints: Keypoints, names: list[str] | None) -> Keypoints:
    """In the order of the 17 joints if `names` are theirs; other names are ignored, with a note.

    Raises `InputError` if there are not as many names as joints.
    """
    if names is None:
        return keypoints
    if len(names) != keypoints.points.shape[1]:
        raise InputError(
            f"{len(names)} names for {keypoints.points.shape[1]} joints",
            source=keypoints.clip_names[0],
            where="joint_names",
        )
    if sorted(names) != sorted(JOINTS):
        text = "joint_names are not zedo's: the order of the joints comes from the skeleton"
        return keypoints.with_notes(Note("info", text, "joint-names-ignored"))
    order = [names.index(joint) for joint in JOINTS]
    return replace(
        keypoints,
        points=keypoints.points[:, order],
        confidence=keypoints.confidence[:, order],
        skeleton="h36m17",
    )


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
    for joint, (sources, trust) in enumerate(zip(skeleton.sources, skeleton.trust, strict=True)):
        if sources:
            confidence[:, joint] = trust * keypoints.confidence[:, list(sources)].min(1)
            points[:, joint] = keypoints.points[:, list(sources)].mean(1)
    points[confidence == 0] = 0
    return replace(keypoints, points=points, confidence=confidence, skeleton="h36m17")


def unusable(keypoints: Keypoints) -> tuple[np.ndarray, np.ndarray]:
    """On the 17 joints: who has too few joints, and who is too small, to be lifted. `[N]` each."""
    own = [joint for joint, name in enumerate(JOINTS) if name not in ("pelvis", "thorax")]
    few = (keypoints.confidence[:, own] > 0).sum(1) < MIN_JOINTS
    size = _size(keypoints.points, keypoints.confidence).max(1)
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
    rows = np.stack([keypoints.clip, keypoints.frame, keypoints.person], axis=1)
    if len(np.unique(rows, axis=0)) < len(rows):
        notes.append(_SHARED_ROWS)
    return keypoints.with_notes(*notes).take(~(few | small))


def _cleaned(keypoints: Keypoints) -> Keypoints:
    """With missing joints marked by a confidence of 0 alone, and confidences within 0..1."""
    confidence = keypoints.confidence
    finite = (np.abs(np.nan_to_num(keypoints.points, nan=np.inf)) < LARGEST_COORDINATE).all(-1) & np.isfinite(
        confidence
    )
    seen = finite & (np.where(finite, confidence, 0) != 0)
    outside = seen & ((confidence < 0) | (confidence > 1))
    notes = []
    if not finite.all():
        text = (
            f"{np.count_nonzero(~finite)} keypoints are NaN, infinite or beyond {LARGEST_COORDINATE:g} px:"
            " treated as missing"
        )
        notes.append(Note("info", text, "keypoints-not-finite"))
    if outside.any():
        text = f"{np.count_nonzero(outside)} confidences lie outside 0..1: clipped"
        notes.append(Note("info", text, "confidence-clipped"))
    return replace(
        keypoints,
        points=np.where(seen[..., None], keypoints.points, 0).astype(np.float32),
        confidence=np.where(seen, np.clip(np.nan_to_num(confidence), 0, 1), 0).astype(np.float32),
    ).with_notes(*notes)


def _check_pixels(keypoints: Keypoints) -> None:
    """Raise `InputError` if all seen points lie in about 0..1, as parts of the image rather than pixels."""
    seen = keypoints.points[keypoints.confidence > 0]
    if len(seen) and (np.abs(seen) < 2).all():
        raise InputError(
            "the coordinates look normalised to [0, 1]",
            source=keypoints.clip_names[0],
            fix="multiply x by the width and y by the height of the image (OpenPose: --keypoint_scale 0)",
        )


def _skeleton_of(keypoints: Keypoints) -> tuple[Skeleton, Note | None]:
    """The skeleton that is named, or the best fitting one with a note that says so."""
    source = keypoints.clip_names[0]
    if keypoints.skeleton is not None:
        if keypoints.skeleton not in SKELETONS:
            known = ", ".join(SKELETONS)
            raise InputError(
                f"skeleton '{keypoints.skeleton}' is unknown", source=source, fix=f"it is one of {known}"
            )
        return SKELETONS[keypoints.skeleton], None
    fitting = [skeleton for skeleton in SKELETONS.values() if skeleton.size == keypoints.points.shape[1]]
    if not fitting:
        sizes = ", ".join(f"{skeleton.name} {skeleton.size}" for skeleton in SKELETONS.values())
        raise InputError(
            f"{keypoints.points.shape[1]} joints fit no skeleton ({sizes})",
            source=source,
            fix="convert them to the joints of one of these",
        )
    misfits = [_misfit(keypoints, skeleton) for skeleton in fitting]
    best = fitting[int(np.argmin(misfits))]
    by = "geometry" if np.isfinite(misfits).any() else "number alone"
    text = f"skeleton {best.name} (assumed from {best.size} joints and their {by})"
    return best, Note("info", text, "skeleton-assumed")


def known_skeleton(name: str) -> str:
    """The name, if there is such a skeleton. Raises `InputError` otherwise."""
    return choose(name, SKELETONS, "skeleton").name


def _misfit(keypoints: Keypoints, skeleton: Skeleton) -> float:
    """Median distance of a skeleton's midpoints from the middles, relative to the size of the person."""
    distances: list[float] = []
    for middle, one, other in skeleton.midpoints:
        seen = (keypoints.confidence[:, [middle, one, other]] > 0).all(1)
        points = keypoints.points[seen]
        size = _size(points, keypoints.confidence[seen])
        offset = points[:, middle] - (points[:, one] + points[:, other]) / 2
        distances.extend(np.linalg.norm(offset, axis=1) / np.linalg.norm(size, axis=1).clip(1e-6))
    return float(np.median(distances)) if distances else np.inf


def _size(points: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Width and height (px) of the seen points of each row. `[N, J, 2]`, `[N, J]` -> `[N, 2]`."""
    seen = confidence[..., None] > 0
    with np.errstate(invalid="ignore"):
        return np.where(seen, points, -np.inf).max(1, initial=-np.inf) - np.where(seen, points, np.inf).min(
            1, initial=np.inf
        )


def _seen_by(keypoints: Keypoints, camera: "Camera | None", keep_all: bool) -> Keypoints:
    """Undistorted, with K. A keypoint where the lens model has no inverse becomes a missing one."""
    if camera is None:
        if keypoints.intrinsics is not None:
            for k in np.unique(keypoints.intrinsics, axis=0):
                checked_intrinsics(k, keypoints.clip_names[0], "intrinsics")
        return keypoints
    seen = keypoints.confidence > 0
    points = camera.undistort(keypoints.points)
    lost = seen & np.isnan(points).any(-1)
    notes = []
    if lost.any():
        text = f"{np.count_nonzero(lost)} keypoints lie outside the lens model: treated as missing"
        notes.append(Note("info", text, "outside-lens-model"))
    if camera.assumed:
        text = f"camera {camera.name} along the longer side of the image: distances depend on it"
        notes.append(Note("info", text, "camera-assumed"))
    if len(keypoints.clip_names) > 1:
        text = f"all {len(keypoints.clip_names)} clips are lifted with the one camera {camera.name}"
        notes.append(Note("info", text, "one-camera"))
    given = keypoints.intrinsics
    if given is not None and not np.allclose(given, camera.intrinsics, rtol=1e-5):
        text = "the camera that is given replaces other intrinsics of the keypoints"
        notes.append(Note("warning", text, "intrinsics-replaced"))
    if camera.size and keypoints.image_size and camera.size != keypoints.image_size:
        camera_size, image_size = ("{:g}x{:g}".format(*size) for size in (camera.size, keypoints.image_size))
        text = (
            f"the camera is for images of {camera_size}, the keypoints are of {image_size}: check that K fits"
        )
        notes.append(Note("warning", text, "image-size-differs"))
    pinhole = replace(
        keypoints,
        points=np.where((seen & ~lost)[..., None], points, 0).astype(np.float32),
        confidence=np.where(lost, 0, keypoints.confidence),
        intrinsics=np.broadcast_to(camera.intrinsics, (len(keypoints), 3, 3)),
        image_size=camera.size or keypoints.image_size,
    ).with_notes(*notes)
    return pinhole if keep_all else without_unusable(pinhole)
