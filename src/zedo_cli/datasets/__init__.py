"""Data sets with known 3D, to measure on."""

from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.custom import custom_predictions
from zedo_cli.datasets.open import open_dataset
from zedo_cli.datasets.pose2sim import pose2sim_dataset
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.datasets.registry import DATASETS, kinds_of, load_dataset

__all__ = [
    "DATASETS",
    "Dataset",
    "Predictions",
    "custom_predictions",
    "kinds_of",
    "load_dataset",
    "open_dataset",
    "pose2sim_dataset",
]
