"""Poses of real motion whose world frame is known, for tests of what is written."""

from functools import cache

import numpy as np

from zedo_cli.io.files import bundled
from zedo_cli.mocap.recordings import Recording, read_recordings
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import CAMERA_FRAME, World, upright
from zedo_cli.skeletons import JOINTS

FPS = 30.0

WORLD = World(
    upright(np.array([0.1, -0.97, 0.2]) / np.linalg.norm([0.1, -0.97, 0.2])),
    np.array([0, 0, 1.4]),
    "estimated",
)
"""A camera at 1.4 m that looks down and is rolled."""


@cache
def recordings() -> tuple[Recording, ...]:
    """Recorded people, bundled."""
    return tuple(read_recordings(bundled("data/motion/validation.npz")))


def walker(number: int = 0, frames: int = 60) -> np.ndarray:
    """A recorded person who moves, world frame with the floor at 0, `[frames, 17, 3]` m."""
    long = [recording for recording in recordings() if len(recording) >= frames]
    walks = sorted(long, key=lambda r: -np.linalg.norm(r.joints[frames - 1, 0, :2] - r.joints[0, 0, :2]))
    return walks[number].joints[:frames] + np.array([0.6 * number, 4.0, 0.0])


def filmed(
    *people: np.ndarray, frames: np.ndarray | None = None, clip: np.ndarray | None = None, **meta: object
) -> Poses:
    """Poses in the camera frame of people `[T, 17, 3]` in the world, as if they had been lifted exactly."""
    world = np.concatenate(people)
    rows = len(world)
    points = WORLD.to_camera(world).astype(np.float32)
    number = np.concatenate([np.arange(len(p)) if frames is None else frames[: len(p)] for p in people])
    clips = np.zeros(rows, np.int64) if clip is None else clip
    about = {"inputs": [f"film{place}.mp4" for place in range(int(clips.max()) + 1)], "fps": FPS}
    about |= {"world": [WORLD.as_dict()] * len(about["inputs"]), "frame": CAMERA_FRAME, "zedo": "test"}
    about |= meta
    k = np.array([[1000, 0, 960], [0, 1000, 540], [0, 0, 1]], np.float32)
    image = points @ k.T
    return Poses(
        poses_3d=points,
        hypotheses_3d=points[:, None],
        translation=points[:, None, 0],
        hypothesis_score=np.zeros((rows, 1), np.float32),
        uncertainty=np.full((rows, 17), 0.05, np.float32),
        reprojection_error=np.ones(rows, np.float32),
        frame=number,
        person=np.concatenate([np.full(len(p), place) for place, p in enumerate(people)]),
        clip=clips,
        time=number / FPS,
        keypoints_2d=image[..., :2] / image[..., 2:],
        confidence=np.ones((rows, 17), np.float32),
        intrinsics=np.broadcast_to(k, (rows, 3, 3)),
        swapped=np.zeros((rows, 3), bool),
        joint_names=JOINTS,
        meta=about,
    )
