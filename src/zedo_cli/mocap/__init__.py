"""3D motion capture that a prior is trained on: one reader for each format, one neutral container."""

from zedo_cli.mocap.container import Motion
from zedo_cli.mocap.registry import read_motions

__all__ = ["Motion", "read_motions"]
