"""Human3.6M's `data_3d_h36m.npz` in VideoPose3D's layout, which users make from their own licensed copy."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.io.pickles import load_pickled_npz
from zedo_cli.mocap.container import Motion, checked, motion, resampled

KEY = "positions_3d"
KEPT = (0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27)
"""The 17 joints among the 32 of the file."""

SECONDS = 1 / 50
LICENCE = (
    "Human3.6M: for academic research only, not to be redistributed; nor are weights trained"
    " on it without permission of its owners"
)


def read_positions(path: Path) -> Iterator[tuple[str, str, np.ndarray]]:
    """Subject, action and joints `[F, 17, 3]` (world metres, Z up) of each recording.

    `positions_3d` is a pickled dict of subjects of actions of `[F, 32 or 17, 3]`. Raises `InputError` for
    another layout. Only plain data is unpickled.
    """
    subjects = load_pickled_npz(path, KEY)
    if not isinstance(subjects, dict):
        raise InputError(
            f"{KEY} must be a dict of subjects",
            source=path,
            fix="make it with VideoPose3D's prepare_data_h36m.py",
        )
    for subject, actions in subjects.items():
        if not isinstance(actions, dict):
            raise InputError(f"{KEY}['{subject}'] must be a dict of actions", source=path)
        for action, values in actions.items():
            if (
                not isinstance(values, np.ndarray)
                or values.dtype.kind != "f"
                or values.ndim != 3
                or values.shape[1:] not in ((32, 3), (17, 3))
            ):
                raise InputError(f"{subject}/{action} must be an array [F, 32, 3]", source=path)
            yield (
                subject,
                action,
                np.asarray(values[:, KEPT] if values.shape[1] == 32 else values, np.float64),
            )


def read_h36m(path: Path) -> list[Motion]:
    """Read all subjects as training poses. Raises `InputError` for another layout, other units or another
    joint order."""
    motions = []
    for subject, action, joints in read_positions(path):
        poses = resampled(checked(joints, f"{path}: {subject}/{action}"), SECONDS)
        motions.append(motion(poses, f"h36m_{subject}", "h36m", LICENCE))
    if not motions:
        raise InputError(f"{KEY} holds no subject", source=path)
    return motions
