"""How well the joint set of keypoints without names is found.

    python benchmarks/joint_sets.py

Held-out people of the data set `open`, exact and as a detector sees them, are written in each joint set and
measured against all joint sets of the same number of joints. Joints that the data do not have are put near
their neighbours: eyes and ears at the nose, toes and heels below the ankles, hands beyond the wrists.
"""

from typing import Any

import numpy as np

from zedo_cli.datasets.loading import load_dataset
from zedo_cli.joint_sets import SKELETONS, Skeleton
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.joint_fit import joint_set_fit
from zedo_cli.skeletons import JOINTS

PEOPLE = 300
NEAR = {"eye": "nose", "ear": "nose", "toe": "ankle", "heel": "ankle", "foot": "ankle", "hand": "wrist"}


def written_as(
    skeleton: Skeleton, points: np.ndarray, confidence: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """People on the 17 joints in another joint set. `[N, 17, 2]`, `[N, 17]` -> `[N, J, 2]`, `[N, J]`."""
    generator = np.random.default_rng(0)
    size = np.ptp(points, axis=1).max(1)
    other = np.zeros((len(points), skeleton.size, 2))
    trust = np.zeros((len(points), skeleton.size))
    nearest = {"neck": "thorax", "upper_neck": "nose", "head": "nose", "chest": "spine", "clavicle": "thorax"}
    for place, name in enumerate(skeleton.names):
        side = name.split("_")[0] + "_" if name.startswith(("left", "right")) else ""
        known = name if name in JOINTS else nearest.get(name)
        if known is None:
            part = next((near for ending, near in NEAR.items() if ending in name), None)
            known = None if part is None else part if part == "nose" else side + part
        if known is None:
            continue
        shift = 0 if name in JOINTS else 0.04 * generator.normal(size=(len(points), 2)) * size[:, None]
        other[:, place] = points[:, JOINTS.index(known)] + shift
        trust[:, place] = confidence[:, JOINTS.index(known)]
    return other, trust


def main() -> None:
    """Print the fit of right and wrong joint sets, person by person."""
    for kind in ("gt", "detected"):
        data: Any = load_dataset("open", None, kind)
        rows = np.linspace(0, len(data) - 1, PEOPLE).astype(int)
        points, confidence = data.keypoints.points[rows], data.keypoints.confidence[rows]
        if kind == "gt":
            confidence = np.ones_like(confidence)
        right: list[float] = []
        wrong: list[float] = []
        for skeleton in SKELETONS.values():
            other, trust = written_as(skeleton, points, confidence)
            for candidate in SKELETONS.values():
                if candidate.size != skeleton.size:
                    continue
                fits = [
                    joint_set_fit(Keypoints.from_arrays(p[None], t[None]), candidate)
                    for p, t in zip(other, trust, strict=True)
                ]
                shown = " ".join(f"{q:5.2f}" for q in np.quantile(fits, [0.01, 0.05, 0.5, 0.95, 0.99]))
                print(f"{kind:8s} written {skeleton.name:12s} read {candidate.name:12s} {shown}")
                (right if candidate is skeleton else wrong).extend(fits)
        for name, fits in (("right", right), ("wrong", wrong)):
            quantiles = np.quantile(fits, [0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999])
            shown = " ".join(f"{q:5.2f}" for q in quantiles)
            print(f"{kind}: {name} joint set, 0.1 1 5 50 95 99 99.9 %: {shown}")


if __name__ == "__main__":
    main()
