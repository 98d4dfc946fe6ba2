"""3D poses on disk: one writer a format, one neutral container."""

from zedo_cli.poses.container import Poses
from zedo_cli.poses.writers import FORMATS, write_poses

__all__ = ["FORMATS", "Poses", "write_poses"]
