"""Joint sets and the maps between them.

The pipeline works on the 17 joints of Human3.6M. A detector's skeleton is a table that says from which of its joints
each of the 17 comes; where it has no counterpart, the joint is missing and the prior completes it.
"""

from typing import NamedTuple

JOINTS = (
    "pelvis",
    "right_hip",
    "right_knee",
    "right_ankle",
    "left_hip",
    "left_knee",
    "left_ankle",
    "spine",
    "thorax",
    "nose",
    "head_top",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
    "right_shoulder",
    "right_elbow",
    "right_wrist",
)
"""The 17 joints, in Human3.6M's order."""

PARENTS = (0, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15)
"""Parent of each joint; the pelvis is its own."""

MIRROR = tuple(
    JOINTS.index(name.replace("right", "left") if "right" in name else name.replace("left", "right")) for name in JOINTS
)
"""The joint on the other side of the body, for each joint."""

BONES = {
    "hip": (1, 4),
    "thigh": (2, 5),
    "shin": (3, 6),
    "lower trunk": (7,),
    "upper trunk": (8,),
    "neck": (9,),
    "head": (10,),
    "shoulder": (11, 14),
    "upper arm": (12, 15),
    "forearm": (13, 16),
}
"""The bones of a body, by the joints in which they end, on one side or on both."""

BONE_LENGTHS = (0.118, 0.455, 0.44, 0.118, 0.455, 0.44, 0.235, 0.25, 0.11, 0.13, 0.158, 0.295, 0.25, 0.158, 0.295, 0.25)
"""Mean distance (m) of joints 1..16 from their parents in an adult, by Human3.6M's joint definitions."""

ADULT = 1.7
"""Height (m) of a standing adult of these bones."""

LIMBS = tuple(i for i, name in enumerate(JOINTS) if name.startswith(("left", "right")))
"""The twelve limb joints: hips, knees, ankles, shoulders, elbows, wrists. Every detector has them."""

NOSE_TRUST = 0.25
"""Factor on the confidence of a detector's nose as joint 9, which Human3.6M places at the neck's upper end."""


class Skeleton(NamedTuple):
    """A detector's joint set.

    sources: for each of the 17 joints, the detector's joints whose mean it is; none where it has no counterpart.
    trust: for each of the 17 joints, a factor on its confidence; below 1 where the counterpart is only near.
    """

    name: str
    size: int
    sources: tuple[tuple[int, ...], ...]
    trust: tuple[float, ...]


def _skeleton(name: str, size: int, sources: dict[str, tuple[int, ...]], nose_trust: float = NOSE_TRUST) -> Skeleton:
    trust = tuple(nose_trust if joint == "nose" else 1.0 for joint in JOINTS)
    return Skeleton(name, size, tuple(sources.get(joint, ()) for joint in JOINTS), trust)


def _limbs(left: tuple[int, ...], right: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Hip, knee, ankle, shoulder, elbow and wrist of either side."""
    limbs = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
    sides = {"left": left, "right": right}
    return {f"{side}_{limb}": (joint,) for side, joints in sides.items() for limb, joint in zip(limbs, joints, strict=True)}


_COCO = _limbs(left=(11, 13, 15, 5, 7, 9), right=(12, 14, 16, 6, 8, 10)) | {
    "pelvis": (11, 12),
    "thorax": (5, 6),
    "nose": (0,),
}
_BODY_25 = _limbs(left=(12, 13, 14, 5, 6, 7), right=(9, 10, 11, 2, 3, 4)) | {"pelvis": (8,), "thorax": (1,), "nose": (0,)}

SKELETONS = {
    skeleton.name: skeleton
    for skeleton in (
        _skeleton("h36m17", 17, {joint: (i,) for i, joint in enumerate(JOINTS)}, nose_trust=1.0),
        _skeleton("coco17", 17, _COCO),
        _skeleton("body_25", 25, _BODY_25),
        _skeleton("body_25b", 25, _COCO | {"head_top": (18,)}),
    )
}
"""The skeletons that are read, by the name that `--skeleton` takes."""
