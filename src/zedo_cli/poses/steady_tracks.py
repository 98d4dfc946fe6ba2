"""One person over time at a steady frame rate: what TRC, C3D, BVH and joint angles are written from."""

from dataclasses import dataclass

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.poses.container import Poses

USUAL_FPS = 30.0
"""Frames/s where nothing is known."""

_LONGEST = 10_000_000
"""Frames of a recording; more is a wrong time stamp."""


@dataclass(frozen=True)
class SteadyTrack:
    """A person of a clip on a steady grid of times.

    clip: index of the clip. person: its identity. name: for files and labels. rate: frames/s. first: number
    of the first frame, as `rate` counts them from the start of the clip. points: `[T, 17, 3]` m, NaN where
    the person was not seen. uncertainty: `[T, 17]` m.
    """

    clip: int
    person: int
    name: str
    rate: float
    first: int
    points: np.ndarray
    uncertainty: np.ndarray

    @property
    def time(self) -> np.ndarray:
        """Seconds from the start of the clip `[T]`."""
        times: np.ndarray = (self.first + np.arange(len(self.points))) / self.rate
        return times

    @property
    def seen(self) -> np.ndarray:
        """Whether the person was seen `[T]`."""
        known: np.ndarray = np.isfinite(self.points).all((1, 2))
        return known

    def filled(self) -> np.ndarray:
        """The points with gaps closed by straight lines, `[T, 17, 3]`."""
        seen, steps = np.flatnonzero(self.seen), np.arange(len(self.points))
        flat = self.points.reshape(len(steps), -1)
        columns = [np.interp(steps, seen, column[seen]) for column in flat.T]
        return np.stack(columns, axis=1).reshape(self.points.shape)


def steady_tracks(poses: Poses) -> tuple[list[SteadyTrack], list[Note]]:
    """Every person of every clip, in order, and what was assumed.

    A person without any pose is left out. Where frames do not lie on a steady grid (variable frame rate), the
    poses are interpolated on one.
    """
    found, notes = [], []
    rates = poses.of_clips("fps")
    known = np.isfinite(poses.poses_3d).all((1, 2))
    for clip, person in np.unique(np.stack([poses.clip, poses.person], axis=1)[known], axis=0).tolist():
        rows = np.flatnonzero(known & (poses.clip == clip) & (poses.person == person))
        time = np.asarray(poses.time[rows], np.float64)
        rate = rates[clip] or _rate_of(time)
        if rate is None:
            rate = USUAL_FPS
            text = f"the frame rate is unknown: {rate:g} frames/s are written; state it with `fps`"
            notes.append(Note("warning", text, "frame-rate-unknown"))
        time = np.where(np.isfinite(time), time, poses.frame[rows] / rate)
        order = np.argsort(time, kind="stable")
        order = order[np.append(True, np.diff(time[order]) > 1e-9)]
        first, points, uneven = _on_grid(time[order], poses.poses_3d[rows][order], rate)
        _, uncertainty, _ = _on_grid(time[order], poses.uncertainty[rows][order], rate)
        if uneven:
            text = f"frames come at uneven times: interpolated at {rate:g} frames/s"
            notes.append(Note("info", text, "resampled"))
        found.append(SteadyTrack(clip, person, f"person{person}", float(rate), first, points, uncertainty))
    return found, list(dict.fromkeys(notes))


def _rate_of(time: np.ndarray) -> float | None:
    """Frames/s of time stamps, rounded; None if there are none."""
    steps = np.diff(np.sort(time[np.isfinite(time)]))
    steps = steps[steps > 1e-6]
    return float(round(1 / float(np.median(steps)), 3)) if len(steps) else None


def _on_grid(time: np.ndarray, values: np.ndarray, rate: float) -> tuple[int, np.ndarray, bool]:
    """Number of the first frame, the values on the grid (NaN in gaps), and whether they were interpolated."""
    place = np.round(time * rate).astype(np.int64)
    first, count = int(place[0]), int(place[-1] - place[0]) + 1
    even = bool((np.abs(time * rate - place) < 0.3).all() and (np.diff(place) > 0).all())
    if not even:
        first = int(np.ceil(time[0] * rate - 0.3))
        count = max(1, int(np.floor(time[-1] * rate + 0.3)) - first + 1)
    if count > _LONGEST:
        problem = f"a person is there for {count:,} frames of {rate:g} frames/s"
        raise InputError(problem, fix="are numbers of frames or times wrong?")
    grid = np.full((count, *values.shape[1:]), np.nan)
    if even:
        grid[place - first] = values
        return first, grid, False
    flat = values.reshape(len(values), -1)
    wanted = (first + np.arange(len(grid))) / rate
    columns = [np.interp(wanted, time, column) for column in flat.T]
    grid[:] = np.stack(columns, axis=1).reshape(grid.shape)
    nearest = np.abs(
        wanted[:, None] - time[np.searchsorted(time, wanted).clip(1, len(time) - 1)[:, None] - [1, 0]]
    )
    longest = max(2.5 / rate, 2.5 * float(np.median(np.diff(time)))) if len(time) > 1 else np.inf
    grid[nearest.sum(1) > longest] = np.nan
    return first, grid, True
