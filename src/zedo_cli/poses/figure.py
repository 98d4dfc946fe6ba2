"""A picture of lifted poses: keypoints and reprojection, and the 3D pose from two sides."""

from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.poses.container import Poses
from zedo_cli.skeletons import JOINTS, PARENTS

_COLUMNS = 5
_LEFT, _RIGHT, _TRUNK, _SEEN = "#d1495b", "#00798c", "#30343f", "#edae49"
_VIEWS = {"from the camera": -90, "from the side": 0}


def write_figure(poses: Poses, path: Path) -> None:
    """Draw a few rows of `poses`, evenly spaced, into a PNG. Needs matplotlib."""
    from matplotlib.figure import Figure

    rows = np.unique(np.linspace(0, len(poses) - 1, _COLUMNS).round().astype(int))
    figure = Figure(figsize=(2.6 * len(rows), 8), dpi=110, layout="constrained")
    grid = figure.add_gridspec(3, len(rows), height_ratios=(1.15, 1, 1))
    for column, row in enumerate(rows):
        _draw_image(figure.add_subplot(grid[0, column]), poses, row, legend=column == 0)
        for line, (name, azimuth) in enumerate(_VIEWS.items(), start=1):
            axes = figure.add_subplot(grid[line, column], projection="3d")
            _draw_space(axes, poses.poses_3d[row] - poses.poses_3d[row, 0], azimuth)
            if column == 0:
                axes.set_title(name, fontsize=9, loc="left")
    figure.savefig(path)


def _draw_image(axes: Any, poses: Poses, row: int, legend: bool) -> None:
    seen = poses.confidence[row] > 0
    image = poses.poses_3d[row] @ poses.intrinsics[row].T
    image = image[:, :2] / image[:, 2:]
    axes.scatter(*poses.keypoints_2d[row][seen].T, s=26, color=_SEEN, label="keypoints", zorder=3)
    for joint in range(1, len(JOINTS)):
        axes.plot(*image[[joint, PARENTS[joint]]].T, color=_colour(joint), lw=1.6)
    axes.plot([], [], color=_RIGHT, label="lift: right")
    axes.plot([], [], color=_LEFT, label="lift: left")
    if legend:
        axes.figure.legend(*axes.get_legend_handles_labels(), fontsize=8, frameon=False, loc="outside lower center", ncols=3)
    axes.set_title(f"frame {poses.frame[row]}, {poses.reprojection_error[row]:.0f} px", fontsize=9)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.axis("off")


def _draw_space(axes: Any, pose: np.ndarray, azimuth: int) -> None:
    x, y, z = pose[:, 0], pose[:, 2], -pose[:, 1]
    for joint in range(1, len(JOINTS)):
        pair = [joint, PARENTS[joint]]
        axes.plot(x[pair], y[pair], z[pair], color=_colour(joint), lw=1.8)
    centre = (pose.max(0) + pose.min(0)) / 2
    half = (pose.max(0) - pose.min(0)).max() / 2
    axes.set_xlim(centre[0] - half, centre[0] + half)
    axes.set_ylim(centre[2] - half, centre[2] + half)
    axes.set_zlim(-centre[1] - half, -centre[1] + half)
    axes.set_box_aspect((1, 1, 1), zoom=1.25)
    axes.view_init(elev=8, azim=azimuth)
    axes.set_xticklabels([])
    axes.set_yticklabels([])
    axes.set_zticklabels([])


def _colour(joint: int) -> str:
    return _LEFT if JOINTS[joint].startswith("left") else _RIGHT if JOINTS[joint].startswith("right") else _TRUNK
