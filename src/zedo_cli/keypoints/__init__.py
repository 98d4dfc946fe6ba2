"""2D keypoints: readers, one a producer, and the container that they fill."""

from zedo_cli.keypoints.container import Keypoints, joined
from zedo_cli.keypoints.registry import read_keypoints
from zedo_cli.keypoints.undistorted import undistorted

__all__ = ["Keypoints", "joined", "read_keypoints", "undistorted"]
