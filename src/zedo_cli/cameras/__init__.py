"""Cameras: intrinsics and distortion, where they stood, and the readers of their files."""

from zedo_cli.cameras.assumed import assumed_camera
from zedo_cli.cameras.camera import Camera, projected
from zedo_cli.cameras.readers import read_camera
from zedo_cli.cameras.resection import reprojected, resected_camera, to_camera

__all__ = ["Camera", "assumed_camera", "projected", "read_camera", "reprojected", "resected_camera", "to_camera"]
