"""Skeletons on matplotlib axes: in the image, and in space from two sides."""

from typing import Any

import numpy as np

from zedo_cli.cameras.intrinsics import project
from zedo_cli.skeletons import JOINTS, PARENTS

LEFT, RIGHT, TRUNK, SEEN = "#d1495b", "#00798c", "#30343f", "#edae49"
VIEWS = {"from the camera": -90, "from the side": 0}
"""Azimuth of matplotlib's view, by its title."""


def draw_keypoints(axes: Any, points: np.ndarray, confidence: np.ndarray) -> None:
    """The keypoints `[17, 2]` px of confidence above 0, in an image whose y axis points down."""
    axes.scatter(*points[confidence > 0].T, s=26, color=SEEN, label="keypoints", zorder=3)
    axes.set_aspect("equal")
    if not axes.yaxis_inverted():
        axes.invert_yaxis()
    axes.axis("off")


def draw_projection(axes: Any, pose: np.ndarray, intrinsics: np.ndarray) -> None:
    """The projection of a pose `[17, 3]` (m, camera frame) with K `[3, 3]`."""
    image = project(pose, intrinsics)
    for joint in range(1, len(JOINTS)):
        axes.plot(*image[[joint, PARENTS[joint]]].T, color=colour(joint), lw=1.6)


def draw_in_space(
    axes: Any, pose: np.ndarray, azimuth: int, centre: np.ndarray | None = None, half: float = 0
) -> None:
    """A pose `[17, 3]` (m) on 3D axes, in a cube about `centre [3]` of half size `half`; by default the
    pose's own."""
    for joint in range(1, len(JOINTS)):
        pair = pose[[joint, PARENTS[joint]]]
        axes.plot(pair[:, 0], pair[:, 2], -pair[:, 1], color=colour(joint), lw=1.8)
    if centre is None:
        centre, half = extent(pose)
    axes.set_xlim(centre[0] - half, centre[0] + half)
    axes.set_ylim(centre[2] - half, centre[2] + half)
    axes.set_zlim(-centre[1] - half, -centre[1] + half)
    axes.set_box_aspect((1, 1, 1), zoom=1.25)
    axes.view_init(elev=8, azim=azimuth)
    axes.set_xticklabels([])
    axes.set_yticklabels([])
    axes.set_zticklabels([])


def extent(pose: np.ndarray) -> tuple[np.ndarray, float]:
    """Centre `[3]` and half the size of a cube that holds a pose; joints that are NaN are ignored."""
    low, high = np.nanmin(pose, axis=0), np.nanmax(pose, axis=0)
    return (low + high) / 2, float((high - low).max() / 2)


def colour(joint: int) -> str:
    """By the side of the body."""
    return LEFT if JOINTS[joint].startswith("left") else RIGHT if JOINTS[joint].startswith("right") else TRUNK
