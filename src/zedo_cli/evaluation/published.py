"""Published figures: those of `published.toml`, and the ablation on the poster of ZeDO (arXiv 2307.03833).

MPJPE and PA-MPJPE in mm. Not measured here.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).with_name("published.toml")


class Published(BaseModel):
    """A published row. ce: evaluated on a data set that it was not trained on. opt: an optimisation for each
    pose. source, input, why: see the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str
    source: str
    mpjpe: float | None = None
    pa_mpjpe: float | None = None
    ce: bool = False
    opt: bool = False
    samples: int = 1
    joints: str = ""
    input: str = ""
    why: str = ""


class PublishedOn(BaseModel):
    """What is published on a data set, and by which protocol."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    protocol: str
    rows: tuple[Published, ...]


@cache
def published() -> dict[str, PublishedOn]:
    """What is published, by data set."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: PublishedOn.model_validate(part) for name, part in document.items()}


def published_on(dataset: str) -> tuple[Published, ...]:
    """The rows of a data set; none if nothing is known."""
    found = published().get(dataset)
    return found.rows if found else ()


class PosterRow(NamedTuple):
    """A row of the ablation on the poster: its ticks, and MPJPE / PA-MPJPE for S = 1 and 50.

    optimised: rotation and translation of the start (RO); warmup (WU); augmented: the prior had rotation
    augmentation (RA); exact: ground-truth 2D (GT).
    """

    data: str
    prior: str
    optimised: bool
    warmup: bool
    augmented: bool
    exact: bool
    one: tuple[float, float]
    fifty: tuple[float, float]


POSTER = (
    PosterRow("h36m", "H36M", False, False, False, False, (75.0, 52.7), (53.4, 42.7)),
    PosterRow("h36m", "H36M", True, False, False, False, (77.2, 53.7), (52.7, 42.4)),
    PosterRow("h36m", "H36M", True, True, False, False, (65.7, 49.0), (51.4, 42.1)),
    PosterRow("h36m", "H36M", True, True, True, False, (69.5, 51.4), (52.9, 42.5)),
    PosterRow("h36m", "H36M", True, True, False, True, (50.1, 35.8), (37.0, 27.5)),
    PosterRow("3dhp", "H36M", False, False, False, True, (148.3, 88.8), (93.4, 59.0)),
    PosterRow("3dhp", "H36M", True, True, False, True, (113.8, 74.1), (80.1, 56.0)),
    PosterRow("3dhp", "H36M", True, True, True, True, (99.9, 67.9), (69.9, 49.0)),
    PosterRow("3dhp", "3DHP", True, True, False, True, (86.5, 55.9), (55.2, 38.6)),
)
"""In the order of the poster. The RO and WU ticks of its first rows share a merged cell; they are read as its
arrows say."""
