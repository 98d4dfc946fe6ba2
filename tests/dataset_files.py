"""Files of data sets in their own layouts."""

import h5py
import numpy as np

from scenes import in_front_of_camera, to_pixels
from zedo_cli.cameras.intrinsics import pinhole


def write_ski(path, **changed):
    """Ski-PosePTZ's processed file with changed arrays; returns the points in the camera frame."""
    points = in_front_of_camera(10, distance=20.0)
    intrinsics = pinhole(1600.0, 1600.0, 128.0, 128.0)
    scaled = intrinsics / 256
    scaled[2, 2] = 1
    arrays = {
        "seq": np.arange(10) // 5,
        "cam": np.arange(10) % 2,
        "frame": np.arange(10),
        "cam_intrinsic": np.tile(scaled, (10, 1, 1)),
        "3D": (points - points[:, :1]).reshape(10, 51),
        "2D": (to_pixels(points, intrinsics) / 256).reshape(10, 34),
    } | changed
    with h5py.File(path, "w") as file:
        for key, values in arrays.items():
            if values is not None:
                file[key] = values
    return points
