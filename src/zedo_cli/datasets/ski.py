"""`ski`: Ski-PosePTZ, from the user's copy of `ski_test.h5` (the data set's `labels.h5` of its test split).

Datasets of N rows: `seq, cam, frame`, `cam_intrinsic [3, 3]` in parts of an image of 256 pixels, `3D [51]` m
in the camera frame relative to the pelvis, `2D [34]` in parts of the image; joints in Human3.6M's order. The
position of the person is solved from the two. Every frame is scored, and the mean is over frames.
"""

from pathlib import Path

import numpy as np

from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked, place_on_keypoints
from zedo_cli.datasets.hdf5 import values
from zedo_cli.datasets.layouts import array, find, not_found
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.errors import InputError
from zedo_cli.io.hdf5 import open_hdf5
from zedo_cli.skeletons import JOINTS

TITLE, SOURCE = "Ski-PosePTZ", "https://www.epfl.ch/labs/cvlab/data/ski-poseptz-dataset"
FILES = ("ski_test.h5", "labels.h5")
SIZE = 256.0


def load(root: Path, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read the file from `root`. Raises `InputError` if it is missing or damaged. A single file is never
    incomplete."""
    path = find(root, *FILES, inside=("", "test"))
    if path is None:
        raise not_found(root, TITLE, " or ".join(FILES), SOURCE)
    with open_hdf5(path, "eval") as file:
        poses = array(values(file, "3D"), (None, 3 * len(JOINTS)), f"{path}: 3D").reshape(-1, len(JOINTS), 3)
        count = len(poses)
        points = (
            array(values(file, "2D"), (count, 2 * len(JOINTS)), f"{path}: 2D").reshape(-1, len(JOINTS), 2)
            * SIZE
        )
        intrinsics = array(values(file, "cam_intrinsic"), (count, 3, 3), f"{path}: cam_intrinsic") * SIZE
        seq, cam, frame = (
            array(np.ravel(values(file, key)), (None,), f"{path}: {key}", whole=True).astype(np.int64)
            for key in ("seq", "cam", "frame")
        )
    if {len(seq), len(cam), len(frame)} != {count}:
        raise InputError(f"seq, cam and frame must have {count} rows, as 3D has", source=path)
    intrinsics[:, 2] = (0, 0, 1)
    for k in np.unique(intrinsics, axis=0):
        checked_intrinsics(k, path, "cam_intrinsic")
    if np.abs(poses[:, 0]).max(initial=0) < 0.1:
        poses = place_on_keypoints(poses, points, intrinsics)
    sequence = np.array([f"sequence {s}" for s in seq])
    clip = np.array([f"sequence {s} camera {c}" for s, c in zip(seq, cam, strict=True)])
    part = Part(points, poses, intrinsics, sequence, sequence, frame, clip=clip)
    # the cameras pan, tilt and zoom: rows do not share one
    return checked(dataset_of([part], static=False, size=(SIZE, SIZE), name="ski", kind="gt"))
