"""Published figures: from the tables and the poster of the ZeDO paper (arXiv 2307.03833), and of the methods
named there.

MPJPE and PA-MPJPE in mm. Not measured here; by the paper's protocol, which takes the best of 50 hypotheses.
"""

from typing import NamedTuple


class Published(NamedTuple):
    """A row of a table. ce: evaluated on a data set it was not trained on. opt: an optimisation for each
    pose."""

    method: str
    mpjpe: float | None
    pa_mpjpe: float | None
    ce: bool = False
    opt: bool = False
    samples: int = 1
    joints: str = ""


PUBLISHED = {
    "3dpw": (
        Published("SPIN (Kolotouros)", 96.9, 59.2),
        Published("VIBE (Kocabas)", 82.9, 51.9),
        Published("PARE (Kocabas)", 74.7, 46.4),
        Published("HybrIK (Li)", 74.1, 45.0),
        Published("VirtualMarker (Ma)", 67.5, 41.3),
        Published("HybrIK", 82.0, 50.9, ce=True),
        Published("VIBE", 93.5, 56.5, ce=True),
        Published("PARE", 82.0, 50.9, ce=True),
        Published("PoseAug (Gong)", 94.1, 58.5, ce=True),
        Published("AdaptPose (Gholami)", 81.2, 46.5, ce=True),
        Published("PoseDA (Chai)", 87.7, 55.3, ce=True),
        Published("Song", None, 55.9, ce=True, opt=True),
        Published("Choutas", None, 52.2, ce=True, opt=True),
        Published("ZeDO", 69.7, 40.3, ce=True, opt=True, joints="17"),
        Published("ZeDO", 76.6, 43.1, ce=True, opt=True, joints="14"),
        Published("ZeDO, additional training data", 68.3, 38.4, ce=True, opt=True, joints="17"),
        Published("ZeDO, additional training data", 54.7, 30.6, ce=True, opt=True, samples=50, joints="17"),
    ),
    "h36m": (
        Published("ZeDO, prior H36M, detected 2D", 65.7, 49.0, opt=True),
        Published("ZeDO, prior H36M, detected 2D", 51.4, 42.1, opt=True, samples=50),
        Published("ZeDO, prior H36M, exact 2D", 50.1, 35.8, opt=True),
        Published("ZeDO, prior H36M, exact 2D", 37.0, 27.5, opt=True, samples=50),
    ),
    "3dhp": (
        Published("ZeDO, prior H36M", 99.9, 67.9, ce=True, opt=True),
        Published("ZeDO, prior H36M", 69.9, 49.0, ce=True, opt=True, samples=50),
        Published("ZeDO, prior 3DHP", 86.5, 55.9, opt=True),
        Published("ZeDO, prior 3DHP", 55.2, 38.6, opt=True, samples=50),
        Published("Platypose", 54.8, None, ce=True, samples=50),
        Published("Platypose", 48.3, None, ce=True, samples=200),
        Published("PoSynDA, adapted on its 2D", 58.2, None, ce=True),
        Published("PoseDA, adapted on its 2D", 61.3, None, ce=True),
    ),
}
"""By data set."""


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
