"""`emdb`: EMDB 1, people filmed with a moving phone, from the user's copy and the user's SMPL models.

`P*/*/P*_data.pkl` hold SMPL's parameters in the world, the camera of each frame, and which frames are good;
no joints. These come from `SMPL_NEUTRAL.npz`, `SMPL_MALE.npz` and `SMPL_FEMALE.npz` in the same folder or in
`smpl/`. As for 3DPW, the twelve limb joints among SMPL's are scored, about the middle of the hips, exact
keypoints are the projection of the truth, and the mean is over frames.
"""

from pathlib import Path

import numpy as np

from zedo_cli.cameras.intrinsics import project
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.datasets.layouts import array, not_found
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.datasets.smpl import BODY, LIMB_JOINTS, SHAPES, BodyModel, limbs, read_body_model
from zedo_cli.errors import InputError, Note
from zedo_cli.io.files import read_bytes
from zedo_cli.io.pickles import load_pickled
from zedo_cli.skeletons import LIMBS

TITLE, SOURCE = "EMDB", "https://eth-ait.github.io/emdb"
SEQUENCES = 17
"""Of EMDB 1, on which poses are scored; EMDB 2 is for trajectories in the world."""

GENDERS = ("neutral", "male", "female")

LARGEST_ERROR = 3.0
"""Median distance (px) of the projected joints from those of the file above which the model is another."""


def load(root: Path, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read the sequences of EMDB 1 from `root`.

    Raises `InputError` if none is there, one is damaged, or a body model is missing, and for fewer than 17
    sequences unless `allow_missing`.
    """
    paths = sorted(root.glob("P*/*/*_data.pkl"))
    if not paths:
        raise not_found(root, TITLE, "P0/*/P0_*_data.pkl to P9/*/P9_*_data.pkl", SOURCE)
    models: dict[str, BodyModel] = {}
    parts: list[Part] = []
    notes = [
        Note("info", "the 12 limb joints of SMPL are scored, about the middle of the hips", "joints-scored")
    ]
    for path in paths:
        content = load_pickled(read_bytes(path), path)
        if not isinstance(content, dict) or "emdb1" not in content:
            raise InputError("must be a dict with emdb1, smpl, camera, ...", source=path)
        if not content["emdb1"]:
            continue
        part, error = _part(root, path, content, models)
        parts.append(part)
        if error > LARGEST_ERROR:
            text = (
                f"{part.sequence}: the joints of the body model project {error:.0f} px (median) from those of"
                " the file; is it the SMPL model of that gender?"
            )
            notes.append(Note("warning", text, "implausible-data"))
    if len(parts) < SEQUENCES:
        text = f"{len(parts)} of the {SEQUENCES} sequences of EMDB 1 are there"
        if not allow_missing or not parts:
            fix = "extract them, or continue without them with `allow_missing`"
            raise InputError(text, source=root, fix=fix)
        notes.append(Note("warning", f"{text}: the figures are not those of the whole", "sequences-missing"))
    # the camera moves: rows do not share one
    return checked(dataset_of(parts, static=False, joints=LIMBS, name="emdb", kind="gt", notes=tuple(notes)))


def _part(
    root: Path, path: Path, content: dict[str, object], models: dict[str, BodyModel]
) -> tuple[Part, float]:
    """The good frames of a sequence, and how far (px, median) its joints project from those of the file."""
    try:
        smpl, camera, gender = content["smpl"], content["camera"], str(content["gender"])
        assert isinstance(smpl, dict)
        assert isinstance(camera, dict)
        turns = [
            array(smpl[key], (None, size), f"{path}: {key}")
            for key, size in (("poses_root", 3), ("poses_body", 69))
        ]
        count = len(turns[0])
        places = array(smpl["trans"], (count, 3), f"{path}: trans")
        shape = array(np.ravel(smpl["betas"])[:SHAPES], (SHAPES,), f"{path}: betas")
        k = array(camera["intrinsics"], (3, 3), f"{path}: intrinsics")
        poses = array(camera["extrinsics"], (count, 4, 4), f"{path}: extrinsics")
        good = (
            array(np.ravel(np.asarray(content["good_frames_mask"])), (count,), f"{path}: good_frames_mask")
            > 0
        )
        seen = array(content["kp2d"], (count, 24, 2), f"{path}: kp2d")
    except (KeyError, TypeError, ValueError, AssertionError, IndexError) as error:
        text = f"must have gender, smpl, camera, good_frames_mask and kp2d ({error})"
        raise InputError(text, source=path) from error
    if gender not in GENDERS:
        raise InputError(f"gender is '{gender}'; it must be one of {', '.join(GENDERS)}", source=path)
    if gender not in models:
        models[gender] = read_body_model(root, "SMPL", gender)
    if len(turns[1]) != count:
        raise InputError(f"poses_body has {len(turns[1])} frames, poses_root {count}", source=path)
    turn = np.concatenate(turns, axis=1)[:, : 3 * BODY].reshape(count, BODY, 3)
    world = models[gender].joints(turn, np.tile(shape, (count, 1)), places)
    truth = limbs(world @ poses[:, :3, :3].transpose(0, 2, 1) + poses[:, None, :3, 3])[good]
    points = project(truth, k)
    off = np.linalg.norm(points[:, list(LIMB_JOINTS)] - seen[good][:, list(LIMB_JOINTS.values())], axis=-1)
    name = path.parent.name
    sequence = f"{path.parent.parent.name} {name}"
    part = Part(points, truth, k, sequence, sequence, np.flatnonzero(good))
    return part, float(np.median(off)) if off.size else 0.0
