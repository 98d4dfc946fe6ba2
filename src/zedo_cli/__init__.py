"""zedo: 2D human keypoints and a camera in, metric 3D poses with their uncertainty out (ZeDO, arXiv 2307.03833)."""

__version__ = "0.1.0"
