"""Cameras: intrinsics, distortion and their files."""

from zedo_cli.cameras.camera import Camera
from zedo_cli.cameras.readers import read_camera

__all__ = ["Camera", "read_camera"]
