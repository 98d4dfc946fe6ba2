"""The joint sets of detectors, and how the 17 joints follow from the names of theirs.

A joint set is a list of names. `skeleton_of` derives from it where each of the 17 joints comes from; a joint
without a counterpart is missing, and the prior completes it. Names of other producers are brought to these by
`joint_names.py`.
"""

from dataclasses import dataclass

from zedo_cli.skeletons import JOINTS

NOSE_TRUST = 0.25
"""Factor on the confidence of a detector's nose as joint 9, which Human3.6M places at the upper end of the
neck."""

NECK_TRUST = 0.5
"""The same for the upper end of the neck, or the middle of the head, of other joint sets."""

_HIPS, _SHOULDERS = ("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")

_SOURCES: dict[str, tuple[tuple[tuple[str, ...], float], ...]] = {
    "pelvis": ((("pelvis",), 1.0), (_HIPS, 1.0)),
    "thorax": ((("thorax",), 1.0), (("neck",), 1.0), (_SHOULDERS, 1.0)),
    "nose": ((("nose",), NOSE_TRUST), (("upper_neck",), NECK_TRUST), (("head",), NECK_TRUST)),
}
"""Where a joint comes from, the best first: joints whose mean it is, and the factor on their confidence. The
others come from the joint of the same name."""

_NEIGHBOURS: dict[str, tuple[str, ...]] = {
    "left_hip": ("pelvis", "right_hip", "left_shoulder"),
    "right_hip": ("pelvis", "right_shoulder"),
    "left_shoulder": ("thorax", "neck", "upper_neck", "right_shoulder", "nose", "left_ear", "left_clavicle"),
    "right_shoulder": ("thorax", "neck", "upper_neck", "nose", "right_ear", "right_clavicle"),
    "left_clavicle": ("thorax", "neck", "right_clavicle"),
    "right_clavicle": ("thorax", "neck"),
    "pelvis": ("spine", "chest", "thorax", "neck"),
    "spine": ("thorax", "neck", "chest"),
    "chest": ("thorax", "neck"),
    "neck": ("thorax",),
    "upper_neck": ("thorax", "neck", "nose", "head"),
    "head": ("upper_neck", "neck", "thorax"),
    "nose": ("head", "upper_neck", "neck", "thorax"),
    "head_top": ("head", "nose", "upper_neck", "neck", "thorax", "left_eye", "right_eye"),
    "left_ear": ("left_eye", "nose", "right_ear", "neck", "upper_neck"),
    "right_ear": ("right_eye", "nose", "neck", "upper_neck"),
    "left_eye": ("nose", "right_eye"),
    "right_eye": ("nose",),
}
"""Which joints lie next to each other in a body, in one direction; the limbs follow in `_LIMB`."""

_LIMB = {
    "elbow": ("shoulder",),
    "wrist": ("elbow",),
    "hand": ("wrist",),
    "hand_tip": ("hand",),
    "thumb": ("hand", "wrist"),
    "index": ("wrist", "thumb"),
    "pinky": ("wrist", "index"),
    "knee": ("hip",),
    "ankle": ("knee",),
    "heel": ("ankle",),
    "foot": ("ankle", "heel"),
    "big_toe": ("foot", "ankle", "heel"),
    "small_toe": ("big_toe", "ankle", "heel"),
}


@dataclass(frozen=True)
class Skeleton:
    """A joint set.

    names: of its joints, in its order. sources: for each of the 17 joints, indices of the joints whose mean
    it is; none where it has no counterpart. trust: for each of the 17 joints, a factor on its confidence,
    below 1 where the detector's joint is only close to ours. bones: pairs of indices of joints that lie next
    to each other in a body, more than a tree has.
    """

    name: str
    names: tuple[str, ...]
    sources: tuple[tuple[int, ...], ...]
    trust: tuple[float, ...]
    bones: tuple[tuple[int, int], ...]

    @property
    def size(self) -> int:
        """The number of joints."""
        return len(self.names)


def skeleton_of(name: str, names: tuple[str, ...], nose_trust: float | None = None) -> Skeleton:
    """The skeleton of joints with these names, in their order; empty names are joints that are not used.

    Args:
        nose_trust: the factor on the confidence of joint 9, in place of the rule's.
    """
    index = {joint: place for place, joint in enumerate(names) if joint}
    sources: list[tuple[int, ...]] = []
    trust: list[float] = []
    for joint in JOINTS:
        rules = _SOURCES.get(joint, (((joint,), 1.0),))
        found = [rule for rule in rules if all(part in index for part in rule[0])]
        parts, factor = found[0] if found else ((), 1.0)
        sources.append(tuple(index[part] for part in parts))
        trust.append(nose_trust if nose_trust is not None and joint == "nose" else factor)
    return Skeleton(name, names, tuple(sources), tuple(trust), _bones(index))


def _bones(index: dict[str, int]) -> tuple[tuple[int, int], ...]:
    """The pairs of joints that lie next to each other in a body."""
    bones = []
    for joint, place in index.items():
        side, _, part = joint.partition("_")
        neighbours = _NEIGHBOURS.get(joint, ())
        if side in ("left", "right"):
            neighbours += tuple(f"{side}_{other}" for other in _LIMB.get(part, ()))
        bones += [(place, index[other]) for other in neighbours if other in index]
    return tuple(bones)


def _numbered(part: str, count: int) -> str:
    return " ".join(f"{part}_{number}" for number in range(count))


def _both(template: str, sides: tuple[str, str] = ("left", "right")) -> str:
    return " ".join(template.format(side) for side in sides)


_FACE = "nose left_eye right_eye left_ear right_ear"
_COCO_ARMS = "left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist"
_COCO_BODY = f"{_COCO_ARMS} left_hip right_hip left_knee right_knee left_ankle right_ankle"
_COCO = f"{_FACE} {_COCO_BODY}"
_ARMS = "right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist"
_LEGS = "right_hip right_knee right_ankle left_hip left_knee left_ankle"
_FEET = "left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"
_OPENPOSE_FACE = "right_eye left_eye right_ear left_ear"
_KINECT_ARM = "{0}_shoulder {0}_elbow {0}_wrist {0}_hand"
_KINECT_LEG = "{0}_hip {0}_knee {0}_ankle {0}_foot"
_3DHP_ARM = "{0}_clavicle {0}_shoulder {0}_elbow {0}_wrist {0}_hand"
_3DHP_LEG = "{0}_hip {0}_knee {0}_ankle {0}_foot {0}_big_toe"


_HANDS = _both(_numbered("{0}_finger", 21))
_HALPE = (
    f"{_COCO} head_top neck pelvis left_big_toe right_big_toe left_small_toe right_small_toe"
    " left_heel right_heel"
)
_NAMES = {
    "h36m17": " ".join(JOINTS),
    "coco17": _COCO,
    "coco18": f"nose neck {_ARMS} {_LEGS} {_OPENPOSE_FACE}",
    "body_25": f"nose neck {_ARMS} pelvis {_LEGS} {_OPENPOSE_FACE} {_FEET}",
    "body_25b": f"{_COCO} upper_neck head_top {_FEET}",
    "coco25": f"{_FACE} neck {_COCO_ARMS} left_hip right_hip pelvis left_knee right_knee"
    f" left_ankle right_ankle {_FEET}",
    "mpi15": f"head_top neck {_ARMS} {_LEGS} chest",
    "mpii16": "right_ankle right_knee right_hip left_hip left_knee left_ankle pelvis thorax upper_neck"
    " head_top right_wrist right_elbow right_shoulder left_shoulder left_elbow left_wrist",
    "halpe26": _HALPE,
    "halpe68": f"{_HALPE} {_HANDS}",
    "halpe136": f"{_HALPE} {_numbered('face', 68)} {_HANDS}",
    "coco133": f"{_COCO} {_FEET} {_numbered('face', 68)} {_HANDS}",
    "blazepose33": "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer"
    f" left_ear right_ear left_mouth right_mouth {_COCO_ARMS}"
    " left_pinky right_pinky left_index right_index left_thumb right_thumb"
    " left_hip right_hip left_knee right_knee left_ankle right_ankle left_heel right_heel"
    " left_big_toe right_big_toe",
    "3dhp17": f"head_top neck {_ARMS} {_LEGS} pelvis spine head",
    "3dhp28": f"spine3 spine4 spine2 spine pelvis neck head head_top {_both(_3DHP_ARM)} {_both(_3DHP_LEG)}",
    "posetrack17": f"nose upper_neck head_top left_ear right_ear {_COCO_BODY}",
    "kinect25": f"pelvis spine upper_neck head {_both(_KINECT_ARM)} {_both(_KINECT_LEG)} thorax"
    " left_hand_tip left_thumb right_hand_tip right_thumb",
}
_NOSE_TRUST = {"h36m17": 1.0, "3dhp17": 1.0, "3dhp28": 1.0}

SKELETONS = {
    name: skeleton_of(name, tuple(names.split()), _NOSE_TRUST.get(name)) for name, names in _NAMES.items()
}
"""The skeletons that are read, by the name that `skeleton` takes."""

SAME_AS = {
    "ntu25": "kinect25",
    "openpose18": "coco18",
    "wholebody133": "coco133",
    "mediapipe33": "blazepose33",
}
"""Other names of the same joint sets."""
