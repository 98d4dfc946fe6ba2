"""The way in from Python, on the real example."""

import numpy as np

from places import EXAMPLE
from zedo_cli.cameras import Camera, read_camera
from zedo_cli.keypoints import read_keypoints
from zedo_cli.lifting import lift_keypoints
from zedo_cli.metrics import mpjpe, pa_mpjpe, root_centred
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.skeletons import LIMBS

CALIBRATION = EXAMPLE / "calibration.toml"


def limb_errors(prior, preset):
    """Mean MPJPE and PA-MPJPE (m) of the limbs over every tenth frame of the four cameras."""
    reference = np.load(EXAMPLE / "reference.npz")
    errors = []
    for camera, number in enumerate(np.unique(reference["cam"]), start=1):
        keypoints = read_keypoints([EXAMPLE / f"openpose/cam{camera:02d}_json"])
        keypoints = keypoints.take(keypoints.frame % 10 == 0)
        poses = lift_keypoints(keypoints, prior, read_camera(CALIBRATION, f"cam_{camera:02d}"), preset)
        rows = np.flatnonzero(reference["cam"] == number)
        truth = reference["j3d_loo"][rows[np.searchsorted(reference["frame"][rows], poses.frame)]]
        ours, theirs = root_centred(poses.poses_3d)[:, LIMBS], root_centred(truth)[:, LIMBS]
        errors.append(np.stack([mpjpe(ours, theirs), pa_mpjpe(ours, theirs)]))
    return np.nanmean(np.concatenate(errors, axis=1), axis=1)


def test_the_default_preset_beats_the_papers_on_real_detections(prior):
    ours, papers = limb_errors(prior, PRESETS["balanced"]), limb_errors(prior, PRESETS["paper"])
    assert (ours < papers).all()
    assert ours[0] < 0.145
    assert ours[1] < 0.1


def test_keypoints_outside_the_lens_are_missing(prior):
    keypoints = read_keypoints([EXAMPLE / "openpose/cam01_json"]).take(np.arange(2))
    folded = Camera("folded", read_camera(CALIBRATION, "cam_01").intrinsics, np.array([-4.0]))
    poses = lift_keypoints(keypoints, prior, folded, PRESETS["fast"])
    assert np.isfinite(poses.poses_3d).all()
    assert any("outside the lens" in note for note in poses.meta["notes"])
