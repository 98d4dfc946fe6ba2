"""HumanEva-I in VideoPose3D's layout: two pickled dictionaries in NPZ."""

import numpy as np

from scenes import standing_camera, walking
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.resection import reproject
from zedo_cli.datasets.humaneva import ORDER, PIXELS, POSITIONS

FRAMES = 20
K = np.array([[765.0, 0, 322], [0, 763.0, 239], [0, 0, 1]])


def camera(number):
    rotation, translation = standing_camera(0.5 + 2 * number)
    distortion = np.array([-0.2, 0.15, 0.001, -0.001, 0.0])
    return Camera("", K, distortion, rotation=rotation, translation=translation)


def write(root, actions=("Walking", "Jog", "Box", "Gestures"), pixel_noise=0.0, other=None):
    """Two chunks of each action, of training and validation."""
    world, pixels, seed = {}, {}, 0
    generator = np.random.default_rng(0)
    for subject in ("Train/S1", "Validate/S1", "Validate/S2", "Validate/S3"):
        world[subject], pixels[subject] = {}, {}
        for action in actions:
            for chunk in range(2):
                seed += 1
                name = f"{action} 1 chunk{2 * chunk}"
                poses = walking(FRAMES, seed)[:, ORDER].astype(np.float32)
                world[subject][name] = poses
                views = [reproject(camera(i), poses).astype(np.float32) for i in range(3)]
                pixels[subject][name] = [v + pixel_noise * generator.normal(size=v.shape) for v in views]
    (other or (lambda *_: None))(world, pixels)
    np.savez(root / POSITIONS, positions_3d=np.array(world, dtype=object))
    np.savez(root / PIXELS, positions_2d=np.array(pixels, dtype=object), metadata=np.array({}, dtype=object))
    return world
