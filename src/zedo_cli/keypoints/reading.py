"""Which reader a file is for, and which skeleton its keypoints have."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.files import read_json
from zedo_cli.keypoints.container import Keypoints, joined
from zedo_cli.keypoints.readers.openpose import is_openpose, read_openpose
from zedo_cli.keypoints.readers.zedo_json import FORMAT, read_zedo_json
from zedo_cli.keypoints.readers.zedo_npz import read_zedo_npz
from zedo_cli.skeletons import SKELETONS, Skeleton


def read_keypoints(paths: list[Path], skeleton: str | None = None, keep_all: bool = False) -> Keypoints:
    """Read files and folders of 2D keypoints onto the 17 joints.

    A folder of OpenPose frames is a clip; so are OpenPose frames that are named one by one. skeleton overrides what the
    file says or what would be guessed. keep_all: keep people of too few joints to be lifted, so that rows stay those of the
    file. Raises `InputError`, one line that names file, place and mend.
    """
    if skeleton is not None and skeleton not in SKELETONS:
        raise InputError(f"--skeleton {skeleton}: unknown; it is one of {', '.join(SKELETONS)}")
    clips: dict[Path, list[Path]] = {}
    parts = []
    for path in paths:
        if path.is_dir() or path.suffix.lower() != ".json":
            parts.append(_read_one(path))
        elif is_openpose(document := read_json(path)):
            clips.setdefault(path.parent, []).append(path)
        else:
            parts.append(_read_document(path, document))
    parts += [read_openpose(str(frames[0]) if len(frames) == 1 else str(folder), frames) for folder, frames in clips.items()]
    people = [part for part in parts if len(part)]
    if not people:
        raise InputError(f"{paths[0]}: no people in {sum(part.frame_count for part in parts)} frames; nothing to lift")
    empty = sum(part.frame_count for part in parts if not len(part))
    keypoints = joined(people).cleaned()
    keypoints = replace(keypoints, frame_count=keypoints.frame_count + empty)
    if keypoints.looks_normalised():
        raise InputError(
            f"{paths[0]}: coordinates look normalised to [0, 1]; multiply x by the image's width and y by its height"
            " (OpenPose: --keypoint_scale 0)"
        )
    which, how = _skeleton_of(keypoints, skeleton)
    notes = (*keypoints.notes, *([f"skeleton {which.name} ({how})"] if how else []))
    mapped = replace(keypoints, notes=notes).to_h36m17(which)
    if not keep_all:
        mapped = mapped.without_little()
    if not len(mapped):
        raise InputError(f"{paths[0]}: no person with enough joints ({'; '.join(mapped.notes)}); nothing to lift")
    return replace(mapped, skeleton=which.name)


def _read_one(path: Path) -> Keypoints:
    if path.is_dir():
        frames = sorted(frame for frame in path.glob("*.json") if frame.is_file())
        if not frames:
            raise InputError(f"{path}: no .json files in this folder; give the folder that OpenPose wrote")
        return read_openpose(str(path), frames)
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder")
    if path.suffix.lower() == ".npz":
        return read_zedo_npz(path)
    raise InputError(f"{path}: unknown kind of file '{path.suffix}'; it is .json, .npz or a folder of OpenPose frames")


def _read_document(path: Path, document: object) -> Keypoints:
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return read_zedo_json(path, document)
    raise InputError(f"{path}: neither OpenPose's JSON (key 'people') nor zedo's ('format': '{FORMAT}')")


def _skeleton_of(keypoints: Keypoints, asked: str | None) -> tuple[Skeleton, str]:
    """The skeleton, and how it was told if nobody named it."""
    if asked is not None:
        return SKELETONS[asked], ""
    if keypoints.skeleton is not None:
        if keypoints.skeleton not in SKELETONS:
            name = keypoints.clip_names[0]
            raise InputError(f"{name}: skeleton '{keypoints.skeleton}' is unknown; it is one of {', '.join(SKELETONS)}")
        return SKELETONS[keypoints.skeleton], ""
    fitting = [skeleton for skeleton in SKELETONS.values() if skeleton.size == keypoints.points.shape[1]]
    if not fitting:
        sizes = ", ".join(f"{skeleton.name} {skeleton.size}" for skeleton in SKELETONS.values())
        raise InputError(f"{keypoints.clip_names[0]}: {keypoints.points.shape[1]} joints fit no skeleton ({sizes})")
    misfits = [_misfit(keypoints, skeleton) for skeleton in fitting]
    best = fitting[int(np.argmin(misfits))]
    by = "geometry" if np.isfinite(misfits).any() else "number alone"
    return best, f"assumed from {best.size} joints and their {by}; --skeleton overrides"


_MIDDLES = {
    "h36m17": ((0, 1, 4), (8, 11, 14), (7, 0, 8)),
    "coco17": ((0, 1, 2), (0, 3, 4)),
    "body_25": ((8, 9, 12), (1, 2, 5), (0, 15, 16)),
    "body_25b": ((17, 5, 6), (0, 1, 2), (0, 3, 4)),
}
"""For each skeleton, joints that lie about halfway between two others: hips, shoulders, eyes, ears."""


def _misfit(keypoints: Keypoints, skeleton: Skeleton) -> float:
    """Median distance of a skeleton's middle joints from the middles, relative to the person's size."""
    distances = []
    for middle, one, other in _MIDDLES[skeleton.name]:
        seen = (keypoints.confidence[:, [middle, one, other]] > 0).all(1)
        points, whole = keypoints.points[seen], keypoints.confidence[seen][..., None] > 0
        size = np.where(whole, points, -np.inf).max(1) - np.where(whole, points, np.inf).min(1)
        offset = points[:, middle] - (points[:, one] + points[:, other]) / 2
        distances.extend(np.linalg.norm(offset, axis=1) / np.linalg.norm(size, axis=1).clip(1e-6))
    return float(np.median(distances)) if distances else np.inf
