"""From the named joints of motion-capture skeletons to the 17 joints."""

import re

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.skeletons import JOINTS

NAMES: dict[str, tuple[str, ...]] = {
    "right_hip": ("rightupleg", "righthip", "rightthigh", "rhip", "rthigh", "rupleg", "rhipjoint"),
    "right_knee": ("rightleg", "rightknee", "rightlowleg", "rightshin", "rknee", "rshin", "rleg", "rfemur"),
    "right_ankle": ("rightfoot", "rightankle", "rankle", "rfoot", "rtibia"),
    "right_shoulder": ("rightarm", "rightuparm", "rightshoulder", "rshldr", "rshoulder", "rarm", "rclavicle"),
    "right_elbow": ("rightforearm", "rightlowarm", "rightelbow", "relbow", "rforearm", "rhumerus"),
    "right_wrist": ("righthand", "rightwrist", "rwrist", "rhand", "rradius"),
    "spine": ("spine", "spine1", "chest", "abdomen", "lowerback", "upperback"),
    "nose": ("head", "upperneck"),
    "head_top": ("headend", "headendsite", "headtop", "headsite"),
}
"""Names of joints, without prefix, case and punctuation, best first; the left side is derived.

The joint of the arm comes before that of the shoulder, because a skeleton with both calls the root of the
collar bone a shoulder.
"""

HEAD = 0.17
"""Length (m) of a head whose top is not in the file."""

_REQUIRED = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")


def to_joints(names: list[str], positions: np.ndarray, place: str) -> np.ndarray:
    """The 17 joints `[N, 17, 3]` from named ones `[N, K, 3]` (m).

    Pelvis and thorax are the middles of hips and shoulders, as in the bundled poses; joint 9 is the base of
    the skull; a missing spine joint is interpolated. Raises `InputError` for a skeleton without limbs.
    """
    index = {_plain(name): i for i, name in reversed(list(enumerate(names)))}
    joints = np.full((len(positions), len(JOINTS), 3), np.nan)
    for joint, name in enumerate(JOINTS):
        source = next((index[key] for key in _candidates(name) if key in index), None)
        if source is not None:
            joints[:, joint] = positions[:, source]
        elif name.endswith(_REQUIRED):
            known = ", ".join(names[:8])
            joint_name = name.replace("_", " ")
            raise InputError(
                f"no joint is recognised as the {joint_name}", source=place, fix=f"the file has {known}, ..."
            )
    at = JOINTS.index
    joints[:, 0] = (joints[:, at("right_hip")] + joints[:, at("left_hip")]) / 2
    joints[:, at("thorax")] = (joints[:, at("right_shoulder")] + joints[:, at("left_shoulder")]) / 2
    pelvis, thorax = joints[:, 0], joints[:, at("thorax")]
    for name, guess in (
        ("spine", pelvis + 0.42 * (thorax - pelvis)),
        ("nose", thorax + 0.3 * (thorax - pelvis)),
    ):
        if np.isnan(joints[:, at(name)]).any():
            joints[:, at(name)] = guess
    nose, top = joints[:, at("nose")], joints[:, at("head_top")]
    if np.isnan(top).any() or np.median(np.linalg.norm(top - nose, axis=-1)) < HEAD / 3:
        along = nose - thorax
        joints[:, at("head_top")] = nose + HEAD * along / np.linalg.norm(along, axis=-1, keepdims=True).clip(
            1e-6
        )
    return joints


def _candidates(name: str) -> tuple[str, ...]:
    if name.startswith("left"):
        right = NAMES.get(name.replace("left", "right"), ())
        return tuple(
            re.sub("^right", "left", key) if key.startswith("right") else "l" + key[1:] for key in right
        )
    return NAMES.get(name, ())


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.rsplit(":", 1)[-1].lower())
