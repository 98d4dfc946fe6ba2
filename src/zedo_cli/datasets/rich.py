"""`rich`: RICH, people in several static cameras, from the user's copy and the user's SMPL-X models.

`bodies/test/<sequence>/<frame>/<person>.pkl` hold SMPL-X's parameters in the frame of the calibration,
`scan_calibration/<scene>/calibration/<camera>.xml` the cameras, `resource/gender.json` of the toolkit the
genders; no joints. These come from `SMPLX_MALE.npz`, ... in the same folder or in `smplx/`. Each camera that
sees all limbs gives a row. As for 3DPW, the twelve limb joints are scored, about the middle of the hips,
exact keypoints are the projection of the truth, and the mean is over frames.
"""

import re
from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import checked_intrinsics, project
from zedo_cli.cameras.resection import world_to_camera
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.datasets.layouts import array, find, not_found
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.datasets.smpl import BODY, LIMB_JOINTS, SHAPES, BodyModel, limbs, read_body_model
from zedo_cli.errors import InputError, Note
from zedo_cli.io.files import read_bytes, read_json
from zedo_cli.io.pickles import load_pickled
from zedo_cli.skeletons import LIMBS

TITLE, SOURCE = "RICH", "https://rich.is.tue.mpg.de"
GENDERS = "resource/gender.json"


def load(root: Path, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read the test sequences from `root`.

    Raises `InputError` if none is there, one is damaged, or a camera or a body model is missing; which
    sequences there should be is not known.
    """
    bodies = find(root, "bodies/test", inside=("", "data"))
    sequences = sorted(path for path in bodies.iterdir() if path.is_dir()) if bodies else []
    if bodies is None or not sequences:
        raise not_found(root, f"{TITLE} test set", "bodies/test/<sequence>/<frame>/<person>.pkl", SOURCE)
    home = bodies.parent.parent
    genders = _genders(root, home)
    models: dict[str, BodyModel] = {}
    parts: list[Part] = []
    for sequence in sequences:
        cameras = _cameras(home, sequence.name.split("_")[0])
        for person, frames in _people(sequence).items():
            gender = genders.get(str(int(person)), "")
            if gender not in ("male", "female", "neutral"):
                raise InputError(f"the gender of person {person} is not in {GENDERS}", source=root)
            if gender not in models:
                models[gender] = read_body_model(root, "SMPLX", gender)
            world = _joints(frames, models[gender])
            numbers = np.array([int(path.parent.name) for path in frames])
            for camera in cameras:
                parts += _seen(camera, world, numbers, sequence.name, int(person))
    if not parts:
        raise InputError("no camera sees all limbs of anybody", source=bodies)
    notes = (
        Note(
            "info", "the 12 limb joints of SMPL-X are scored, about the middle of the hips", "joints-scored"
        ),
        Note(
            "info",
            f"{len(sequences)} sequences; cameras that do not see all limbs are left out",
            "rows-left-out",
        ),
    )
    return checked(dataset_of(parts, joints=LIMBS, name="rich", kind="gt", notes=notes))


def _genders(root: Path, home: Path) -> dict[str, str]:
    path = find(root, GENDERS) or find(home, GENDERS) or find(home.parent, GENDERS)
    if path is None:
        fix = "copy the folder resource of rich_toolkit into it"
        raise InputError(f"{GENDERS} is not there", source=root, fix=fix)
    genders = read_json(path)
    if not isinstance(genders, dict):
        raise InputError("must be an object: gender by number of the person", source=path)
    return {str(person): str(gender) for person, gender in genders.items()}


def _people(sequence: Path) -> dict[str, list[Path]]:
    """The files of each person in order of frames."""
    people: dict[str, list[Path]] = {}
    for path in sorted(sequence.glob("*/*.pkl")):
        if path.stem.isdecimal() and path.parent.name.isdecimal():
            people.setdefault(path.stem, []).append(path)
    return people


def _joints(frames: list[Path], model: BodyModel) -> np.ndarray:
    """The body's joints in the frame of the calibration, `[F, 22, 3]` m."""
    sizes = {"global_orient": 3, "body_pose": 3 * (BODY - 1), "betas": SHAPES, "transl": 3}
    rows: dict[str, list[np.ndarray]] = {key: [] for key in sizes}
    for path in frames:
        content = load_pickled(read_bytes(path), path)
        for key, size in sizes.items():
            value = content.get(key) if isinstance(content, dict) else None
            rows[key].append(array(np.ravel(np.asarray(value))[:size], (size,), f"{path}: {key}"))
    root, body, shape, place = (np.stack(rows[key]) for key in sizes)
    return model.joints(np.concatenate([root, body], axis=1).reshape(-1, BODY, 3), shape, place)


def _cameras(home: Path, scene: str) -> list[Camera]:
    folder = home / "scan_calibration" / scene / "calibration"
    paths = sorted(folder.glob("*.xml"))
    if not paths:
        raise InputError("no calibration of the scene is there", source=folder, fix=f"get it from {SOURCE}")
    return [_camera(path, f"{scene} {path.stem}") for path in paths]


def _camera(path: Path, name: str) -> Camera:
    """A camera of OpenCV's XML: CameraMatrix `[3, 4]` (rotation and translation), Intrinsics, Distortion."""
    text = read_bytes(path).decode("latin1")

    def matrix(tag: str) -> np.ndarray:
        found = re.search(rf"<{tag}\b[^>]*>.*?<data>([^<]*)</data>", text, re.DOTALL)
        try:
            return np.array([float(part) for part in found[1].split()]) if found else np.zeros(0)
        except ValueError as error:
            raise InputError(f"{tag} holds no numbers", source=path) from error

    pose = array(matrix("CameraMatrix"), (12,), f"{path}: CameraMatrix").reshape(3, 4)
    if not np.isfinite(pose).all():
        raise InputError("CameraMatrix holds numbers that are not finite", source=path)
    k = array(matrix("Intrinsics"), (9,), f"{path}: Intrinsics").reshape(3, 3)
    checked_intrinsics(k, path, "Intrinsics")
    return Camera(name, k, matrix("Distortion"), rotation=pose[:, :3], translation=pose[:, 3])


def _seen(camera: Camera, world: np.ndarray, numbers: np.ndarray, sequence: str, person: int) -> list[Part]:
    """The frames in which all limbs are in the image, which reaches to twice the principal point."""
    joints = world_to_camera(camera, world)
    used = list(LIMB_JOINTS.values())
    pixels = project(joints[:, used], camera.intrinsics)
    inside = (pixels > 0).all((1, 2)) & (pixels < 2 * camera.intrinsics[:2, 2]).all((1, 2))
    kept = inside & (joints[:, used, 2] > 0).all(1)
    if not kept.any():
        return []
    truth = limbs(joints[kept])
    return [
        Part(
            project(truth, camera.intrinsics),
            truth,
            camera.intrinsics,
            sequence,
            sequence,
            numbers[kept],
            person=person,
            clip=f"{sequence} {camera.name}",
        )
    ]
