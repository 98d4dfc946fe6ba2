"""Names of joints as producers and people write them: `LShoulder`, `left-shoulder`, `shoulder_l`, `lsho`."""

import re
from collections.abc import Sequence
from pathlib import Path

from zedo_cli.errors import InputError, choose
from zedo_cli.io.files import read_json
from zedo_cli.joint_sets import SAME_AS, SKELETONS, Skeleton, skeleton_of
from zedo_cli.skeletons import JOINTS

_SIDES = {"left": "left", "l": "left", "right": "right", "r": "right"}

_PARTS = {
    "shoulder": "shoulder sho shldr",
    "elbow": "elbow elb",
    "wrist": "wrist wri",
    "hip": "hip",
    "knee": "knee kne",
    "ankle": "ankle ank",
    "eye": "eye",
    "ear": "ear",
    "heel": "heel",
    "foot": "foot footindex foot_index toes",
    "big_toe": "bigtoe big_toe toe toebase",
    "small_toe": "smalltoe small_toe littletoe",
    "hand": "hand handcenter palm",
}
"""Names of joints that are on both sides."""

_MIDDLE = {
    "pelvis": "pelvis midhip mid_hip hip hips hipcenter hip_center centerhip root spinebase spine_base",
    "spine": "spine midspine spinemid spine_mid mid_spine torso spine1",
    "thorax": "thorax spineshoulder spine_shoulder midshoulder mid_shoulder shouldercenter shoulder_center",
    "chest": "chest spine2 spine3 spine4 spinechest sternum",
    "neck": "neck",
    "upper_neck": "upperneck upper_neck headbottom head_bottom neckbase",
    "nose": "nose",
    "head": "head headcenter head_center",
    "head_top": "headtop head_top topofhead tophead vertex crown",
}
_UNUSED = (
    *("eye_inner", "eye_outer", "eyeinner", "eyeouter", "iris", "pupil", "brow", "mouth", "lip", "jaw"),
    *("chin", "cheek", "forehead", "face", "clavicle", "collar", "scapula", "pinky", "index", "thumb"),
    *("finger", "hand_tip", "handtip", "middle", "ring", "tip", "knuckle"),
)
"""Parts of the body that are known and not needed."""

_BOTH_SIDES = {alias: part for part, names in _PARTS.items() for alias in names.split()}
_ONE = {alias: part for part, names in _MIDDLE.items() for alias in names.split()}

NAMES_FILE = ".json"
"""The ending of a file that names the joints of a user's own joint set."""


def canonical(name: str) -> str | None:
    """The name of the joint in `joint_sets`; empty for a part of the body that is not needed; None if it is
    unknown."""
    words = _words(name)
    joined = "_".join(words)
    if joined in _ONE:
        return _ONE[joined]
    side, part = _side_and_part(words)
    if side and part in _BOTH_SIDES:
        return f"{side}_{_BOTH_SIDES[part]}"
    if not side and part in _ONE:
        return _ONE[part]
    if any(part.startswith(word) or f"_{word}" in part for word in _UNUSED):
        return ""
    return None


def skeleton_from_names(
    names: Sequence[str], source: str | Path, where: str | None = "joint_names", name: str = "named joints"
) -> Skeleton:
    """The skeleton of joints that are named in a file.

    Raises `InputError` for unknown names, for names that mean the same joint, and if too few are known.
    """
    found = [canonical(joint) for joint in names]
    unknown = [joint for joint, known in zip(names, found, strict=True) if known is None]
    if unknown:
        raise InputError(
            f"unknown joints: {_shortened(unknown)}",
            source=source,
            where=where,
            fix="give `skeleton` a JSON file that maps your names to ours, for instance"
            ' {"' + unknown[0] + '": "left_knee"}; joints that it leaves out are not used',
        )
    return _checked([known or "" for known in found], names, source, where, name)


def find_skeleton(skeleton: str | Path, names: Sequence[str] | None = None) -> Skeleton:
    """The skeleton of a known name, or of a JSON file that names joints.

    Args:
        skeleton: a name of `SKELETONS`, or a file: a list of joint names in the order of the keypoints, or a
            map from names to ours. Without names in the keypoints, the order of the map is theirs.
        names: of the joints in the keypoints, if they have names. They decide the order of the joints.

    Raises:
        InputError: the name is unknown; it lists the known ones. Or the file cannot be used, or the joints
            are named and are others.
    """
    text = str(skeleton)
    if not text.lower().endswith(NAMES_FILE):
        return _in_order(choose(SAME_AS.get(text, text), SKELETONS, "skeleton"), names)
    path = Path(text)
    document = read_json(path)
    if isinstance(document, list) and document and all(isinstance(name, str) for name in document):
        return skeleton_from_names(document, path, None, path.stem)
    if not isinstance(document, dict) or not document:
        raise InputError(
            "must be a list of joint names or a map from your names to ours",
            source=path,
            fix='write {"lsho": "left_shoulder", ...}',
        )
    ours = {}
    for own, meant in document.items():
        joint = (
            canonical(meant) if isinstance(meant, str) and meant else ("" if meant in (None, "") else None)
        )
        if joint is None:
            raise InputError(
                f"'{meant}' is none of our joints",
                source=path,
                where=own,
                fix=f"they are {', '.join(JOINTS)}; null for a joint that is not used",
            )
        ours[own] = joint
    order = list(ours) if names is None else list(names)
    return _checked([ours.get(own, "") for own in order], order, path, None, path.stem)


def _in_order(skeleton: Skeleton, names: Sequence[str] | None) -> Skeleton:
    """The skeleton for joints that are named: the names decide their order, if all of them are known."""
    found = [canonical(joint) for joint in names or ()]
    ours = [canonical(joint) or "" for joint in skeleton.names]
    if None in found or len(found) != len(ours):
        return skeleton
    limbs = {place for place, joint in enumerate(ours) if joint.startswith(("left_", "right_"))}
    if all(found[place] == ours[place] for place in limbs):
        return skeleton
    if sorted(map(str, found)) != sorted(ours):
        raise InputError(
            f"the joints of the file have names ({_shortened(list(names or ()))}) and are not those of"
            f" {skeleton.name}; leave it out",
            setting="skeleton",
        )
    return _checked([joint or "" for joint in found], list(names or ()), skeleton.name, None, skeleton.name)


def _checked(
    joints: list[str], names: Sequence[str], source: str | Path, where: str | None, name: str
) -> Skeleton:
    for joint in set(joints) - {""}:
        same = [names[place] for place, other in enumerate(joints) if other == joint]
        if len(same) > 1 and joint in (*JOINTS, "neck", "upper_neck", "head"):
            raise InputError(f"{' and '.join(same)} both mean {joint}", source=source, where=where)
    known = next((one for one in SKELETONS.values() if list(one.names) == joints), None)
    exact_nose = 1.0 if set(joints) == set(JOINTS) else None  # Human3.6M's joints in another order
    skeleton = known or skeleton_of(name, tuple(joints), exact_nose)
    limbs = sum(bool(sources) for sources in skeleton.sources)
    if limbs < 6:
        raise InputError(
            f"only {limbs} of the {len(JOINTS)} joints are known by their names",
            source=source,
            where=where,
            fix=f"ours are {', '.join(JOINTS)}",
        )
    return skeleton


def _words(name: str) -> list[str]:
    """`LBigToe`, `l-big toe` -> l, big, toe."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.strip())
    return [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]


def _side_and_part(words: list[str]) -> tuple[str, str]:
    """The side of the body, or an empty string, and the rest of the name."""
    for place in (0, -1):
        if words and words[place] in _SIDES:
            rest = words[1:] if place == 0 else words[:-1]
            return _SIDES[words[place]], "_".join(rest)
    joined = "_".join(words)
    for prefix in ("left", "right", "l", "r"):
        rest_of_name = joined.removeprefix(prefix)
        if rest_of_name != joined and rest_of_name in _BOTH_SIDES:
            return _SIDES[prefix], rest_of_name
    return "", joined


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
