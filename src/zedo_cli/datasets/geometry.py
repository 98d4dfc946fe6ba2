"""Checks that truth, keypoints and camera of a data set belong together.

A wrong joint order or a wrong camera is the most common mistake with one's own copy of a data set.
"""

from dataclasses import replace

import numpy as np
import torch

from zedo_cli.cameras.intrinsics import project
from zedo_cli.datasets.container import Dataset
from zedo_cli.errors import InputError, Note
from zedo_cli.keypoints.standardise import unusable
from zedo_cli.mocap.container import implausibility
from zedo_cli.pipeline.rays import keypoints_to_directions
from zedo_cli.pipeline.translation import solve_translation
from zedo_cli.skeletons import ADULT, JOINTS

LARGEST_ERROR = 3.0
"""Mean distance (px) of the projected truth from exact keypoints above which something is wrong."""

LARGEST_DETECTED_ERROR = 0.15
"""Median distance from detected keypoints, in heights of the person in the image."""


def checked(data: Dataset) -> Dataset:
    """The data set without people of too few keypoints, and with a warning in its notes if its geometry is
    impossible. Raises `InputError` for focal lengths that are not positive."""
    k = data.keypoints.intrinsics
    if k is not None and not (np.isfinite(k).all() and (np.asarray(k)[:, [0, 1], [0, 1]] > 0).all()):
        raise InputError("focal lengths must be positive numbers", source=f"{data.name}: intrinsics")
    few, small = unusable(data.keypoints)
    known = np.isfinite(data.truth).all(-1)
    unknown = ~known[:, 0] | ~known[:, list(data.joints)].any(1)
    kept = data.take(~(few | small | unknown))
    notes = list(data.notes)
    if len(kept) < len(data):
        text = f"{len(data) - len(kept)} of {len(data)} people have too few keypoints or no truth: not scored"
        notes.append(Note("warning", text, "not-scored"))
        lost = sorted(set(data.sequence) - set(kept.sequence))
        if lost and len(kept):
            text = f"nobody is left of {', '.join(map(str, lost[:6]))}: not scored"
            notes.append(Note("warning", text, "not-scored"))
    warnings = _warnings_by_sequence(kept) if len(kept) else []
    return replace(kept, notes=(*notes, *warnings))


def _warnings_by_sequence(data: Dataset) -> list[Note]:
    """Warnings about the whole, or else about single sequences: a few bad ones among many do not show in a
    median."""
    warnings = geometry_warnings(data)
    names, number = np.unique(data.sequence, return_inverse=True)
    for i in range(len(names) if not warnings and 1 < len(names) <= _FEW else 0):
        own = geometry_warnings(data.take(number.reshape(-1) == i))
        warnings += [
            replace(note, text=note.text.replace(data.name, f"{data.name}, {names[i]}", 1)) for note in own
        ]
    return warnings[:_SHOWN]


_FEW, _SHOWN = 200, 3
"""Largest number of sequences that are checked one by one, and of warnings that are given."""


def geometry_warnings(data: Dataset) -> list[Note]:
    """Warnings about impossible bones, people behind the camera, and keypoints far from the projected
    truth."""

    def warn(text: str) -> None:
        warnings.append(Note("warning", f"{data.name}: {text}", "implausible-data"))

    warnings: list[Note] = []
    problem = implausibility(data.truth, "is this the right file?")
    if problem:
        warn(problem)
    behind = (data.truth[..., 2] <= 0).any(1)
    if behind.any():
        warn(f"{np.count_nonzero(behind)} people are behind their camera; is it the right one?")
    if data.keypoints.intrinsics is None:
        return warnings
    with np.errstate(over="ignore", invalid="ignore"):  # damaged numbers are as far off as any
        off = np.linalg.norm(project(data.truth, data.keypoints.intrinsics) - data.keypoints.points, axis=-1)
    off = np.where((data.keypoints.confidence > 0) & (data.truth[..., 2] > 0), off, np.nan)[
        :, list(data.joints)
    ]
    height = (
        np.array(data.keypoints.intrinsics)[:, 1, 1]
        * ADULT
        / np.where(data.truth[:, 0, 2] > 1e-6, data.truth[:, 0, 2], np.nan)
    )
    ratio = off / height[:, None]
    relative = np.nanmedian(ratio) if np.isfinite(ratio).any() else 0.0
    if data.kind != "gt" and relative > LARGEST_DETECTED_ERROR:
        warn(
            f"keypoints are {relative:.0%} of a person's height (median) away from the projected"
            " truth; are they of these"
            " rows and images, undistorted, with joints in this order?"
        )
    if data.kind == "gt" and np.isfinite(off).any() and np.nanmean(off) > LARGEST_ERROR:
        far = data.joints[int(np.nanargmax(np.where(np.isfinite(off), off, 0).mean(0)))]
        warn(
            f"the truth projects {np.nanmean(off):.1f} px (mean) away from the exact keypoints, worst"
            f" at {JOINTS[far]};"
            " wrong joint order or camera?"
        )
    return warnings


def place_on_keypoints(poses: np.ndarray, points: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
    """Root-relative poses `[N, 17, 3]` (m), translated to where they project best on keypoints `[N, 17, 2]`
    with K `[N, 3, 3]`.

    Closed form, in double precision; joints that are NaN in either are ignored.
    """
    seen = np.isfinite(poses).all(-1) & np.isfinite(points).all(-1)
    pose = torch.from_numpy(np.where(seen[..., None], poses, 0)).double()
    pixels = torch.from_numpy(np.where(seen[..., None], points, 0)).double()
    k = torch.from_numpy(np.array(np.broadcast_to(intrinsics, (len(poses), 3, 3)))).double()
    directions = keypoints_to_directions(pixels, k)
    translation = solve_translation(pose, directions, torch.from_numpy(seen).double())
    return poses + translation.numpy()
