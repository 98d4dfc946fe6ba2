"""SLEAP's analysis HDF5: `tracks` (tracks, 2, nodes, frames), `node_names`, `track_names`, `point_scores`.

The names of the nodes decide which joints they are; a track is an identity. Files that state the order of
their axes (`dims`) are read by it. SLEAP's CSV is read as a table.
"""

import json
from typing import Any

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.hdf5 import open_hdf5
from zedo_cli.io.numbers import real_numbers
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.rows import Rows

_AXES = {"track": "track", "tracks": "track", "xy": "xy", "node": "node", "nodes": "node"}
_ORDER = ("track", "xy", "node", "frame")


def accepts(content: Content) -> bool:
    """Whether the file has tracks and the names of nodes."""
    with open_hdf5(content.path) as file:
        return "tracks" in file and "node_names" in file


def read(name: str, contents: list[Content]) -> Keypoints:
    """Read the tracks of one video. Raises `InputError` that names the entry."""
    (content,) = contents
    with open_hdf5(content.path) as file:
        try:
            names = tuple(_text(value) for value in file["node_names"][:])
            tracks = real_numbers(file["tracks"][:])
            order = _order(file["tracks"].attrs.get("dims"), tracks.shape, len(names))
            scores = real_numbers(file["point_scores"][:]) if "point_scores" in file else None
            score_order = (
                _order(file["point_scores"].attrs.get("dims"), None, 0) if scores is not None else ()
            )
        except (KeyError, ValueError, TypeError, OSError) as error:
            raise InputError(f"is not an analysis file of SLEAP ({error})", source=content.path) from error
    points = tracks.transpose([order.index(axis) for axis in ("frame", "track", "node", "xy")])
    trust = np.ones(points.shape[:3])
    if scores is not None and scores.ndim == 3:
        axes = score_order or tuple(axis for axis in order if axis != "xy")
        trust = scores.transpose([axes.index(axis) for axis in ("frame", "track", "node")])
    if trust.shape != points.shape[:3] or points.shape[2:] != (len(names), 2):
        raise InputError(
            f"tracks of shape {list(tracks.shape)} do not fit {len(names)} nodes", source=content.path
        )
    rows = Rows(name)
    for frame in range(len(points)):
        rows.add_frame(frame)
        for track in range(points.shape[1]):
            if np.isfinite(points[frame, track]).any():
                joined = np.concatenate([points[frame, track], trust[frame, track, :, None]], axis=1)
                joined[~np.isfinite(joined).all(1)] = np.nan
                rows.add(frame, joined, person=track, source=content.path, where=f"frame {frame}")
    return rows.keypoints(joint_names=names)


def _order(dims: Any, shape: tuple[int, ...] | None, nodes: int) -> tuple[str, ...]:
    """The axes of an array in their order."""
    if dims is not None:
        named = json.loads(_text(dims)) if isinstance(dims, str | bytes) else list(dims)
        return tuple(_AXES.get(_text(axis), "frame") for axis in named)
    if shape is None:
        return ()
    if len(shape) != 4:
        raise ValueError(f"tracks of shape {list(shape)}")
    if shape[1] == 2 and shape[2] == nodes:
        return _ORDER
    return tuple(reversed(_ORDER))


def _text(value: Any) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
