"""Rotations about axes in turn, as skeleton files write them."""

import numpy as np


def about_axes(axes: str, angles: np.ndarray) -> np.ndarray:
    """R_first R_second ... of `angles [N, len(axes)]` (radians) about `axes` of "xyz" in turn. -> `[N, 3,
    3]`."""
    result = np.broadcast_to(np.eye(3), (len(angles), 3, 3))
    for axis, angle in zip(axes, angles.T, strict=True):
        one = "xyz".index(axis)
        i, j = (one + 1) % 3, (one + 2) % 3
        turn = np.zeros((len(angle), 3, 3))
        turn[:, one, one] = 1
        turn[:, i, i] = turn[:, j, j] = np.cos(angle)
        turn[:, j, i] = np.sin(angle)
        turn[:, i, j] = -np.sin(angle)
        result = result @ turn
    return result
