"""Lift from Python: files, arrays, many clips with one prior, and what the result holds.

Run it in the repository: `python examples/python_api.py`.
"""

import tempfile
from pathlib import Path

import numpy as np

import zedo_cli as zedo

DATA = Path(__file__).parents[1] / "data" / "pose2sim"

# Files or folders of any format that `zedo lift --help` lists, and a camera
camera = zedo.read_camera(DATA / "calibration.toml", "cam_01")
poses = zedo.lift(DATA / "openpose" / "cam01_json", camera, preset="fast")
print(poses.poses_3d.shape, "metres, camera frame: X right, Y down, Z forward")
print(poses.uncertainty.mean().round(3), "m: mean standard deviation of a joint relative to the pelvis")
for note in poses.notes:
    print(f"{note.level}: {note.text}")

# Arrays of any known skeleton: [N, J, 2] px, with confidences and K
keypoints = zedo.read_keypoints(DATA / "openpose" / "cam02_json")
K = zedo.read_camera(DATA / "calibration.toml", "cam_02").intrinsics
some = slice(0, 10)
poses = zedo.lift(
    keypoints.points[some],
    confidence=keypoints.confidence[some],
    skeleton="body_25b",
    intrinsics=K,
    preset="fast",
    samples=9,
)
print(poses.hypotheses_3d.shape, "the answer and 8 draws of the posterior for each row")

# One prior for many clips
lifter = zedo.Lifter(prior="open-small", preset="fast", seed=0)
clips = [keypoints.take(np.arange(5)), keypoints.take(np.arange(5, 10))]
for number, clip_poses in enumerate(lifter.lift_each(clips, camera)):
    print(f"clip {number}: {len(clip_poses)} poses")

# What is known besides the keypoints
known = zedo.SideInformation(height=1.75, up=camera.rotation[:, 2])
poses = zedo.lift(DATA / "openpose" / "cam01_json", camera, known=known, preset="fast")

with tempfile.TemporaryDirectory() as folder:
    zedo.write_poses(poses, Path(folder) / "poses.npz")
    print(sorted(np.load(Path(folder) / "poses.npz").files))

# An error names the parameter and the fix
try:
    zedo.lift(keypoints.points, skeleton="coco17", intrinsics=K)
except zedo.InputError as error:
    print(error)

# Live: one frame in, its poses out, from past frames only
live = lifter.live(zedo.read_camera(DATA / "calibration.toml", "cam_02"), skeleton="body_25b", fps=60)
for number in range(3):
    frame = np.concatenate([keypoints.points[number], keypoints.confidence[number][:, None]], axis=-1)
    print(f"frame {number}: pelvis at {live.push(frame[None]).poses_3d[0, 0].round(2)} m")
