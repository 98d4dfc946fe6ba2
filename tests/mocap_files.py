"""Motion capture files as programs write them, from known joint angles."""

import numpy as np
from scipy.spatial.transform import Rotation

# name, parent, offset in centimetres with Y up; a person who faces +Z
BONES = [
    ("Hips", -1, (0, 90, 0)),
    ("RightUpLeg", 0, (-11, 0, 0)),
    ("RightLeg", 1, (0, -44, 0)),
    ("RightFoot", 2, (0, -42, 0)),
    ("LeftUpLeg", 0, (11, 0, 0)),
    ("LeftLeg", 4, (0, -44, 0)),
    ("LeftFoot", 5, (0, -42, 0)),
    ("Spine", 0, (0, 22, 0)),
    ("Neck", 7, (0, 30, 0)),
    ("Head", 8, (0, 10, 0)),
    ("LeftShoulder", 7, (3, 26, 0)),
    ("LeftArm", 10, (14, 0, 0)),
    ("LeftForeArm", 11, (28, 0, 0)),
    ("LeftHand", 12, (25, 0, 0)),
    ("RightShoulder", 7, (-3, 26, 0)),
    ("RightArm", 14, (-14, 0, 0)),
    ("RightForeArm", 15, (-28, 0, 0)),
    ("RightHand", 16, (-25, 0, 0)),
]
HEAD_TOP = (0, 15, 0)
CHILDREN = {i: [j for j, bone in enumerate(BONES) if bone[1] == i] for i in range(len(BONES))}


def bvh(frames=12, scale=1.0, frame_time=0.1, prefix="", order="ZXY", seed=0):
    """A BVH text, and the positions of its joints and head top (cm times scale) by SciPy's rotations."""
    generator = np.random.default_rng(seed)
    lines = ["HIERARCHY"]

    def write(index, depth):
        name, parent, offset = BONES[index]
        pad = "  " * depth
        lines.extend([f"{pad}{'ROOT' if parent < 0 else 'JOINT'} {prefix}{name}", f"{pad}{{"])
        lines.append(f"{pad}  OFFSET {' '.join(str(scale * x) for x in offset)}")
        turns = " ".join(f"{axis}rotation" for axis in order)
        moves = "6 Xposition Yposition Zposition" if parent < 0 else "3"
        lines.append(f"{pad}  CHANNELS {moves} {turns}")
        for child in CHILDREN[index]:
            write(child, depth + 1)
        if not CHILDREN[index]:
            end = HEAD_TOP if name == "Head" else (0, -5, 5)
            lines.extend(
                [f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET {' '.join(str(scale * x) for x in end)}"]
            )
            lines.append(f"{pad}  }}")
        lines.append(f"{pad}}}")

    write(0, 0)
    order_of_bones = []

    def walk(index):
        order_of_bones.append(index)
        for child in CHILDREN[index]:
            walk(child)

    walk(0)
    angles = generator.uniform(-40, 40, (frames, len(BONES), 3))
    root = generator.uniform(-100, 100, (frames, 3)) * scale
    lines.extend(["MOTION", f"Frames: {frames}", f"Frame Time: {frame_time}"])
    for frame in range(frames):
        numbers = [*root[frame]]
        for index in order_of_bones:
            numbers.extend(angles[frame, index])
        lines.append(" ".join(f"{number:.6f}" for number in numbers))
    positions = np.zeros((frames, len(BONES) + 1, 3))
    for frame in range(frames):
        rotations = []
        for index, (name, parent, offset) in enumerate(BONES):
            own = Rotation.from_euler(order, angles[frame, index], degrees=True)
            above = rotations[parent] if parent >= 0 else Rotation.identity()
            at = (
                positions[frame, parent] + above.apply(scale * np.array(offset))
                if parent >= 0
                else root[frame]
            )
            positions[frame, index] = at
            rotations.append(above * own)
            if name == "Head":
                positions[frame, -1] = at + rotations[-1].apply(scale * np.array(HEAD_TOP))
    return "\n".join(lines) + "\n", positions


# ASF: name, parent, direction, length, axis, dof. Units of CMU: inches times 0.45.
ASF = [
    ("lhipjoint", "root", (1, 0, 0), 11, (0, 0, 0), ""),
    ("lfemur", "lhipjoint", (0.34, -0.94, 0), 44, (0, 0, 20), "rx ry rz"),
    ("ltibia", "lfemur", (0.34, -0.94, 0), 42, (0, 0, 20), "rx"),
    ("rhipjoint", "root", (-1, 0, 0), 11, (0, 0, 0), ""),
    ("rfemur", "rhipjoint", (-0.34, -0.94, 0), 44, (10, 0, -20), "rx ry rz"),
    ("rtibia", "rfemur", (-0.34, -0.94, 0), 42, (10, 0, -20), "rx"),
    ("lowerback", "root", (0, 1, 0), 22, (0, 0, 0), "rx ry rz"),
    ("thorax", "lowerback", (0, 1, 0), 28, (0, 0, 0), "rx ry rz"),
    ("upperneck", "thorax", (0, 1, 0), 12, (0, 0, 0), "rx ry rz"),
    ("head", "upperneck", (0, 1, 0), 15, (0, 0, 0), ""),
    ("lclavicle", "thorax", (1, 0, 0), 17, (0, 0, 0), "ry rz"),
    ("lhumerus", "lclavicle", (1, 0, 0), 28, (180, 20, -90), "rx ry rz"),
    ("lradius", "lhumerus", (1, 0, 0), 25, (180, 20, -90), "rx"),
    ("rclavicle", "thorax", (-1, 0, 0), 17, (0, 0, 0), "ry rz"),
    ("rhumerus", "rclavicle", (-1, 0, 0), 28, (180, -20, 90), "rx ry rz"),
    ("rradius", "rhumerus", (-1, 0, 0), 25, (180, -20, 90), "rx"),
    # what CMU's skeletons have beside the 17 joints
    ("lfoot", "ltibia", (0.3, -0.9, 0.3), 13, (-90, 0, 20), "rx rz"),
    ("ltoes", "lfoot", (0, 0, 1), 6, (-90, 0, 20), "rx"),
    ("rfoot", "rtibia", (-0.3, -0.9, 0.3), 13, (-90, 0, -20), "rx rz"),
    ("lowerneck", "thorax", (0, 1, 0.1), 5, (0, 0, 0), "rx ry rz"),
    ("lwrist", "lradius", (1, 0, 0), 5, (90, 180, -90), "ry"),
    ("rwrist", "rradius", (-1, 0, 0), 5, (-90, 180, 90), "ry"),
    ("lhand", "lwrist", (1, 0, 0), 6, (90, 180, -90), "rx rz"),
]


def acclaim(frames=25, seed=0):
    """ASF and AMC texts, and the ends of the bones (cm), by SciPy's rotations."""
    generator = np.random.default_rng(seed)
    unit = 0.45 / 2.54
    asf = [
        ":version 1.10",
        ":units",
        "  mass 1.0",
        "  length 0.45",
        "  angle deg",
        ":root",
        "  order TX TY TZ RX RY RZ",
    ]
    asf += ["  axis XYZ", "  position 0 0 0", "  orientation 0 0 0", ":bonedata"]
    for number, (name, _, direction, length, axis, dof) in enumerate(ASF, start=1):
        asf += [
            "  begin",
            f"    id {number}",
            f"    name {name}",
            f"    direction {' '.join(map(str, direction))}",
        ]
        asf += [f"    length {length * unit}", f"    axis {' '.join(map(str, axis))} XYZ"]
        if dof:
            asf += [f"    dof {dof}", *("    limits (-160.0 20.0)" for _ in dof.split()[:1])]
            asf += ["           (-70.0 70.0)" for _ in dof.split()[1:]]
        asf.append("  end")
    parents = {name: [row[0] for row in ASF if row[1] == name] for name in ["root", *(row[0] for row in ASF)]}
    asf += [
        ":hierarchy",
        "  begin",
        *(f"    {name} {' '.join(c)}" for name, c in parents.items() if c),
        "  end",
    ]
    amc = ["#!OML:ASF", ":FULLY-SPECIFIED", ":DEGREES"]
    ends = np.zeros((frames, len(ASF), 3))
    for frame in range(frames):
        amc.append(str(frame + 1))
        place, turn = generator.uniform(-5, 5, 3), generator.uniform(-60, 60, 3)
        amc.append("root " + " ".join(f"{x:.6f}" for x in (*place, *turn)))
        at, rotations = {"root": place / unit}, {"root": Rotation.from_euler("xyz", turn, degrees=True)}
        for index, (name, parent, direction, length, axis, dof) in enumerate(ASF):
            angles = generator.uniform(-30, 30, len(dof.split()))
            if dof:
                amc.append(f"{name} " + " ".join(f"{x:.6f}" for x in angles))
            frame_ = Rotation.from_euler("xyz", axis, degrees=True)
            moved = Rotation.identity()
            if dof:
                # lower-case axes of SciPy turn about fixed axes in turn, as Acclaim's do
                moved = Rotation.from_euler(dof.replace("r", "").replace(" ", ""), angles, degrees=True)
            rotations[name] = rotations[parent] * frame_ * moved * frame_.inv()
            at[name] = at[parent] + rotations[name].apply(length * np.array(direction))
            ends[frame, index] = at[name]
    return "\n".join(asf) + "\n", "\n".join(amc) + "\n", ends
