"""`3dpw`: the test set of 3DPW, from the user's copy: official `sequenceFiles`, or the processed
`pw3d_test.npz`.

The 17 joints of the paper need the SMPL model with a regressor, which the official files do not hold: for
these the twelve limb joints among SMPL's 24 are scored, about the middle of the hips. The processed file has
the 17. Exact keypoints are the projection of the truth, as in the paper; `detected` are the OpenPose
detections of the official files. The mean is over frames.
"""

from pathlib import Path

import numpy as np

from zedo_cli.cameras.intrinsics import pinhole, project
from zedo_cli.datasets.container import Dataset
from zedo_cli.datasets.geometry import checked
from zedo_cli.datasets.layouts import array, find, not_found, without_missing
from zedo_cli.datasets.parts import Part, dataset_of
from zedo_cli.datasets.smpl import limbs
from zedo_cli.errors import InputError, Note
from zedo_cli.io.files import read_bytes
from zedo_cli.io.npz import NpzFile
from zedo_cli.io.pickles import load_pickled, load_pickled_npz
from zedo_cli.joint_sets import NOSE_TRUST
from zedo_cli.skeletons import JOINTS, LIMBS

TITLE, SOURCE = "3DPW", "https://virtualhumans.mpi-inf.mpg.de/3DPW"
PAPER_STRIDE = 35
PROCESSED = "pw3d_test.npz"
SEQUENCES = (
    *("downtown_arguing_00", "downtown_bar_00", "downtown_bus_00", "downtown_cafe_00", "downtown_car_00"),
    *(
        "downtown_crossStreets_00",
        "downtown_downstairs_00",
        "downtown_enterShop_00",
        "downtown_rampAndStairs_00",
    ),
    *("downtown_runForBus_00", "downtown_runForBus_01", "downtown_sitOnStairs_00", "downtown_stairs_00"),
    *("downtown_upstairs_00", "downtown_walkBridge_01", "downtown_walkUphill_00", "downtown_walking_00"),
    *("downtown_warmWelcome_00", "downtown_weeklyMarket_00", "downtown_windowShopping_00", "flat_guitar_01"),
    *("flat_packBags_00", "office_phoneCall_00", "outdoors_fencing_01"),
)

COCO18 = {0: (8, 11), 8: (1,), 9: (0,)} | dict(
    zip(LIMBS, ((j,) for j in (8, 9, 10, 11, 12, 13, 5, 6, 7, 2, 3, 4)), strict=True)
)
"""For each of the 17 joints that has a counterpart in OpenPose's 18, the joints whose mean it is."""

ORDER = (5, 2, 6, 3, 11, 14, 12, 15, 13, 16, 1, 4, 8, 10, 0, 7, 9)
"""For each joint of the processed file, its index among the 17."""


def load(root: Path, keypoints: str = "gt", allow_missing: bool = False, seed: int = 0) -> Dataset:
    """Read either layout from `root`. Raises `InputError` if none is there, or if it is damaged or
    incomplete."""
    if path := find(root, PROCESSED):
        if keypoints != "gt":
            raise InputError(
                f"{path} holds no detections; the official sequenceFiles do",
                setting="keypoints",
                value=keypoints,
            )
        return checked(_processed(root, path, allow_missing))
    if folder := find(root, "sequenceFiles/test", "test"):
        return checked(_official(folder, keypoints, allow_missing))
    raise not_found(root, f"{TITLE} test set", f"sequenceFiles/test/*.pkl or {PROCESSED}", SOURCE)


def _official(folder: Path, keypoints: str, allow_missing: bool) -> Dataset:
    files = {path.stem: path for path in sorted(folder.glob("*.pkl"))}
    notes = without_missing(folder, TITLE, SEQUENCES, files, allow_missing)
    text = "of SMPL's joints only the 12 limb joints are scored, about the middle of the hips"
    notes.append(Note("info", text, "joints-scored"))
    parts = [part for name, path in files.items() for part in _people(name, path, keypoints)]
    if not parts:
        raise InputError("no .pkl file of a sequence in it", source=folder)
    # the camera moves: rows do not share one
    return dataset_of(
        parts,
        static=False,
        joints=LIMBS,
        name="3dpw",
        kind=keypoints,
        paper_stride=PAPER_STRIDE,
        notes=tuple(notes),
    )


def _people(name: str, path: Path, keypoints: str) -> list[Part]:
    """Everybody in a sequence, in the frames with a valid camera pose."""
    content = load_pickled(read_bytes(path), path, encoding="latin1")
    try:
        joints, valid = content["jointPositions"], content["campose_valid"]
        detected = content["poses2d"] if "poses2d" in content else content["poses2D"]
        intrinsics = array(content["cam_intrinsics"], (3, 3), f"{path}: cam_intrinsics")
        cameras = array(content["cam_poses"], (None, 4, 4), f"{path}: cam_poses")
        frame = array(np.ravel(content["img_frame_ids"]), (len(cameras),), f"{path}: img_frame_ids")
        parts = []
        for person, (world, good, pixels) in enumerate(zip(joints, valid, detected, strict=True)):
            place = f"{path}: person {person}"
            smpl = array(world, (len(cameras), 72), f"{place}: jointPositions").reshape(-1, 24, 3)
            seen = array(pixels, (len(cameras), 3, 18), f"{place}: poses2d").transpose(0, 2, 1)
            turned = smpl @ cameras[:, :3, :3].transpose(0, 2, 1) + cameras[:, None, :3, 3]
            truth = limbs(turned)
            points, confidence = _detections(seen) if keypoints == "detected" else _exact(truth, intrinsics)
            kept = array(np.ravel(good), (len(cameras),), f"{place}: campose_valid") > 0
            parts.append(
                Part(points[kept], truth[kept], intrinsics, name, name, frame[kept], confidence[kept], person)
            )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"must hold jointPositions, poses2d, cam_poses, ... of each person ({error})", source=path
        ) from error
    return parts


def _exact(truth: np.ndarray, intrinsics: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points = project(truth, intrinsics)
    return points, np.isfinite(points).all(-1).astype(float)


def _detections(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """OpenPose's 18 joints `[F, 18, 3]` on the 17."""
    points, confidence = np.zeros((len(seen), len(JOINTS), 2)), np.zeros((len(seen), len(JOINTS)))
    for joint, sources in COCO18.items():
        points[:, joint] = seen[:, list(sources), :2].mean(1)
        confidence[:, joint] = seen[:, list(sources), 2].min(1) * (
            NOSE_TRUST if JOINTS[joint] == "nose" else 1
        )
    return points, confidence.clip(0, 1)


def _processed(root: Path, path: Path, allow_missing: bool) -> Dataset:
    file = NpzFile(path, keys=("keypoints3d17_relative", "root_cam", "image_path"))
    relative = array(
        file["keypoints3d17_relative"], (None, len(JOINTS), 4), f"{path}: keypoints3d17_relative"
    )
    pelvis = array(file["root_cam"], (len(relative), 3), f"{path}: root_cam")
    camera = load_pickled_npz(path, "cam_param")
    try:
        focal, centre = (
            array(camera[name], (len(relative), 2), f"{path}: cam_param {name}") for name in "fc"
        )
    except (KeyError, TypeError) as error:
        raise InputError(f"cam_param must be a dict of f and c ({error})", source=path) from error
    poses = np.empty_like(relative)
    poses[:, ORDER] = relative
    truth = poses[..., :3] + pelvis[:, None]
    intrinsics = pinhole(*focal.T, *centre.T)
    names = np.array([Path(str(name)).parent.name or "3dpw" for name in np.ravel(file["image_path"])])
    if len(names) != len(relative):
        raise InputError(
            f"image_path must have {len(relative)} rows, as keypoints3d17_relative has", source=path
        )
    part = Part(project(truth, intrinsics), truth, intrinsics, names, names, np.arange(len(truth)))
    notes = without_missing(root, TITLE, SEQUENCES, names, allow_missing)
    return dataset_of(
        [part], static=False, name="3dpw", kind="gt", paper_stride=PAPER_STRIDE, notes=tuple(notes)
    )
