"""Cameras: intrinsics, distortion and their files."""

from zedo_cli.cameras.assumed import assumed_camera
from zedo_cli.cameras.camera import Camera
from zedo_cli.cameras.readers import read_camera

__all__ = ["Camera", "assumed_camera", "read_camera"]
