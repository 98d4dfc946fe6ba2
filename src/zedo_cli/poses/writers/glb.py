"""GLB (binary glTF 2.0): a skinned skeleton of simple bones for each person of a clip, and its animation.

Y up, metres, Z towards the camera. Key frames are the frames in which a person was seen.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from zedo_cli.errors import Note
from zedo_cli.poses import rig
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import Y_UP_FACING
from zedo_cli.poses.steady_tracks import SteadyTrack, steady_tracks
from zedo_cli.poses.writers.collected import CollectedSink
from zedo_cli.version import __version__

_WIDTH = 0.12
"""Width of a bone relative to its length, at a fifth of it."""

_COLOURS = ((0.0, 0.27, 0.38, 1.0), (0.64, 0.08, 0.12, 1.0), (0.85, 0.55, 0.08, 1.0), (0.15, 0.4, 0.2, 1.0))
"""Linear RGBA of the people, in turn."""


def open_sink(path: Path) -> CollectedSink:
    """A sink that writes the file when it is closed."""
    return CollectedSink(path, _write)


def _write(poses: Poses, path: Path) -> list[Note]:
    people, notes = steady_tracks(poses)
    document = _Document()
    for place, person in enumerate(people):
        document.add(person, _COLOURS[place % len(_COLOURS)])
    document.save(path, poses.meta)
    return notes


class _Document:
    """A glTF document that grows by one person at a time."""

    def __init__(self) -> None:
        import pygltflib

        self._gltf = pygltflib
        self.content = pygltflib.GLTF2(
            scene=0,
            scenes=[pygltflib.Scene(nodes=[])],
            asset=pygltflib.Asset(generator=f"zedo {__version__}"),
        )
        self.content.animations = [pygltflib.Animation(name="motion", channels=[], samplers=[])]
        self._bytes = bytearray()

    def add(self, person: SteadyTrack, colour: tuple[float, ...]) -> None:
        """The nodes, the mesh, the skin and the animation of a person."""
        seen = person.seen
        points = (person.points[seen] @ Y_UP_FACING.T).astype(np.float64)
        offsets = rig.offsets(points)
        local = rig.local_rotations(rig.orientations(points))
        first = len(self.content.nodes)
        for row, bone in enumerate(rig.BONES):
            children = [first + child for child, below in enumerate(rig.BONES) if below.parent == row]
            start = points[0, 0] if row == 0 else offsets[row]
            turn = Rotation.from_matrix(local[0, row]).as_quat()
            self.content.nodes.append(
                self._gltf.Node(
                    name=f"{person.name}:{bone.name}",
                    translation=start.tolist(),
                    rotation=turn.tolist(),
                    children=children or None,
                )
            )
        self._skin(person, offsets, first, colour)
        self._animation(person.time[seen], points[:, 0], local, first)

    def _animation(self, time: np.ndarray, root: np.ndarray, local: np.ndarray, first: int) -> None:
        keys = self._accessor(time - time[0], "SCALAR", bounds=True)
        animation = self.content.animations[0]
        tracks = [(first, "translation", root, "VEC3")]
        for row in range(local.shape[1]):
            turns = Rotation.from_matrix(local[:, row]).as_quat()
            flips = np.append(1.0, np.where((turns[1:] * turns[:-1]).sum(1) < 0, -1.0, 1.0))
            tracks.append((first + row, "rotation", turns * np.cumprod(flips)[:, None], "VEC4"))
        for node, path, values, kind in tracks:
            sampler = self._gltf.AnimationSampler(input=keys, output=self._accessor(values, kind))
            target = self._gltf.AnimationChannelTarget(node=node, path=path)
            animation.samplers.append(sampler)
            animation.channels.append(
                self._gltf.AnimationChannel(sampler=len(animation.samplers) - 1, target=target)
            )

    def _skin(self, person: SteadyTrack, offsets: np.ndarray, first: int, colour: tuple[float, ...]) -> None:
        """A mesh of an octahedron for each bone in the rest pose, bound to its joint."""
        still = np.broadcast_to(np.eye(3), (1, len(rig.BONES), 3, 3))
        rest = rig.forward(np.zeros((1, 3)), still, offsets)[0]
        corners, joints = _octahedra(rest)
        normals = np.cross(corners[1::3] - corners[::3], corners[2::3] - corners[::3])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        bound = np.broadcast_to(np.eye(4), (len(rest), 4, 4)).copy()
        bound[:, :3, 3] = -rest
        index = np.zeros((len(joints), 4), np.uint8)
        index[:, 0] = joints
        weights = np.zeros((len(joints), 4))
        weights[:, 0] = 1.0
        library = self._gltf
        attributes = library.Attributes(
            POSITION=self._accessor(corners, "VEC3", bounds=True, vertices=True),
            NORMAL=self._accessor(np.repeat(normals, 3, axis=0), "VEC3", vertices=True),
            JOINTS_0=self._accessor(index, "VEC4", vertices=True),
            WEIGHTS_0=self._accessor(weights, "VEC4", vertices=True),
        )
        surface = library.PbrMetallicRoughness(
            baseColorFactor=list(colour), metallicFactor=0.0, roughnessFactor=0.7
        )
        self.content.materials.append(library.Material(name=person.name, pbrMetallicRoughness=surface))
        primitive = library.Primitive(attributes=attributes, material=len(self.content.materials) - 1)
        self.content.meshes.append(library.Mesh(name=person.name, primitives=[primitive]))
        inverse = self._accessor(np.swapaxes(bound, -1, -2).reshape(-1, 16), "MAT4")
        nodes = list(range(first, first + len(rig.BONES)))
        self.content.skins.append(library.Skin(inverseBindMatrices=inverse, joints=nodes, skeleton=first))
        body = library.Node(
            name=person.name, mesh=len(self.content.meshes) - 1, skin=len(self.content.skins) - 1
        )
        # a node of its own above each skeleton, or Blender makes one armature of all people
        above = library.Node(name=f"{person.name} skeleton", children=[first])
        self.content.nodes += [body, above]
        count = len(self.content.nodes)
        self.content.scenes[0].nodes += [count - 1, count - 2]

    def _accessor(self, values: np.ndarray, kind: str, bounds: bool = False, vertices: bool = False) -> int:
        """Append an array to the buffer. Returns the index of its accessor."""
        small = values.dtype == np.uint8
        data = np.ascontiguousarray(values, np.uint8 if small else np.float32)
        self._bytes += b"\0" * (-len(self._bytes) % 4)
        library = self._gltf
        self.content.bufferViews.append(
            library.BufferView(
                buffer=0,
                byteOffset=len(self._bytes),
                byteLength=data.nbytes,
                target=library.ARRAY_BUFFER if vertices else None,
            )
        )
        self._bytes += data.tobytes()
        limits: dict[str, Any] = {}
        if bounds:
            flat = data.reshape(len(data), -1)
            limits = {"min": flat.min(0).tolist(), "max": flat.max(0).tolist()}
        self.content.accessors.append(
            library.Accessor(
                bufferView=len(self.content.bufferViews) - 1,
                componentType=library.UNSIGNED_BYTE if small else library.FLOAT,
                count=len(data),
                type=kind,
                **limits,
            )
        )
        return len(self.content.accessors) - 1

    def save(self, path: Path, meta: dict[str, Any]) -> None:
        """Write the document as one binary file."""
        self._bytes += b"\0" * (-len(self._bytes) % 4)
        self.content.buffers = [self._gltf.Buffer(byteLength=len(self._bytes))]
        self.content.asset.extras = {"zedo": json.loads(json.dumps(meta))}
        self.content.set_binary_blob(bytes(self._bytes))
        self.content.save_binary(str(path))


def _octahedra(rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles of the bones in the rest pose: corners `[3 M, 3]` m, and the joint of each `[3 M]`."""
    corners, joints = [], []
    for row, bone in enumerate(rig.BONES):
        ends = [child for child, below in enumerate(rig.BONES) if below.parent == row]
        if bone.end is None and bone.tip is None:
            continue
        end = rest[ends[0]] if bone.end is not None else rest[row] + rig.TIP * np.asarray(bone.tip)
        along = end - rest[row]
        length = float(np.linalg.norm(along))
        if length < 1e-4:
            continue
        one = np.cross(along, np.eye(3)[np.abs(along).argmin()])
        one *= _WIDTH * length / np.linalg.norm(one)
        two = np.cross(along / length, one)
        middle = rest[row] + 0.2 * along
        ring = [middle + one, middle + two, middle - one, middle - two]
        for place in range(4):
            here, there = ring[place], ring[(place + 1) % 4]
            corners += [rest[row], there, here, here, there, end]
        joints += [row] * 24
    return np.array(corners), np.array(joints)
