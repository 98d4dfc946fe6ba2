"""A small data set with scores of made-up lifts, for tests of figures, tables and pictures."""

import numpy as np

from scenes import in_front_of_camera, to_pixels
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.datasets.predictions import Predictions
from zedo_cli.evaluation.protocol import STRICT
from zedo_cli.evaluation.scores import Scores, score
from zedo_cli.evaluation.summary import RunDescription, summary

K = pinhole(1000.0, 1000.0, 500.0, 500.0)


def made_scores(samples: int = 12, count: int = 18, name: str = "open") -> tuple[Dataset, Scores]:
    """Two groups of three sequences each; lifts are off by five centimetres a coordinate."""
    truth = in_front_of_camera(count)
    group = np.where(np.arange(count) < count // 3, "one", "two")
    sequence = np.array([f"{g}-{i % 3}" for i, g in enumerate(group)])
    part = Part(to_pixels(truth, K), truth, K, sequence, group, np.arange(count))
    data = dataset_of([part], name=name, kind="gt", by_group=True)
    hypotheses = truth[:, None] + 0.05 * np.random.default_rng(0).normal(size=(count, samples, 17, 3))
    made = Predictions(hypotheses[:, 0], hypotheses, np.full((count, 17), 0.05))
    return data, score(data, made, STRICT) | {"seconds": np.array([1.5])}


def report_of(name="open", samples=12, protocol=STRICT):
    data, scores = made_scores(samples, name=name)
    return summary(data, scores, protocol, RunDescription("zedo test", samples, {})), scores, data
