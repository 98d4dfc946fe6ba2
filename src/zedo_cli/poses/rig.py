"""A skeleton of rigid bones for animation: its hierarchy, and rotations from positions.

The frame has Y up; at rest the person stands in a T and faces +Z, the left arm along +X. Every bone has a
joint of its own (with hips and shoulders branching at zero offset, as in CMU's BVH files), so that forward
kinematics gives every position back but for the changes of bone lengths.

Positions leave the turn of a bone about itself open. Rules: thigh and shin turn about the axis of the knee,
upper arm and forearm about that of the elbow, as far as they are bent; straight legs follow the line of the
hips, straight arms turn the shortest way from the chest. The trunk follows hips and shoulders. A foot follows
its shin, a hand its forearm.
"""

from dataclasses import dataclass

import numpy as np

from zedo_cli.skeletons import INDEX

BENT, STRAIGHT = 0.35, 0.10
"""Sine of the angle at a knee or elbow above which it alone gives the turn, and below which it gives none."""

TIP = 0.15
"""Length (m) of feet and hands, which are not measured."""

_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True)
class Bone:
    """A joint of the rig at `start`, whose bone leads to `end` (None: it only turns).

    rest: direction of the bone in the rest pose. beside: the axis across it whose direction is known. tip: of
    a last bone, its direction at rest.
    """

    name: str
    parent: int
    start: str
    end: str | None
    rest: np.ndarray
    beside: np.ndarray
    tip: np.ndarray | None = None


def _bones() -> tuple[Bone, ...]:
    bones = [Bone("Hips", -1, "pelvis", None, _Y, _X)]

    def add(name: str, parent: str, start: str, end: str | None, *axes: np.ndarray) -> None:
        parents = [bone.name for bone in bones]
        bones.append(Bone(name, parents.index(parent), start, end, *axes))

    for side, out in (("Left", _X), ("Right", -_X)):
        own = side.lower()
        add(f"{side[0]}HipJoint", "Hips", "pelvis", f"{own}_hip", out, _Y)
        add(f"{side}UpLeg", f"{side[0]}HipJoint", f"{own}_hip", f"{own}_knee", -_Y, _X)
        add(f"{side}Leg", f"{side}UpLeg", f"{own}_knee", f"{own}_ankle", -_Y, _X)
        add(f"{side}Foot", f"{side}Leg", f"{own}_ankle", None, -_Y, _X, _Z)
    add("LowerBack", "Hips", "pelvis", "spine", _Y, _X)
    add("Spine", "LowerBack", "spine", "thorax", _Y, _X)
    add("Spine1", "Spine", "thorax", None, _Y, _X)
    add("Neck", "Spine1", "thorax", "nose", _Y, _X)
    add("Head", "Neck", "nose", "head_top", _Y, _X)
    add("HeadTop", "Head", "head_top", None, _Y, _X, _Y)
    for side, out, hinge in (("Left", _X, -_Y), ("Right", -_X, _Y)):
        own = side.lower()
        add(f"{side}Shoulder", "Spine1", "thorax", f"{own}_shoulder", out, _Y)
        add(f"{side}Arm", f"{side}Shoulder", f"{own}_shoulder", f"{own}_elbow", out, hinge)
        add(f"{side}ForeArm", f"{side}Arm", f"{own}_elbow", f"{own}_wrist", out, hinge)
        add(f"{side}Hand", f"{side}ForeArm", f"{own}_wrist", None, out, hinge, out)
    return tuple(bones)


BONES = _bones()
"""The joints of the rig, parents first."""

NAMES = tuple(bone.name for bone in BONES)


def offsets(points: np.ndarray) -> np.ndarray:
    """Offset of each joint from its parent at rest (m) `[K, 3]`, by the median bones in `[T, 17, 3]`."""
    found = np.zeros((len(BONES), 3))
    for row, bone in enumerate(BONES):
        above = BONES[bone.parent]
        if bone.parent >= 0 and above.end is not None:
            length = np.linalg.norm(points[:, INDEX[above.end]] - points[:, INDEX[above.start]], axis=-1)
            found[row] = above.rest * np.median(length)
    return found


def orientations(points: np.ndarray) -> np.ndarray:
    """Orientation of each joint in space `[T, K, 3, 3]`, identity at rest, from `points [T, 17, 3]` m."""
    turns: dict[str, np.ndarray] = {}
    hips = _between(points, "right_hip", "left_hip")
    shoulders = _between(points, "right_shoulder", "left_shoulder")
    low, high = _between(points, "pelvis", "spine"), _between(points, "spine", "thorax")
    for bone in BONES:
        along = None if bone.end is None else _between(points, bone.start, bone.end)
        above = turns[BONES[bone.parent].name] if bone.parent >= 0 else None
        match bone.name:
            case "Hips" | "LowerBack":
                # the hips' line is rigid: the pelvis keeps it exactly, the back its direction
                turn = _turn(hips, low, _X, _Y) if bone.name == "Hips" else _turn(low, hips, _Y, _X)
            case "Spine" | "Spine1":
                turn = _turn(high, shoulders, _Y, _X)
            case "Neck" | "Head":
                assert along is not None
                turn = _turn(along, shoulders, _Y, _X)
            case "LHipJoint" | "RHipJoint":
                assert along is not None
                turn = _turn(along, low, bone.rest, _Y)
            case "LeftShoulder" | "RightShoulder":
                assert along is not None
                turn = _turn(along, high, bone.rest, _Y)
            case _ if along is None:
                assert above is not None
                turn = above
            case _:
                assert along is not None
                turn = _turn(along, _hinge(points, bone, turns, hips), bone.rest, bone.beside)
        turns[bone.name] = turn
    return np.stack(list(turns.values()), axis=1)


def local_rotations(turns: np.ndarray) -> np.ndarray:
    """Orientations `[T, K, 3, 3]` relative to the parents'."""
    local = turns.copy()
    for row, bone in enumerate(BONES):
        if bone.parent >= 0:
            local[:, row] = np.swapaxes(turns[:, bone.parent], -1, -2) @ turns[:, row]
    return local


def forward(root: np.ndarray, local: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Forward kinematics: positions of the joints of the rig `[T, K, 3]`.

    Args:
        root: position of the pelvis `[T, 3]`.
        local: rotations relative to the parents `[T, K, 3, 3]`.
        offset: at rest `[K, 3]`.
    """
    turns, places = [local[:, 0]], [root]
    for row, bone in enumerate(BONES[1:], 1):
        places.append(places[bone.parent] + turns[bone.parent] @ offset[row])
        turns.append(turns[bone.parent] @ local[:, row])
    return np.stack(places, axis=1)


def _hinge(points: np.ndarray, bone: Bone, turns: dict[str, np.ndarray], hips: np.ndarray) -> np.ndarray:
    """The axis of the knee or elbow `[T, 3]`, about which thigh and shin, upper arm and forearm turn."""
    side, leg = bone.start.split("_")[0], "Leg" in bone.name
    ends = ("hip", "knee", "ankle") if leg else ("shoulder", "elbow", "wrist")
    upper, lower = (_between(points, f"{side}_{a}", f"{side}_{b}") for a, b in (ends[:2], ends[1:]))
    normal = np.cross(_unit(upper), _unit(lower))
    bend = np.linalg.norm(normal, axis=-1, keepdims=True)
    share = ((bend - STRAIGHT) / (BENT - STRAIGHT)).clip(0, 1)
    share = share * share * (3 - 2 * share)
    if leg:
        usual = _unit(hips)
    else:
        chest = turns["Spine1"]
        arc = _shortest(chest @ bone.rest, _unit(upper))
        usual = np.einsum("tij,tj->ti", arc, chest @ bone.beside)
    axis = share * normal / np.maximum(bend, 1e-9) + (1 - share) * usual
    weak = np.linalg.norm(axis, axis=-1, keepdims=True) < 0.2
    return np.where(weak, usual, axis)


def _between(points: np.ndarray, start: str, end: str) -> np.ndarray:
    vector: np.ndarray = points[:, INDEX[end]] - points[:, INDEX[start]]
    return vector


def _unit(vectors: np.ndarray) -> np.ndarray:
    unit: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit


def _basis(along: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Right-handed bases `[..., 3, 3]` whose first column is `along`, the second near `beside`."""
    first = _unit(along)
    across = beside - (beside * first).sum(-1, keepdims=True) * first
    least = np.eye(3)[np.abs(first).argmin(-1)]
    spare = least - (least * first).sum(-1, keepdims=True) * first
    across = np.where(np.linalg.norm(across, axis=-1, keepdims=True) > 1e-6, across, spare)
    second = _unit(across)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def _turn(along: np.ndarray, beside: np.ndarray, rest: np.ndarray, rest_beside: np.ndarray) -> np.ndarray:
    """Rotations that take `rest` to `along` exactly and `rest_beside` towards `beside`."""
    turn: np.ndarray = _basis(along, beside) @ _basis(rest, rest_beside).T
    return turn


def _shortest(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Rotations `[T, 3, 3]` that take unit vectors the shortest way (Rodrigues' formula)."""
    axis, cosine = np.cross(start, end), (start * end).sum(-1)[:, None, None]
    zero = np.zeros(len(axis))
    x, y, z = axis.T
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(-1, 3, 3)
    return np.eye(3) + cross + cross @ cross / np.maximum(1 + cosine, 1e-6)
