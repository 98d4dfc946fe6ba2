"""Keypoints as a pinhole camera would have seen them."""

from dataclasses import replace

import numpy as np

from zedo_cli.cameras.container import Camera, checked_intrinsics
from zedo_cli.keypoints.container import Keypoints


def undistorted(keypoints: Keypoints, camera: Camera | None) -> Keypoints:
    """The keypoints on the 17 joints without the camera's distortion, with its K for each row; or with their own, checked.

    A keypoint where the lens's model has no inverse becomes a missing one, which is noted.
    """
    if camera is not None:
        seen = keypoints.confidence > 0
        points = camera.undistort(keypoints.points)
        lost = seen & np.isnan(points).any(-1)
        notes = (
            [f"{np.count_nonzero(lost)} keypoints lie outside the lens's model: treated as missing"] if lost.any() else []
        )
        if camera.size and keypoints.image_size and camera.size != keypoints.image_size:
            sizes = ("{:g}x{:g}".format(*size) for size in (camera.size, keypoints.image_size))
            notes.append("the camera is of images of {}, the keypoints of {}: does K fit?".format(*sizes))
        return replace(
            keypoints,
            points=np.where((seen & ~lost)[..., None], points, 0),
            confidence=np.where(lost, 0, keypoints.confidence),
            intrinsics=np.broadcast_to(camera.intrinsics, (len(keypoints), 3, 3)),
            image_size=camera.size or keypoints.image_size,
            notes=(*keypoints.notes, *notes),
        ).without_little()
    if keypoints.intrinsics is not None:
        for k in np.unique(keypoints.intrinsics, axis=0):
            checked_intrinsics(k, f"{keypoints.clip_names[0]}: intrinsics")
    return keypoints
