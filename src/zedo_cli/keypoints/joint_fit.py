"""Which joint set keypoints without names are of: never a guess without a good fit.

The bones of the right joint set join the joints of a body by nearly the shortest way, from wherever it is
seen, half hidden or with no face. Those of a wrong one go to and fro. So the fit of a joint set is the length
of the shortest tree along its bones over that of the shortest tree on the same points.
"""

from functools import cache

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.joint_sets import SKELETONS, Skeleton
from zedo_cli.keypoints.container import Keypoints

GOOD = 1.75
"""Largest fit that counts. On held-out people (benchmarks/joint_sets.py) the right joint sets have a median
of 1.23 to 1.36, and 95 % of single people are below 1.7; all wrong ones have a median above 1.5, most above
2."""

CLEARLY_BETTER = 1.08
"""A second joint set with a fit of less than this times the best is as good. The closest pair, coco17 and
h36m17, differ by a factor of 1.17."""

NEVER_GUESSED = ("posetrack17",)
"""Its files name their joints, and it differs from coco17 in the head alone."""

FEWEST_JOINTS = 6
_MOST_PEOPLE = 300


def find_joint_set(keypoints: Keypoints) -> tuple[Skeleton, Note]:
    """The joint set of keypoints by the number of their joints and their geometry, with a note that says so.

    Raises `InputError` if no joint set of that number fits, or if two that differ do.
    """
    joints, source = keypoints.points.shape[1], keypoints.clip_names[0]
    fitting = [s for s in SKELETONS.values() if s.size == joints and s.name not in NEVER_GUESSED]
    if not fitting:
        sizes = ", ".join(f"{skeleton.name} {skeleton.size}" for skeleton in SKELETONS.values())
        raise InputError(
            f"{joints} joints fit no skeleton ({sizes})",
            source=source,
            fix="give `skeleton` a JSON file with the names of the joints in their order",
        )
    fits = {skeleton.name: joint_set_fit(keypoints, skeleton) for skeleton in fitting}
    ranked = sorted(fitting, key=lambda skeleton: fits[skeleton.name])
    best, least = ranked[0], fits[ranked[0].name]
    shown = ", ".join(f"{skeleton.name} {fits[skeleton.name]:.2f}" for skeleton in ranked)
    if not np.isfinite(least):
        if len(fitting) > 1:
            raise InputError(
                f"too few joints are seen to find out which of {', '.join(s.name for s in fitting)} they are",
                source=source,
                fix="name it with `skeleton`",
            )
        text = f"skeleton {best.name} (assumed from the number of joints, {best.size}, alone)"
        return best, Note("warning", text, "skeleton-assumed")
    if least > GOOD:
        raise InputError(
            f"the joints lie as of none of the skeletons with {joints} (bones over the shortest tree:"
            f" {shown}; at most {GOOD:g} fits)",
            source=source,
            fix="name it with `skeleton`, or give a JSON file with the names of the joints in their order",
        )
    for other in ranked[1:]:
        if fits[other.name] < min(GOOD, CLEARLY_BETTER * least) and _differ(keypoints, best, other):
            raise InputError(
                f"the joints may be {best.name} or {other.name} (bones over the shortest tree: {shown})",
                source=source,
                fix="name it with `skeleton`",
            )
    text = f"skeleton {best.name} (assumed from {best.size} joints and their geometry)"
    return best, Note("info", text, "skeleton-assumed")


def joint_set_fit(keypoints: Keypoints, skeleton: Skeleton) -> float:
    """Length of the shortest tree along a skeleton's bones over that of the shortest tree on the same points,
    median over people.

    1 is perfect; infinity if nobody has enough joints.
    """
    rows = np.linspace(0, len(keypoints) - 1, min(_MOST_PEOPLE, len(keypoints))).round().astype(int)
    used, allowed = _rules(skeleton.bones)
    points = np.asarray(keypoints.points, np.float64)[rows][:, used]
    seen = keypoints.confidence[rows][:, used] > 0
    shortest, along = shortest_trees(points, seen, allowed)
    enough = (seen.sum(1) >= FEWEST_JOINTS) & (shortest > 0)
    return float(np.median(along[enough] / shortest[enough])) if enough.any() else float("inf")


@cache
def _rules(bones: tuple[tuple[int, int], ...]) -> tuple[np.ndarray, np.ndarray]:
    """The joints that bones end at `[J]`, and which of them `shortest_trees` may join `[2, J, J]`: all, and
    the ends of bones."""
    used = np.unique(np.array(bones))
    allowed = np.zeros((len(used), len(used)), bool)
    for one, other in np.searchsorted(used, np.array(bones)):
        allowed[one, other] = allowed[other, one] = True
    return used, np.stack([np.ones_like(allowed), allowed])


def shortest_trees(points: np.ndarray, seen: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Length of the shortest tree that joins the seen points of each row (Prim's algorithm), by K rules.

    Args:
        points: `[N, J, 2]`. seen: `[N, J]`.
        allowed: `[K, J, J]`, which points may be joined; others only where nothing else is left.

    Returns:
        `[K, N]`
    """
    joints = points.shape[1]
    weight = np.linalg.norm(points[:, :, None] - points[:, None], axis=-1)
    weight = np.where(seen[:, :, None] & seen[:, None], weight, np.inf)
    weight = (weight + np.where(allowed, 0, _LAST)[:, None]).reshape(-1, joints, joints)
    rows, joint = np.arange(len(weight)), np.tile(seen.argmax(1), len(allowed))
    outside = np.tile(seen, (len(allowed), 1))
    nearest = np.full(outside.shape, np.inf)  # of each point to the tree
    steps = []
    for _ in range(joints - 1):
        outside[rows, joint] = False
        nearest = np.minimum(nearest, weight[rows, joint])
        left = np.where(outside, nearest, np.inf)
        joint = left.argmin(1)
        steps.append(left[rows, joint])
    lengths = np.array(steps)
    lengths[np.isinf(lengths)] = 0  # nothing was left
    return np.where(lengths < _LAST, lengths, lengths - _LAST).sum(0).reshape(len(allowed), -1)


_LAST = 1e9
"""Added to a length (px), so that it is only taken where nothing else is left."""


def _differ(keypoints: Keypoints, one: Skeleton, other: Skeleton) -> bool:
    """Whether the two mean other joints by the keypoints that are seen."""
    seen: np.ndarray = np.any(keypoints.confidence > 0, axis=0)
    for a, b in zip(one.sources, other.sources, strict=True):
        if a != b and all(seen[list(a)]) and all(seen[list(b)]) and a and b:
            return True
    return False
