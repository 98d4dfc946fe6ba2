"""Joints of the body models SMPL and SMPL-X, from the user's copy of a model (https://smpl.is.tue.mpg.de).

Joints at rest are a linear function of the vertices, and these of the shape; a pose turns each joint about
its parent (Loper et al., SMPL, 2015, equations 3 and 10). No vertex of the posed body is needed.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from zedo_cli.datasets.layouts import array, find
from zedo_cli.errors import InputError
from zedo_cli.io.npz import NpzFile
from zedo_cli.skeletons import JOINTS, LIMBS

LIMB_JOINTS = dict(zip(LIMBS, (2, 5, 8, 1, 4, 7, 16, 18, 20, 17, 19, 21), strict=True))
"""For each limb joint, its index among the first 22 joints, which both models share."""

BODY = 22
SHAPES = 10

FIX = (
    "download the model, and save its arrays J_regressor, v_template, shapedirs and kintree_table with"
    " numpy.savez (see docs/evaluation.md)"
)


@dataclass(frozen=True)
class BodyModel:
    """rest: joints without shape `[22, 3]` m. shapes: what each of ten coefficients adds, `[22, 3, 10]`.
    parents: of the joints."""

    rest: np.ndarray
    shapes: np.ndarray
    parents: tuple[int, ...]

    def joints(self, pose: np.ndarray, shape: np.ndarray, place: np.ndarray) -> np.ndarray:
        """The first 22 joints `[F, 22, 3]` m.

        Args:
            pose: turns as vectors about an axis, the root first, `[F, 22, 3]` rad.
            shape: coefficients `[F, 10]`.
            place: translation `[F, 3]` m.
        """
        rest = self.rest + np.einsum("fs,jcs->fjc", shape, self.shapes)
        own = Rotation.from_rotvec(pose.reshape(-1, 3)).as_matrix().reshape(*pose.shape[:2], 3, 3)
        turns, joints = own.copy(), rest.copy()
        for joint, parent in enumerate(self.parents[1:], 1):
            turns[:, joint] = turns[:, parent] @ own[:, joint]
            offset = (rest[:, joint] - rest[:, parent])[..., None]
            joints[:, joint] = joints[:, parent] + (turns[:, parent] @ offset)[..., 0]
        return np.asarray(joints + place[:, None])


def read_body_model(root: Path, kind: str, gender: str) -> BodyModel:
    """`SMPL_NEUTRAL.npz` and the like, in `root` or in its folder `smpl` or `smplx`.

    Args:
        kind: `SMPL` or `SMPLX`.
        gender: `neutral`, `male` or `female`.

    Raises:
        InputError: it is not there, damaged, or has other arrays.
    """
    name = f"{kind}_{gender.upper()}.npz"
    path = find(root, name, inside=("", kind.lower(), f"body_models/{kind.lower()}"))
    if path is None:
        raise InputError(f"the body model {name} is not there", source=root, fix=FIX)
    file = NpzFile(path, keys=("J_regressor", "v_template", "shapedirs", "kintree_table"))
    vertices = array(file["v_template"], (None, 3), f"{path}: v_template")
    count = len(vertices)
    shapes = array(file["shapedirs"], (count, 3, None), f"{path}: shapedirs")[..., :SHAPES]
    weights = array(file["J_regressor"], (None, count), f"{path}: J_regressor")[:BODY]
    tree = array(file["kintree_table"], (2, None), f"{path}: kintree_table", whole=True)
    parents = (0, *(int(parent) for parent in tree[0, 1:BODY]))
    if not all(np.isfinite(part).all() for part in (vertices, shapes, weights)):
        raise InputError("holds numbers that are not finite", source=path)
    ordered = all(0 <= parent < joint for joint, parent in enumerate(parents[1:], 1))
    if len(weights) < BODY or len(parents) < BODY or shapes.shape[-1] < SHAPES or not ordered:
        text = f"is no model of {BODY} joints in a tree and {SHAPES} shapes or more"
        raise InputError(text, source=path)
    return BodyModel(weights @ vertices, np.einsum("jv,vcs->jcs", weights, shapes), parents)


def limbs(joints: np.ndarray) -> np.ndarray:
    """The 17 joints `[F, 17, 3]` of which these models have the limbs, about the middle of the hips; NaN for
    the others."""
    truth = np.full((len(joints), len(JOINTS), 3), np.nan)
    truth[:, list(LIMB_JOINTS)] = joints[:, list(LIMB_JOINTS.values())]
    truth[:, 0] = (truth[:, 1] + truth[:, 4]) / 2
    return truth
