"""Finding the world frame of each clip: from its calibration, or from the people who stand in it."""

from collections.abc import Sequence

import numpy as np
import torch

from zedo_cli.cameras.container import Camera
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline.motion import MIN_FRAMES, SIZE_ERROR, vertical_of_track
from zedo_cli.poses.frames import World, aligned, upright
from zedo_cli.skeletons import INDEX
from zedo_cli.tracks import Tracks

ANKLE_HEIGHT = 0.08
"""Height (m) of the ankle joint of a foot that stands."""

STILL = 0.25
"""Speed (m/s) of an ankle below which its foot may stand."""

USUAL_FPS = 30.0
"""Frames/s where nothing is known."""

VERTICAL_ERROR = 7.0
"""RMS error (degrees) of verticals from people who stand, on `validation-video`: 6 with exact keypoints, 8
with those of a detector."""

FLOOR_ERROR, LEAST_FLOOR_ERROR = 0.1, 0.05
"""RMS error of the floor there, over the distance of the people: 0.07 to 0.12; and the least (m), of
ankles."""

TILTED_DEGREES, TILTED_ERROR = 45.0, 45.0
"""Angle of an estimated vertical from that of the image from which people may lie instead of the camera being
tilted, and the error (degrees) that is stated then: where people lie it is 30 to 80 degrees."""

_NEAREST_AXIS = np.cos(np.radians(30))
"""Cosine of the largest angle between a calibration's upward axis and the vertical of its people."""

LEVEL = upright(np.array([0.0, -1, 0]))
"""The rotation to the world of a camera that is level."""

_ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]
_QUANTILE = 0.2


def worlds_of(
    people: Keypoints,
    poses: np.ndarray,
    tracks: Tracks,
    up: np.ndarray | None,
    cameras: Sequence[Camera | None],
    size_error: float = SIZE_ERROR,
) -> list[World]:
    """The world frame of each clip.

    Args:
        people: N rows.
        poses: of the same rows, `[N, J, 3]` m, camera frame; NaN where unknown.
        tracks: of the rows.
        up: vector against gravity in the camera frame, `[3]` or `[N, 3]`, zeros where unknown.
        cameras: of the clips, or one of all.
        size_error: standard deviation of the size of the people, relative.
    """
    by_clip: list[list[np.ndarray]] = [[] for _ in people.clip_names]
    known = np.isfinite(poses).all((1, 2))
    for together in tracks.longer_than(1):
        rows = together[known[together]]
        if len(rows):
            by_clip[people.clip[rows[0]]].append(rows)
    alone = tracks.rows[tracks.bounds[:-1][np.diff(tracks.bounds) == 1]]
    alone = alone[known[alone]]
    alone = alone[np.argsort(people.clip[alone], kind="stable")]
    singles = np.split(alone, np.searchsorted(people.clip[alone], np.arange(1, len(by_clip))))
    found = []
    for clip, pieces in enumerate(by_clip):
        camera = cameras[clip if len(cameras) > 1 else 0] if cameras else None
        given = _given(up, [*pieces, singles[clip]])
        vertical = given if given is not None else _vertical(poses, pieces)
        frame = _calibrated(camera, vertical) if camera is not None else None
        if frame is None:
            turn = LEVEL.copy() if vertical is None else upright(vertical)
            floor = _floor(turn[2], people, poses, pieces, singles[clip])
            source = "level camera assumed" if vertical is None else "estimated"
            source = source if given is None else "vertical given"
            rows = np.concatenate([*pieces, singles[clip]])
            errors = _errors(source, turn[2], size_error * abs(floor), poses[rows][:, 0, 2])
            frame = World(turn, np.array([0.0, 0, -floor]), source, *errors)
        found.append(frame)
    return found


def _errors(source: str, up: np.ndarray, size: float, depth: np.ndarray) -> tuple[float | None, float | None]:
    """Standard deviations of vertical (degrees) and floor (m) of a frame that people were used for.

    up: the vertical `[3]`. size: what the size of the people leaves open of the floor (m). depth: of the
    people `[N]` m.
    """
    if source == "level camera assumed" or not len(depth):
        return None, None
    if source == "vertical given":
        return None, round(max(size, LEAST_FLOOR_ERROR), 3)
    tilted = -up[1] < np.cos(np.radians(TILTED_DEGREES))
    vertical = TILTED_ERROR if tilted else VERTICAL_ERROR
    part = np.sin(np.radians(TILTED_ERROR)) if tilted else FLOOR_ERROR
    return vertical, round(float(np.hypot(size, part * np.median(depth))), 3)


def _given(up: np.ndarray | None, pieces: list[np.ndarray]) -> np.ndarray | None:
    """The vertical of a clip that was given, a unit vector `[3]`."""
    rows = np.concatenate(pieces)
    if up is None or not len(rows):
        return None
    vector: np.ndarray = up if up.ndim == 1 else up[rows].mean(0)
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else None


def _vertical(poses: np.ndarray, pieces: list[np.ndarray]) -> np.ndarray | None:
    """The vertical from the tracks that are long enough, by their lengths; None if there are none."""
    total = np.zeros(3)
    for rows in pieces:
        if len(rows) >= MIN_FRAMES:
            track = torch.from_numpy(np.asarray(poses[rows], np.float32))
            total += len(rows) * vertical_of_track(track).double().numpy()
    length = np.linalg.norm(total)
    return total / length if length > 1e-6 else None


def _calibrated(camera: Camera, vertical: np.ndarray | None) -> World | None:
    """The frame of a calibration, if one of its axes is near the vertical (+Z where that is unknown)."""
    if camera.rotation is None or camera.translation is None:
        return None
    along = camera.rotation.T @ vertical if vertical is not None else np.array([0.0, 0, 1])
    axis = int(np.abs(along).argmax())
    if abs(along[axis]) < _NEAREST_AXIS:
        return None
    turn = aligned(axis, int(np.sign(along[axis])))
    rotation = turn @ camera.rotation.T
    return World(rotation, -rotation @ camera.translation, "calibration")


def _floor(
    up: np.ndarray, people: Keypoints, poses: np.ndarray, pieces: list[np.ndarray], singles: np.ndarray
) -> float:
    """Height of the floor above the camera (m): below the lower ankles that stand still, in the lower part of
    them.

    Args:
        up: the vertical, a unit vector `[3]`.
        people: N rows.
        poses: of the same rows.
        pieces: rows of tracks of several frames.
        singles: rows of which no motion is known; any of them may stand.
    """
    lowest = [(poses[singles][:, _ANKLES] @ up).min(1)] if len(singles) else []
    for rows in pieces:
        places = poses[rows][:, _ANKLES]
        ankles, speed = places @ up, np.zeros(places.shape[:2])
        if len(rows) > 1:
            time = np.asarray(people.time)[rows] if people.time is not None else np.full(len(rows), np.nan)
            time = time if np.isfinite(time).all() else people.frame[rows] / USUAL_FPS
            step = np.maximum(np.diff(time), 1e-6)[:, None]
            moved = np.linalg.norm(np.diff(places, axis=0), axis=-1) / step
            speed = np.concatenate([moved[:1], moved])
        lower = ankles.argmin(1)[:, None]
        still = np.take_along_axis(speed, lower, 1) < STILL
        candidates = np.take_along_axis(ankles, lower, 1)
        lowest.append(candidates[still] if still.any() else candidates.reshape(-1))
    if not lowest:
        return 0.0
    return float(np.quantile(np.concatenate(lowest), _QUANTILE)) - ANKLE_HEIGHT
