"""BVH: a hierarchy of offsets, and joint angles for every frame."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from zedo_cli.errors import InputError
from zedo_cli.mocap.container import Motion, checked, motion, resampled, y_to_z_up
from zedo_cli.mocap.rotations import about_axes
from zedo_cli.mocap.skeleton_names import to_joints
from zedo_cli.mocap.text import Lines, numbers, read_lines

UNITS = (1.0, 0.3048, 0.0254 / 0.45, 0.0254, 0.01, 0.001)
"""Metres, feet, CMU's 0.45 to the inch, inches, centimetres, millimetres: units of files, which do not state
them."""

LEG = 0.86
"""Thigh and shin of an adult (m), by which the unit is recognised."""

_CHANNELS = {f"{axis}{kind}" for axis in "xyz" for kind in ("position", "rotation")}


@dataclass
class _Node:
    name: str
    parent: int
    offset: list[float] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)


def read(path: Path) -> list[Motion]:
    """Read one recording. The unit follows from the length of the legs, the vertical from the head in the
    rest pose.

    Raises `InputError` that names the file and the line.
    """
    lines = read_lines(path)
    nodes, rest = _hierarchy(lines, path)
    seconds, values = _frames(rest, path, sum(len(node.channels) for node in nodes))
    names = [node.name for node in nodes]
    joints = to_joints(names, _positions(nodes, values), str(path))
    legs = [np.linalg.norm(joints[:, child] - joints[:, child - 1], axis=-1) for child in (2, 3, 5, 6)]
    leg = float(np.median(legs)) * 2
    scale = min(UNITS, key=lambda unit: abs(np.log(max(leg, 1e-9) * unit / LEG)))
    rest = to_joints(names, _positions(nodes, np.zeros_like(values[:1])), str(path))[0]
    y, z = np.abs(rest[10] - rest[0])[1:]
    poses = resampled(y_to_z_up(joints * scale) if y >= z else joints * scale, seconds)
    checked_poses = checked(poses, str(path), "scale the file")
    return [motion(checked_poses, path.stem, path.parent.name or path.stem, "not stated")]


def _hierarchy(lines: Lines, path: Path) -> tuple[list[_Node], Lines]:
    """Nodes with their end sites, and the lines after MOTION."""
    nodes: list[_Node] = []
    stack: list[int] = []
    for row, (number, words) in enumerate(lines):
        place = f"{path}: line {number}"
        if not nodes and words[0] in ("{", "}", "OFFSET", "CHANNELS", "JOINT", "End"):
            raise InputError("comes before the ROOT", source=place)
        match words:
            case ["ROOT" | "JOINT", *name] | ["End", *name]:
                end = words[0] == "End"
                parent = stack[-1] if stack else -1
                nodes.append(_Node(f"{nodes[parent].name} end" if end else " ".join(name), parent))
            case ["{"]:
                stack.append(len(nodes) - 1)
            case ["}"]:
                if not stack:
                    raise InputError("closes a joint that was not opened", source=place)
                stack.pop()
            case ["OFFSET", *values]:
                nodes[-1].offset = numbers(values, place, 3)
            case ["CHANNELS", _, *channels]:
                nodes[-1].channels = [channel.lower() for channel in channels]
                if unknown := set(nodes[-1].channels) - _CHANNELS:
                    raise InputError(f"channel {unknown.pop()} is unknown", source=place)
            case ["MOTION"]:
                if stack or not nodes or not all(node.offset for node in nodes):
                    raise InputError("the hierarchy before it is incomplete", source=place)
                return nodes, lines[row + 1 :]
            case _:
                pass
    raise InputError("has no MOTION section", source=path, fix="it is not a BVH file, or is truncated")


def _frames(lines: Lines, path: Path, channels: int) -> tuple[float, np.ndarray]:
    """Seconds a frame, and the channels of all frames `[N, channels]`."""
    seconds, rows = 0.0, []
    for number, words in lines:
        place = f"{path}: line {number}"
        if words[:2] == ["Frame", "Time:"]:
            seconds = numbers(words[2:], place, 1)[0]
        elif words[0] != "Frames:":
            rows.append(numbers(words, place, channels))
    if not rows or not seconds > 0:
        raise InputError("has no frames, or no frame time", source=path)
    return seconds, np.array(rows)


def _positions(nodes: list[_Node], values: np.ndarray) -> np.ndarray:
    """Forward kinematics: `[N, channels]` -> positions of all nodes `[N, K, 3]`."""
    rotations, positions, column = [], [], 0
    for node in nodes:
        own = values[:, column : column + len(node.channels)]
        column += len(node.channels)
        moved = np.broadcast_to(np.array(node.offset), (len(values), 3)).copy()
        shifts = [i for i, channel in enumerate(node.channels) if channel.endswith("position")]
        if shifts:
            moved[:] = 0
            for i in shifts:
                moved[:, "xyz".index(node.channels[i][0])] = own[:, i]
        turns = [i for i, channel in enumerate(node.channels) if channel.endswith("rotation")]
        turn = about_axes("".join(node.channels[i][0] for i in turns), np.radians(own[:, turns]))
        if node.parent < 0:
            positions.append(moved)
            rotations.append(turn)
        else:
            above = rotations[node.parent]
            positions.append(positions[node.parent] + np.einsum("nij,nj->ni", above, moved))
            rotations.append(above @ turn)
    return np.stack(positions, axis=1)
