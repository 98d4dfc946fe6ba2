"""`pose2sim`: the bundled real detections, four cameras of one person, with triangulated 3D."""

import numpy as np

from zedo_cli.cameras.reading import read_camera
from zedo_cli.datasets.container import Dataset
from zedo_cli.io.files import bundled
from zedo_cli.keypoints.container import joined
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.undistortion import undistorted
from zedo_cli.skeletons import LIMBS

PELVIS = 0


def pose2sim_dataset() -> Dataset:
    """Undistorted OpenPose keypoints of the frames that have both, on the twelve limb joints (some of them unknown).

    The truth of a row is triangulated without the row's own camera, good to 20-35 mm; up is the calibration's z axis.
    """
    data = bundled("data/pose2sim")
    reference = np.load(data / "reference.npz")
    cameras = np.unique(reference["cam"])
    parts, truth, up = [], [], []
    for number, camera in enumerate(cameras, start=1):
        lens = read_camera(data / "calibration.toml", f"cam_{number:02d}")
        people = undistorted(read_keypoints([data / f"openpose/cam{number:02d}_json"]), lens)
        here = reference["cam"] == camera
        rows = {frame: row for frame, row in zip(reference["frame"][here], np.flatnonzero(here), strict=True)}
        known = reference["j3d_loo"][[rows[frame] for frame in people.frame]]
        scored = np.isfinite(known[:, PELVIS]).all(1)
        parts.append(people.take(scored))
        truth.append(known[scored])
        if lens.rotation is not None:
            up.append(np.tile(lens.rotation[:, 2], (int(scored.sum()), 1)))
    keypoints = joined(parts)
    return Dataset(
        name="pose2sim",
        kind="detected",
        keypoints=keypoints,
        truth=np.concatenate(truth),
        joints=LIMBS,
        group=np.array([f"camera {clip + 1}" for clip in keypoints.clip]),
        sequence=np.array([f"frames {frame // 10 * 10}" for frame in keypoints.frame]),
        up=np.concatenate(up),
    )
