"""Data sets with known 3D, to measure on."""

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.open import open_dataset
from zedo_cli.datasets.pose2sim import pose2sim_dataset

__all__ = ["Dataset", "open_dataset", "pose2sim_dataset"]
