"""The camera of each clip as JSON: K, lens, and where it is in the world frame of the other outputs.

A point of the world is at rotation @ P + translation in the camera frame (X right, Y down, Z forward).
K and the lens can be read again as a camera file.
"""

import json
from pathlib import Path

import numpy as np

from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import WORLD_FRAME, worlds
from zedo_cli.poses.writers.collected import CollectedSink


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the file when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> None:
    cameras = []
    for clip, world in enumerate(worlds(poses)):
        rows = np.flatnonzero(poses.clip == clip)
        if not len(rows):
            continue
        size = poses.of_clips("image_size")[clip]
        camera = {
            "name": str(poses.meta.get("inputs", ["?"])[clip]),
            "K": poses.intrinsics[rows[0]].astype(np.float64).tolist(),
            "distortion": poses.of_clips("distortion")[clip] or [],
            "fisheye": bool(poses.of_clips("fisheye")[clip]),
            "rotation": world.rotation.T.tolist(),
            "translation": (-world.rotation.T @ world.translation).tolist(),
            "source": world.source,
        }
        cameras.append(camera | ({"width": size[0], "height": size[1]} if size else {}))
    document = {"format": "zedo-cameras", "world": WORLD_FRAME, "cameras": cameras}
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
