"""`pose2sim`: the bundled real detections, four cameras of one person, with triangulated 3D."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zedo_cli.cameras.intrinsics import project
from zedo_cli.cameras.reading import read_camera
from zedo_cli.datasets.container import Dataset
from zedo_cli.io.files import bundled
from zedo_cli.keypoints.container import Keypoints, joined
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise
from zedo_cli.skeletons import INDEX, LIMBS


def load(
    root: Path | None = None, keypoints: str = "detected", allow_missing: bool = False, seed: int = 0
) -> Dataset:
    """Undistorted OpenPose keypoints of the frames that have both, on the twelve limb joints (some of them
    unknown); for `gt` the truth's own projection instead, which separates what the
    detector costs from what the view leaves open.

    The truth of a row is triangulated without the row's own camera, with an error of 20-35 mm; up is the z
    axis of the calibration. The arguments are those of every data set; this one is bundled.
    """
    data = bundled("data/pose2sim")
    reference = np.load(data / "reference.npz")
    cameras = np.unique(reference["cam"])
    parts, truth, up = [], [], []
    for number, camera in enumerate(cameras, start=1):
        lens = read_camera(data / "calibration.toml", f"cam_{number:02d}")
        people = standardise(read_keypoints(data / f"openpose/cam{number:02d}_json"), lens)
        here = reference["cam"] == camera
        rows = {frame: row for frame, row in zip(reference["frame"][here], np.flatnonzero(here), strict=True)}
        known = reference["j3d_loo"][[rows[frame] for frame in people.frame]]
        scored = np.isfinite(known[:, INDEX["pelvis"]]).all(1)
        parts.append(people.take(scored))
        truth.append(known[scored])
        if lens.rotation is not None:
            up.append(np.tile(lens.rotation[:, 2], (int(scored.sum()), 1)))
    keypoints_2d, poses = joined(parts), np.concatenate(truth)
    if keypoints == "gt":
        keypoints_2d = _projected(keypoints_2d, poses)
    return Dataset(
        name="pose2sim",
        kind=keypoints,
        keypoints=keypoints_2d,
        truth=poses,
        joints=LIMBS,
        group=np.array([f"camera {clip + 1}" for clip in keypoints_2d.clip]),
        sequence=np.array([f"frames {frame // 10 * 10}" for frame in keypoints_2d.frame]),
        up=np.concatenate(up),
    )


def _projected(people: Keypoints, truth: np.ndarray) -> Keypoints:
    """The truth's known joints as keypoints of full confidence."""
    assert people.intrinsics is not None
    known = np.isfinite(truth).all(-1)
    points = project(np.where(known[..., None], truth, 1.0), people.intrinsics)
    return replace(
        people,
        points=np.where(known[..., None], points, 0).astype(np.float32),
        confidence=known.astype(np.float32),
    )
