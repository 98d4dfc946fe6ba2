"""Cameras: intrinsics, lens distortion, pose in the world, and the readers of their files."""
