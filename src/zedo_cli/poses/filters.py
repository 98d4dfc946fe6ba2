"""Filters over time for those who must state one; the method itself is steady."""

from dataclasses import replace

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.poses.container import Poses
from zedo_cli.poses.steady_tracks import USUAL_FPS

ORDER = 4
"""Order of the filter as it is stated: forward and backward passes of half of it have no lag."""


def filtered(poses: Poses, filter: str) -> Poses:
    """The answers of each track through a low-pass filter, forward and backward.

    Parts of tracks that are too short for the filter stay as they are, with a note.

    Args:
        poses: with a known frame rate, else 30 frames/s are assumed.
        filter: `butterworth:HZ`, a Butterworth filter of order 4 without lag, with this cut-off frequency.

    Raises:
        InputError: the filter is unknown, or its frequency is not below half the frame rate.
    """
    cutoff = cutoff_of(filter)
    from scipy.signal import butter, sosfiltfilt

    points = np.array(poses.poses_3d, np.float64)
    rates, short = poses.of_clips("fps"), 0
    order = np.lexsort([poses.frame, poses.person, poses.clip])
    known = np.asarray(np.isfinite(points).all((1, 2)))[order]
    steps = np.diff(np.stack([poses.clip, poses.person, poses.frame], axis=1)[order], axis=0)
    follows = (steps == [0, 0, 1]).all(1) & known[1:] & known[:-1]
    uneven = _uneven(poses)
    for rows in np.split(order, np.flatnonzero(np.logical_not(follows)) + 1):
        rate = rates[poses.clip[rows[0]]] or USUAL_FPS
        if cutoff >= rate / 2:
            raise InputError(
                f"must be below half the frame rate, {rate / 2:g} Hz", setting="filter", value=filter
            )
        sections = butter(ORDER // 2, cutoff, fs=rate, output="sos")
        padding = int(min(len(rows) - 1, 2 * rate / cutoff))
        if len(rows) < 3 * ORDER:
            short += len(rows)
            continue
        points[rows] = sosfiltfilt(sections, points[rows], axis=0, padlen=padding)
    moved = points - poses.poses_3d
    notes = list(poses.meta.get("notes", []))
    if None in rates:
        text = f"the frame rate is unknown: the filter takes {USUAL_FPS:g} frames/s"
        notes.append(Note("warning", text, "filter-rate").as_dict())
    if uneven:
        text = "frames come at uneven times: the filter takes them as even"
        notes.append(Note("warning", text, "filter-uneven").as_dict())
    if short:
        text = f"{short} poses are in parts of tracks too short for the filter: as they were"
        notes.append(Note("warning", text, "not-filtered").as_dict())
    return replace(
        poses,
        poses_3d=points.astype(np.float32),
        hypotheses_3d=(poses.hypotheses_3d + moved[:, None]).astype(np.float32),
        meta=poses.meta | {"filter": f"butterworth, order {ORDER}, {cutoff:g} Hz, zero lag", "notes": notes},
    )


def _uneven(poses: Poses) -> bool:
    """Whether the times of frames differ from the frame rate of their clip."""
    rates = np.array([rate or np.nan for rate in poses.of_clips("fps")], float)[poses.clip]
    offset = poses.time * rates - poses.frame
    return bool((np.abs(offset[np.isfinite(offset)]) > 0.5).any())


def cutoff_of(text: str) -> float:
    """The cut-off frequency (Hz) of a stated filter. Raises `InputError` if it is none."""
    name, _, value = text.partition(":")
    try:
        cutoff = float(value)
    except ValueError:
        cutoff = np.nan
    if name != "butterworth" or not 0 < cutoff < np.inf:
        raise InputError(
            "write butterworth and its cut-off in Hz: butterworth:6", setting="filter", value=text
        )
    return cutoff
