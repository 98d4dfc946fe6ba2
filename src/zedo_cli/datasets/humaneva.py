"""`humaneva`: HumanEva-I, the validation recordings of subjects 1 to 3, from the user's copy in VideoPose3D's
layout.

`data_3d_humaneva15.npz` holds world poses of 15 joints (m), `data_2d_humaneva15_gt.npz` their pixels in three
cameras; recordings are cut into chunks where the motion capture failed. Neither file holds a camera: lens and
pose of each are solved from the pairs of world points and pixels, for each subject. The 15 joints are scored,
which have neither spine nor nose; the mean is over the recordings.
"""

from pathlib import Path

import numpy as np

from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import project
from zedo_cli.cameras.resection import calibrate_camera, reproject, world_to_camera
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.datasets.layouts import array, find, not_found, without_missing
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.errors import InputError, Note
from zedo_cli.io.pickles import load_pickled_npz
from zedo_cli.skeletons import INDEX, JOINTS, LIMBS

TITLE, SOURCE = "HumanEva-I", "http://humaneva.is.tue.mpg.de"
POSITIONS, PIXELS = "data_3d_humaneva15.npz", "data_2d_humaneva15_gt.npz"
SUBJECTS = ("S1", "S2", "S3")
ACTIONS = ("Walking", "Jog", "Box")
"""The actions that the field reports."""

CAMERAS, SIZE = ("C1", "C2", "C3"), (640.0, 480.0)

ORDER = tuple(
    INDEX[name]
    for name in (
        *("pelvis", "thorax", "left_shoulder", "left_elbow", "left_wrist"),
        *("right_shoulder", "right_elbow", "right_wrist", "left_hip", "left_knee", "left_ankle"),
        *("right_hip", "right_knee", "right_ankle", "head_top"),
    )
)
"""For each of the 15 joints, its index among the 17."""

SCORED = tuple(sorted({0, *LIMBS, INDEX["thorax"], INDEX["head_top"]}))

LARGEST_ERROR = 2.0
"""Median distance (px) of the pixels from the reprojection above which something is wrong."""

_SAMPLE = 300
"""Frames of a subject from which a camera is solved."""

_Chunks = dict[str, list[tuple[str, np.ndarray, list[np.ndarray]]]]
"""By subject: the recording, world joints `[F, 15, 3]` m and pixels `[F, 15, 2]` of the three cameras."""


def load(root: Path, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read the two files from `root`.

    Raises `InputError` if one is missing or damaged, and for missing recordings unless `allow_missing`.
    """
    positions, pixels = find(root, POSITIONS), find(root, PIXELS)
    if positions is None or pixels is None:
        raise not_found(root, TITLE, f"{POSITIONS} and {PIXELS} (VideoPose3D)", SOURCE)
    chunks = _chunks(positions, pixels)
    present = {recording for recordings in chunks.values() for recording, _, _ in recordings}
    wanted = [f"{subject} {action}" for subject in SUBJECTS for action in ACTIONS]
    notes = without_missing(root, TITLE, wanted, present, allow_missing)
    notes.append(Note("info", "15 joints are scored: there is neither spine nor nose", "joints-scored"))
    parts: list[Part] = []
    for subject, recordings in chunks.items():
        for number, camera_name in enumerate(CAMERAS):
            camera, error = _solved(subject, number, recordings)
            if error > LARGEST_ERROR:
                text = f"{camera.name}: solved from the pixels, it misses them by {error:.1f} px (median)"
                notes.append(Note("warning", text, "implausible-data"))
            parts += _parts(subject, camera_name, camera, recordings)
    if not parts:
        raise InputError("holds no validation recording", source=positions)
    return checked(
        dataset_of(
            parts, size=SIZE, joints=SCORED, name="humaneva", kind="gt", by_group=True, notes=tuple(notes)
        )
    )


def _chunks(positions: Path, pixels: Path) -> _Chunks:
    """The chunks of the actions that are reported."""
    world = load_pickled_npz(positions, "positions_3d")
    seen = load_pickled_npz(pixels, "positions_2d")
    chunks: _Chunks = {}
    for subject in SUBJECTS:
        key = f"Validate/{subject}"
        joints, views = (part.get(key, {}) if isinstance(part, dict) else None for part in (world, seen))
        if not isinstance(joints, dict) or not isinstance(views, dict):
            source = pixels if isinstance(joints, dict) else positions
            raise InputError("must be a dict of subjects of dicts of recordings", source=source)
        for name, values in joints.items():
            place, action = f"{positions}: {key}/{name}", str(name).split(" ")[0]
            if action not in ACTIONS:
                continue
            poses = array(values, (None, len(ORDER), 3), place)
            cameras = views.get(name, ())
            if not isinstance(cameras, list | tuple | np.ndarray) or len(cameras) != len(CAMERAS):
                raise InputError(f"{key}/{name} must hold {len(CAMERAS)} cameras", source=pixels)
            place = f"{pixels}: {key}/{name}"
            points = [array(part, (len(poses), len(ORDER), 2), place) for part in cameras]
            chunks.setdefault(subject, []).append((f"{subject} {action}", poses, points))
    return chunks


def _solved(
    subject: str, number: int, recordings: list[tuple[str, np.ndarray, list[np.ndarray]]]
) -> tuple[Camera, float]:
    """Camera `number` of a subject, and its reprojection error (px, median)."""
    world = np.concatenate([poses for _, poses, _ in recordings])
    pixels = np.concatenate([views[number] for _, _, views in recordings])
    chosen = np.unique(np.linspace(0, len(world) - 1, _SAMPLE).round().astype(int))
    points, seen = world[chosen].reshape(-1, 3), pixels[chosen].reshape(-1, 2)
    camera = calibrate_camera(points, seen, f"{TITLE} {subject} {CAMERAS[number]}", SIZE)
    return camera, float(np.nanmedian(np.linalg.norm(reproject(camera, points) - seen, axis=-1)))


def _parts(
    subject: str,
    name: str,
    camera: Camera,
    recordings: list[tuple[str, np.ndarray, list[np.ndarray]]],
) -> list[Part]:
    """The rows of one camera; exact keypoints are the truth through a pinhole, as for Human3.6M."""
    parts = []
    for chunk, (recording, poses, _) in enumerate(recordings):
        truth = np.full((len(poses), len(JOINTS), 3), np.nan)
        truth[:, ORDER] = world_to_camera(camera, poses)
        parts.append(
            Part(
                project(truth, camera.intrinsics),
                truth,
                camera.intrinsics,
                sequence=recording,
                group=recording,
                frame=np.arange(len(poses)),
                clip=f"{recording} {chunk} {name}",
                up=None if camera.rotation is None else camera.rotation[:, 2],
            )
        )
    return parts
