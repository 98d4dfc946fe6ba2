"""Poses as CSV, with units in the header: a row for each person in a frame (wide), or each joint (long)."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from zedo_cli.poses.container import Poses

_AXES = ("x_m", "y_m", "z_m")


class _CsvSink:
    """Writes rows as they come."""

    def __init__(self, path: Path, long: bool) -> None:
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._long, self._begun = long, False

    def append(self, poses: Poses) -> None:
        """Write the rows of the poses, after the header if they are the first."""
        header, rows = (_long if self._long else _wide)(poses)
        if not self._begun:
            self._writer.writerow(header)
            self._begun = True
        self._writer.writerows(rows)

    def close(self) -> None:
        """Complete the file."""
        self._file.close()


def open_sink(path: Path) -> _CsvSink:
    """A sink for a wide table."""
    return _CsvSink(path, long=False)


def open_long_sink(path: Path) -> _CsvSink:
    """A sink for a long table."""
    return _CsvSink(path, long=True)


def wide_header(joints: tuple[str, ...]) -> list[str]:
    """The names of the columns of a wide table."""
    values = [f"{joint}_{value}" for joint in joints for value in (*_AXES, "sd_m")]
    return ["clip", "person", "frame", "time_s", *values, "reprojection_error_px"]


def _wide(poses: Poses) -> tuple[list[str], Iterator[list[Any]]]:
    table = np.concatenate([poses.poses_3d, poses.uncertainty[..., None]], axis=-1).reshape(len(poses), -1)
    rows = (
        [
            *(int(number) for number in (poses.clip[row], poses.person[row], poses.frame[row])),
            _number(poses.time[row], 6),
            *(_number(value, 5) for value in table[row]),
            _number(poses.reprojection_error[row], 3),
        ]
        for row in range(len(poses))
    )
    return wide_header(poses.joint_names), rows


def _long(poses: Poses) -> tuple[list[str], Iterator[list[Any]]]:
    header = ["clip", "person", "frame", "time_s", "joint", *_AXES, "sd_m", "confidence"]
    rows = (
        [
            *(int(number) for number in (poses.clip[row], poses.person[row], poses.frame[row])),
            _number(poses.time[row], 6),
            joint,
            *(_number(value, 5) for value in poses.poses_3d[row, place]),
            _number(poses.uncertainty[row, place], 5),
            _number(poses.confidence[row, place], 4),
        ]
        for row in range(len(poses))
        for place, joint in enumerate(poses.joint_names)
    )
    return header, rows


def _number(value: float, digits: int) -> str:
    """Rounded, and empty where unknown."""
    return f"{value:.{digits}f}" if np.isfinite(value) else ""
