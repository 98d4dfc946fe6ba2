"""2D keypoints: one reader a producer, one registry, one neutral container."""

from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.registry import read_keypoints

__all__ = ["Keypoints", "read_keypoints"]
