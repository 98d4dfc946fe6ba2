"""Whether truth, keypoints and camera of a data set can belong together.

A wrong joint order or camera is the commonest fault of those who bring their own copy.
"""

from dataclasses import replace

import numpy as np
import torch

from zedo_cli.cameras.container import projected
from zedo_cli.datasets.container import Dataset
from zedo_cli.mocap.container import oddness
from zedo_cli.pipeline.rays import keypoints_to_directions
from zedo_cli.pipeline.translation import solve_translation
from zedo_cli.skeletons import ADULT, JOINTS

FARTHEST = 3.0
"""Mean distance (px) of the projected truth from exact keypoints above which something is wrong."""

FARTHEST_DETECTED = 0.15
"""Median distance from others, in heights of the person in the image."""


def checked(data: Dataset) -> Dataset:
    """The data set without people of too few keypoints, and with a warning in its notes if its geometry is impossible."""
    few, tiny = data.keypoints.lacking()
    known = np.isfinite(data.truth).all(-1)
    unknown = ~known[:, 0] | ~known[:, list(data.joints)].any(1)
    kept = data.take(~(few | tiny | unknown))
    notes = list(data.notes)
    if len(kept) < len(data):
        notes.append(f"{len(data) - len(kept)} of {len(data)} people have too few keypoints or no truth: not scored")
        lost = sorted(set(data.sequence) - set(kept.sequence))
        notes += [f"nobody is left of {', '.join(map(str, lost[:6]))}: not scored"] if lost and len(kept) else []
    warnings = _warnings_by_sequence(kept) if len(kept) else []
    return replace(kept, notes=(*notes, *warnings))


def _warnings_by_sequence(data: Dataset) -> list[str]:
    """Of the whole, or else of the first sequences that have one, since few bad ones among many hide in a median."""
    warnings = geometry_warnings(data)
    names, number = np.unique(data.sequence, return_inverse=True)
    for i in range(len(names) if not warnings and 1 < len(names) <= _FEW else 0):
        own = geometry_warnings(data.take(number.reshape(-1) == i))
        warnings += [note.replace(f"warning: {data.name}", f"warning: {data.name}, {names[i]}") for note in own]
    return warnings[:_SHOWN]


_FEW, _SHOWN = 200, 3
"""Sequences that are looked at one by one, and warnings that are given."""


def geometry_warnings(data: Dataset) -> list[str]:
    """A line for each thing that is impossible: bones, people behind the camera, exact keypoints off the truth."""
    warnings = []
    odd = oddness(data.truth, "is the file what it should be?")
    if odd:
        warnings.append(f"warning: {data.name}: {odd}")
    behind = (data.truth[..., 2] <= 0).any(1)
    if behind.any():
        warnings.append(f"warning: {data.name}: {np.count_nonzero(behind)} people are behind their camera; the right one?")
    if data.keypoints.intrinsics is None:
        return warnings
    off = np.linalg.norm(projected(data.truth, data.keypoints.intrinsics) - data.keypoints.points, axis=-1)
    off = np.where((data.keypoints.confidence > 0) & (data.truth[..., 2] > 0), off, np.nan)[:, list(data.joints)]
    height = (
        np.array(data.keypoints.intrinsics)[:, 1, 1] * ADULT / np.where(data.truth[:, 0, 2] > 0, data.truth[:, 0, 2], np.nan)
    )
    relative = np.nanmedian(off / height[:, None]) if np.isfinite(off).any() else 0.0
    if data.kind != "gt" and relative > FARTHEST_DETECTED:
        warnings.append(
            f"warning: {data.name}: keypoints are {relative:.0%} of a person's height (median) off the projected truth; are"
            " they of these rows and images, undistorted, with joints in this order?"
        )
    if data.kind == "gt" and np.isfinite(off).any() and np.nanmean(off) > FARTHEST:
        far = data.joints[int(np.nanargmax(np.where(np.isfinite(off), off, 0).mean(0)))]
        warnings.append(
            f"warning: {data.name}: the truth projects {np.nanmean(off):.1f} px (mean) off the exact keypoints, worst at"
            f" {JOINTS[far]}; wrong joint order or camera?"
        )
    return warnings


def place_on_keypoints(poses: np.ndarray, points: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
    """Root-relative poses `[N, 17, 3]` (m) where they project best on keypoints `[N, 17, 2]` of K `[N, 3, 3]`.

    Closed form, in double precision; joints that are NaN in either do not count.
    """
    seen = np.isfinite(poses).all(-1) & np.isfinite(points).all(-1)
    pose = torch.from_numpy(np.where(seen[..., None], poses, 0)).double()
    pixels = torch.from_numpy(np.where(seen[..., None], points, 0)).double()
    k = torch.from_numpy(np.array(np.broadcast_to(intrinsics, (len(poses), 3, 3)))).double()
    directions = keypoints_to_directions(pixels, k)
    translation = solve_translation(pose, directions, torch.from_numpy(seen).double())
    return poses + translation.numpy()
