"""Keypoints as pinhole cameras would see them: K for each row, and the distortion of the lens undone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from zedo_cli.cameras.fitting import fitted
from zedo_cli.cameras.intrinsics import checked_intrinsics
from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints

if TYPE_CHECKING:
    from zedo_cli.cameras.container import Camera


def seen_by(keypoints: Keypoints, cameras: "Sequence[Camera]") -> Keypoints:
    """Undistorted, with K. A keypoint where the lens model has no inverse becomes a missing one.

    Args:
        keypoints: in pixels, as the cameras took them.
        cameras: of the clips; none to check the keypoints' own intrinsics only.

    Raises:
        InputError: the intrinsics are none, or a camera cannot be that of the clip.
    """
    if not cameras:
        if keypoints.intrinsics is not None:
            all_k = keypoints.intrinsics
            for k in all_k[:1] if (all_k == all_k[:1]).all() else np.unique(all_k, axis=0):
                checked_intrinsics(k, keypoints.clip_names[0], "intrinsics")
        return keypoints
    notes = _notes_on(keypoints, cameras)
    points = np.array(keypoints.points, np.float64)
    intrinsics = np.zeros((len(keypoints), 3, 3), np.float32)
    sizes, cautions = [], []
    for clip, (camera, rows) in enumerate(zip(cameras, keypoints.rows_of_clips(), strict=True)):
        part = keypoints.take(rows)
        fit = fitted(camera, keypoints.clip_names[clip], keypoints.of_clips("image_size")[clip], part)
        points[rows] = fit.camera.undistort(part.points)
        intrinsics[rows] = fit.camera.intrinsics
        sizes.append(fit.camera.size or keypoints.of_clips("image_size")[clip])
        cautions.append(keypoints.of_clips("caution")[clip] * fit.caution)
        notes += fit.notes
    seen = keypoints.confidence > 0
    lost = seen & np.isnan(points).any(-1)
    if lost.any():
        text = f"{np.count_nonzero(lost)} keypoints lie outside the lens model: treated as missing"
        notes.append(Note("info", text, "outside-lens-model"))
    given = keypoints.intrinsics
    if given is not None and not np.allclose(given, intrinsics, rtol=1e-5):
        text = "the camera that is given replaces other intrinsics of the keypoints"
        notes.append(Note("warning", text, "intrinsics-replaced"))
    return replace(
        keypoints,
        points=np.where((seen & ~lost)[..., None], points, 0).astype(np.float32),
        confidence=np.where(lost, 0, keypoints.confidence),
        intrinsics=intrinsics,
        image_size=tuple(sizes),
        caution=tuple(cautions),
    ).with_notes(*notes)


def _notes_on(keypoints: Keypoints, cameras: "Sequence[Camera]") -> list[Note]:
    notes = []
    if cameras[0].assumed:
        text = f"camera {cameras[0].name} along the longer side of the image: distances depend on it"
        notes.append(Note("info", text, "camera-assumed"))
    clips = len(keypoints.clip_names)
    if clips > 1 and all(camera is cameras[0] for camera in cameras):
        text = f"all {clips} clips are lifted with the one camera {cameras[0].name}"
        notes.append(Note("info", text, "one-camera"))
    return notes
