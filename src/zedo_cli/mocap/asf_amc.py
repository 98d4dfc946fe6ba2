"""Acclaim's ASF and AMC, in the layout of the CMU database: a skeleton file for a subject, a motion file for
a trial."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.mocap.container import Motion, checked, motion, resampled, y_to_z_up
from zedo_cli.mocap.rotations import about_axes
from zedo_cli.mocap.skeleton_names import to_joints
from zedo_cli.mocap.text import numbers, read_lines

SECONDS = 1 / 120
"""Duration of a frame: the rate of the database, which the files do not state."""

INCH = 0.0254

ENDS = {"head": "headtop", "lfoot": "ltoebase", "rfoot": "rtoebase", "lwrist": "lpalm", "rwrist": "rpalm"}
"""The joint at the end of bones that are named after their beginning; tibias end in ankles, radii in
wrists."""


@dataclass
class _Bone:
    name: str
    offset: np.ndarray
    frame: np.ndarray
    dof: str
    parent: str = "root"


@dataclass
class _Skeleton:
    bones: dict[str, _Bone]
    order: list[str]
    root_order: list[str]
    root_frame: np.ndarray
    degrees: bool
    metres: float


def read(path: Path) -> list[Motion]:
    """Read one trial with the skeleton beside it: `13_29.amc` with `13.asf`, or the only .asf of the folder.

    Raises `InputError` that names the file and the line.
    """
    skeleton = _read_asf(_skeleton_file(path))
    frames = _read_frames(path, skeleton)
    names, positions = _positions(skeleton, frames)
    names = [ENDS.get(name, name) for name in names]
    poses = resampled(y_to_z_up(to_joints(names, positions * skeleton.metres, str(path))), SECONDS)
    subject = path.stem.split("_")[0]
    checked_poses = checked(poses, str(path), "correct :length in the skeleton")
    return [motion(checked_poses, subject, path.parent.name, "not stated")]


def _skeleton_file(path: Path) -> Path:
    named = path.with_name(path.stem.split("_")[0] + ".asf")
    others = sorted(path.parent.glob("*.asf"))
    if not named.is_file() and len(others) != 1:
        raise InputError(f"its skeleton {named.name} is not beside it", source=path)
    return named if named.is_file() else others[0]


def _read_asf(path: Path) -> _Skeleton:
    lines = read_lines(path)
    skeleton = _Skeleton({}, [], ["tx", "ty", "tz", "rx", "ry", "rz"], np.eye(3), True, INCH)
    section, root_axes, root_angles = "", "xyz", [0.0, 0.0, 0.0]
    bone: dict[str, list[str]] = {}
    for number, words in lines:
        place = f"{path}: line {number}"
        if words[0].startswith(":"):
            section = words[0]
        elif section == ":units" and words[0] == "length":
            length = numbers(words[1:], place, 1)[0]
            if length <= 0:
                raise InputError("the unit's length must be above 0", source=place)
            skeleton.metres = INCH / length
        elif section == ":units" and words[0] == "angle":
            skeleton.degrees = words[1:] == ["deg"]
        elif section == ":root" and words[0] == "order":
            skeleton.root_order = [word.lower() for word in words[1:]]
            if sorted(skeleton.root_order) != ["rx", "ry", "rz", "tx", "ty", "tz"]:
                raise InputError("the root's order must be of TX TY TZ RX RY RZ", source=place)
        elif section == ":root" and words[0] == "axis":
            root_axes = _axes("".join(words[1:]), place)
        elif section == ":root" and words[0] == "orientation":
            root_angles = numbers(words[1:], place, 3)
        elif section == ":bonedata" and words[0] == "end":
            bone_of_file = _bone(bone, skeleton.degrees, place)
            skeleton.bones[bone_of_file.name] = bone_of_file
        elif section == ":bonedata":
            bone = {} if words[0] == "begin" else bone | {words[0]: words[1:]}
        elif section == ":hierarchy" and words[0] not in ("begin", "end"):
            if words[0] != "root" and words[0] not in skeleton.order:
                raise InputError(f"bone {words[0]} has no parent yet", source=place)
            for child in words[1:]:
                if child not in skeleton.bones:
                    raise InputError(f"bone {child} is not in :bonedata", source=place)
                skeleton.bones[child].parent = words[0]
                skeleton.order.append(child)
    if not skeleton.order:
        raise InputError("has no :hierarchy", source=path, fix="it is not an ASF file, or is truncated")
    skeleton.root_frame = _axis_frame(root_axes, root_angles, skeleton.degrees)
    return skeleton


def _bone(entries: dict[str, list[str]], degrees: bool, place: str) -> _Bone:
    try:
        name = entries["name"][0]
        direction = np.array(numbers(entries["direction"], place, 3))
        length = numbers(entries["length"], place, 1)[0]
        *angles, axes = entries["axis"]
    except (KeyError, ValueError, IndexError) as error:
        raise InputError("the bone before it lacks name, direction, length or axis", source=place) from error
    frame = _axis_frame(_axes(axes, place), numbers(angles, place, 3), degrees)
    dof = "".join(word[1].lower() for word in entries.get("dof", []) if word.lower() in ("rx", "ry", "rz"))
    return _Bone(name, direction * length, frame, dof)


def _axes(word: str, place: str) -> str:
    if sorted(word.lower()) != ["x", "y", "z"]:
        raise InputError(f"'{word}' is not an order of the axes X, Y, Z", source=place)
    return word.lower()


def _axis_frame(axes: str, angles: list[float], degrees: bool) -> np.ndarray:
    """Angles of an ASF axis "XYZ" are applied in that order to a column vector: R_z R_y R_x."""
    turns = np.radians(angles) if degrees else np.array(angles)
    return about_axes(axes[::-1], turns[::-1][None])[0]


def _read_frames(path: Path, skeleton: _Skeleton) -> list[dict[str, list[float]]]:
    frames: list[dict[str, list[float]]] = []
    for number, words in read_lines(path):
        place = f"{path}: line {number}"
        if words[0].startswith(":"):
            continue
        if len(words) == 1 and words[0].isdigit():
            frames.append({})
        elif not frames:
            raise InputError("a frame must begin with its number", source=place)
        elif words[0] == "root" or words[0] in skeleton.bones:
            count = 6 if words[0] == "root" else len(skeleton.bones[words[0]].dof)
            frames[-1][words[0]] = numbers(words[1:], place, count)
        else:
            raise InputError(f"bone {words[0]} is not in the skeleton", source=place)
    needed = {"root", *(name for name, bone in skeleton.bones.items() if bone.dof)}
    if frames and needed - frames[-1].keys():
        frames.pop()  # a recording cut off in its last frame
    for i, frame in enumerate(frames):
        if lacking := needed - frame.keys():
            raise InputError(f"frame {i + 1} lacks {sorted(lacking)[0]}", source=path)
    if not frames:
        raise InputError("has no frames", source=path, fix="it is not an AMC file, or is truncated")
    return frames


def _positions(skeleton: _Skeleton, frames: list[dict[str, list[float]]]) -> tuple[list[str], np.ndarray]:
    """Forward kinematics: names of all bones, and the positions of their ends `[N, K, 3]` in the file's
    units.

    A bone turns by C M C^-1, C being its axis frame and M the motion of its degrees of freedom.
    """

    def turned(name: str, axes: str, frame: np.ndarray, columns: list[int]) -> np.ndarray:
        angles = np.array([[values[name][i] for i in columns] for values in frames]).reshape(
            len(frames), len(columns)
        )
        angles = np.radians(angles) if skeleton.degrees else angles
        return frame @ about_axes(axes[::-1], angles[:, ::-1]) @ frame.T

    order = skeleton.root_order
    turns = [i for i, channel in enumerate(order) if channel.startswith("r")]
    rotations = {"root": turned("root", "".join(order[i][1] for i in turns), skeleton.root_frame, turns)}
    places = [order.index(f"t{axis}") for axis in "xyz"]
    positions = {"root": np.array([[values["root"][i] for i in places] for values in frames])}
    for name in skeleton.order:
        bone = skeleton.bones[name]
        motion_ = turned(name, bone.dof, bone.frame, list(range(len(bone.dof)))) if bone.dof else np.eye(3)
        rotations[name] = rotations[bone.parent] @ motion_
        positions[name] = positions[bone.parent] + rotations[name] @ bone.offset
    return list(positions), np.stack(list(positions.values()), axis=1)
