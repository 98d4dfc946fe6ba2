"""Joint sets, and the maps between them.

The pipeline works on the 17 joints of Human3.6M. The skeleton of a detector is a table that says from which
of its joints each of the 17 comes; a joint without a counterpart is missing, and the prior completes it.
"""

from dataclasses import dataclass, field

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

ADULT = 1.7
"""Height (m) of a standing adult with these bones."""

LIMBS = tuple(index for index, name in enumerate(JOINTS) if name.startswith(("left", "right")))
"""The twelve limb joints: hips, knees, ankles, shoulders, elbows, wrists. Every detector has them."""

NOSE_TRUST = 0.25
"""Factor on the confidence of a detector's nose as joint 9, which Human3.6M places at the upper end of the
neck."""


@dataclass(frozen=True)
class Skeleton:
    """The joint set of a detector.

    names: of its joints, in its order. sources: for each of the 17 joints, indices of the detector's joints
    whose mean it is; none where it has no counterpart. trust: for each of the 17 joints, a factor on its
    confidence, below 1 where the detector's joint is only close to ours. midpoints: indices (middle, one,
    other) of joints that lie about halfway between two others, by which the skeletons of one size are
    distinguished.
    """

    name: str
    names: tuple[str, ...]
    sources: tuple[tuple[int, ...], ...]
    trust: tuple[float, ...]
    midpoints: tuple[tuple[int, int, int], ...] = field(default=())

    @property
    def size(self) -> int:
        """The number of joints."""
        return len(self.names)


def _skeleton(
    name: str,
    names: str,
    sources: dict[str, tuple[str, ...]],
    midpoints: tuple[tuple[str, str, str], ...],
    nose_trust: float = NOSE_TRUST,
) -> Skeleton:
    """A skeleton whose limb joints have our names; `sources` says where the others come from."""
    known = tuple(names.split())
    trust = tuple(nose_trust if joint == "nose" else 1.0 for joint in JOINTS)
    parts = [sources.get(joint, (joint,) if joint in known else ()) for joint in JOINTS]
    return Skeleton(
        name,
        known,
        tuple(tuple(known.index(part) for part in joint) for joint in parts),
        trust,
        tuple((known.index(a), known.index(b), known.index(c)) for a, b, c in midpoints),
    )


_HIPS, _SHOULDERS = ("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")
_FACE = (("nose", "left_eye", "right_eye"), ("nose", "left_ear", "right_ear"))
_COCO = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow"
    " left_wrist"
    " right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
)
_FEET = " left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"

SKELETONS = {
    skeleton.name: skeleton
    for skeleton in (
        _skeleton(
            "h36m17",
            " ".join(JOINTS),
            {},
            (("pelvis", *_HIPS), ("thorax", *_SHOULDERS), ("spine", "pelvis", "thorax")),
            nose_trust=1.0,
        ),
        _skeleton("coco17", _COCO, {"pelvis": _HIPS, "thorax": _SHOULDERS}, _FACE),
        _skeleton(
            "body_25",
            "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist"
            " mid_hip right_hip"
            " right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear"
            + _FEET,
            {"pelvis": ("mid_hip",), "thorax": ("neck",)},
            (("mid_hip", *_HIPS), ("neck", *_SHOULDERS), ("nose", "right_eye", "left_eye")),
        ),
        _skeleton(
            "body_25b",
            _COCO + " upper_neck head_top" + _FEET,
            {"pelvis": _HIPS, "thorax": _SHOULDERS},
            (("upper_neck", *_SHOULDERS), *_FACE),
        ),
    )
}
"""The skeletons that are read, by the name that `skeleton` takes."""
