"""A picture of a few frames: keypoints and reprojection, and the pose from two sides. Needs matplotlib."""

from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.poses.container import Poses
from zedo_cli.poses.drawing import LEFT, RIGHT, VIEWS, draw_in_space, draw_keypoints, draw_projection
from zedo_cli.poses.frames import in_camera, is_world, upright, worlds
from zedo_cli.poses.writers.collected import CollectedSink

_COLUMNS = 5


def open_sink(path: Path) -> CollectedSink:
    """A sink that draws when it is closed."""
    return CollectedSink(path, _draw)


def _draw(poses: Poses, path: Path) -> None:
    """Draw a few rows, evenly spaced, into a PNG."""
    from matplotlib.figure import Figure

    if is_world(poses):
        poses = in_camera(poses)
    rows = np.unique(np.linspace(0, len(poses) - 1, _COLUMNS).round().astype(int))
    figure = Figure(figsize=(2.6 * len(rows), 8), dpi=110, layout="constrained")
    grid = figure.add_gridspec(3, len(rows), height_ratios=(1.15, 1, 1))
    for column, row in enumerate(rows):
        _draw_image(figure.add_subplot(grid[0, column]), poses, row, legend=column == 0)
        for line, (name, azimuth) in enumerate(VIEWS.items(), start=1):
            axes = figure.add_subplot(grid[line, column], projection="3d")
            draw_in_space(axes, _level(poses, row), azimuth)
            if column == 0:
                axes.set_title(name, fontsize=9, loc="left")
    figure.savefig(path)


def _level(poses: Poses, row: int) -> np.ndarray:
    """A pose about its pelvis, in the axes of a camera that is held level, `[17, 3]` m."""
    pose = poses.poses_3d[row] - poses.poses_3d[row, 0]
    if "world" not in poses.meta:
        return pose
    turned = pose @ upright(worlds(poses)[poses.clip[row]].up).T
    return turned[:, [0, 2, 1]] * [1, -1, 1]


def _draw_image(axes: Any, poses: Poses, row: int, legend: bool) -> None:
    draw_keypoints(axes, poses.keypoints_2d[row], poses.confidence[row])
    draw_projection(axes, poses.poses_3d[row], poses.intrinsics[row])
    axes.plot([], [], color=RIGHT, label="lifted: right")
    axes.plot([], [], color=LEFT, label="lifted: left")
    if legend:
        handles = axes.get_legend_handles_labels()
        axes.figure.legend(*handles, fontsize=8, frameon=False, loc="outside lower center", ncols=3)
    axes.set_title(f"frame {poses.frame[row]}, {poses.reprojection_error[row]:.0f} px", fontsize=9)
