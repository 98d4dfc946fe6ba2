"""The 17 joints of Human3.6M, on which the pipeline works: names, sides, bones.

The joint sets of detectors are in `joint_sets.py`.
"""

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

INDEX = {name: index for index, name in enumerate(JOINTS)}
"""Index of each joint by name."""

PARENTS = (0, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15)
"""Parent of each joint; the pelvis is its own."""


def other_side(name: str) -> str:
    """`left_knee` -> `right_knee` and back; the trunk's joints are their own."""
    return name.replace("right", "left") if "right" in name else name.replace("left", "right")


def joints_ending(*ends: str) -> list[int]:
    """Indices of the joints whose names end so: `joints_ending("knee", "ankle")`."""
    return [index for index, name in enumerate(JOINTS) if name.endswith(ends)]


def swap_order(*ends: str) -> list[int]:
    """The order of the joints with left and right exchanged where the name ends so; `swap_order("")`
    exchanges all."""
    return [INDEX[other_side(name)] if name.endswith(ends) else index for index, name in enumerate(JOINTS)]


MIRROR = tuple(swap_order(""))
"""The joint on the other side of the body, for each joint."""

MIRROR_BONES = tuple(joint - 1 for joint in MIRROR[1:])
"""The same for the 16 bones that end at joints 1 to 16."""

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

BONE_LENGTHS = (
    0.118,
    0.455,
    0.44,
    0.118,
    0.455,
    0.44,
    0.235,
    0.25,
    0.11,
    0.13,
    0.158,
    0.295,
    0.25,
    0.158,
    0.295,
    0.25,
)
"""Mean distance (m) of joints 1..16 from their parents in an adult, by Human3.6M's joint definitions."""

MEAN_BONES = tuple(BONE_LENGTHS[ends[0] - 1] for ends in BONES.values())
"""The same lengths (m) in the order of `BONES`."""

MIN_JOINTS = 4
"""A person with fewer keypoints than this, pelvis and thorax (which may be means of others) aside, is left
out."""

ADULT = 1.7
"""Height (m) of a standing adult with these bones."""

LIMBS = tuple(index for index, name in enumerate(JOINTS) if name.startswith(("left", "right")))
"""The twelve limb joints: hips, knees, ankles, shoulders, elbows, wrists. Every detector has them."""
