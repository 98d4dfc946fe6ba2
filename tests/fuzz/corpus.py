"""A valid file of every kind that zedo reads: what is damaged, and what reads it."""

import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
from hypothesis import strategies as st

import camera_files
import h36m_files
import humaneva_files
import mocap_files
import producers
import smpl_files
from dataset_files import write_ski
from places import EXAMPLE, people
from priors import untrained
from scenes import in_front_of_camera, to_pixels
from zedo_cli import Lifter
from zedo_cli.cameras.choice import with_film
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.cameras.reading import read_cameras
from zedo_cli.datasets.humaneva import PIXELS
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.datasets.mpi_inf_3dhp import POSEAUG, VALID
from zedo_cli.errors import InputError
from zedo_cli.io.files import bundled_prior
from zedo_cli.joint_names import find_skeleton
from zedo_cli.keypoints.packing import pack
from zedo_cli.keypoints.reading import read_keypoints
from zedo_cli.keypoints.standardise import standardise
from zedo_cli.live.lines import LineReader
from zedo_cli.mocap.reading import read_motions
from zedo_cli.poses.reading import read_poses
from zedo_cli.poses.writing import write_poses
from zedo_cli.prior.checkpoint import load_prior, save_prior
from zedo_cli.prior.gfpose import read_checkpoint
from zedo_cli.prior.prior import NETWORKS

MOST_ROWS = 60
"""Rows up to which keypoints that could be read are lifted, too."""


@dataclass(frozen=True)
class Target:
    """A kind of file. write: writes a valid one in a folder. read: reads it, or raises `InputError`."""

    name: str
    write: Callable[[Path], Path]
    read: Callable[[Path], object]


@lru_cache(maxsize=1)
def lifter() -> Lifter:
    """The smallest bundled prior."""
    return Lifter(bundled_prior("open-small"), "fast")


def lifted(source: Path) -> None:
    """Keypoints are read, and lifted if they are few; what comes out is finite."""
    keypoints = standardise(with_film(read_keypoints(source), (1000, 1000), None))
    if 0 < len(keypoints) <= MOST_ROWS and np.abs(keypoints.points).max() < 1e6:
        k = np.array([[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]])
        poses = lifter().lift(keypoints, k if keypoints.intrinsics is None else None)
        assert np.isfinite(poses.poses_3d).all()
        assert np.isfinite(poses.uncertainty).all()


COCO17 = [9, 9, 9, 9, 9, 11, 14, 12, 15, 13, 16, 4, 1, 5, 2, 6, 3]
BLAZEPOSE33 = [*[9] * 11, 11, 14, 12, 15, 13, 16, *[13, 16] * 3, 4, 1, 5, 2, 6, 3, 6, 3, 6, 3]
"""Where the joints of detectors are among ours, near enough."""


@lru_cache(maxsize=2)
def someone(joints: int) -> np.ndarray:
    """Three frames of a person, in the joints of a detector."""
    pixels = to_pixels(in_front_of_camera(producers.FRAMES), pinhole(1000.0, 1000.0, 500.0, 500.0))
    order = COCO17 if joints == 17 else BLAZEPOSE33
    return np.concatenate([pixels[:, order], np.full((producers.FRAMES, joints, 1), 0.8)], axis=-1).round(3)


def producer_target(producer: Callable[[Path, np.ndarray], Path]) -> Target:
    """Keypoints as a detector writes them."""

    def write(folder: Path) -> Path:
        return producer(folder, someone(producers.joints_of(producer)))

    return Target(producer.__name__, write, lifted)


def packed(folder: Path) -> Path:
    """Clips in one Parquet file."""
    source = producers.zedo_json(folder, someone(17))
    pack([("clip", read_keypoints(source))], folder / "packed.parquet")
    source.unlink()
    return folder / "packed.parquet"


def camera(name: str) -> Target:
    """A camera file as a program writes it."""

    def write(folder: Path) -> Path:
        path = folder / name
        path.write_text(camera_files.FILES[name])
        return path

    return Target(name, write, read_cameras)


def camera_npy(folder: Path) -> Path:
    """K as an array."""
    np.save(folder / "k.npy", camera_files.K)
    return folder / "k.npy"


def camera_npz(folder: Path) -> Path:
    """K and distortion as arrays."""
    np.savez(folder / "k.npz", mtx=camera_files.K, dist=np.zeros(5))
    return folder / "k.npz"


def calibration(folder: Path) -> Path:
    """Several cameras of Pose2Sim."""
    path = folder / "calibration.toml"
    path.write_bytes((EXAMPLE / "calibration.toml").read_bytes())
    return path


@lru_cache(maxsize=1)
def some_poses():
    """Lifted poses of a few people."""
    points = people(3) @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]).T + [0, 0, 4]
    k = pinhole(1000.0, 1000.0, 500.0, 500.0)
    return lifter().lift(to_pixels(points, k), k)


def poses(folder: Path, suffix: str) -> Path:
    """Poses as `zedo lift` writes them."""
    path = folder / f"poses{suffix}"
    write_poses(some_poses(), path)
    return path


def checkpoint(folder: Path) -> Path:
    """A small prior."""
    exemplars = torch.from_numpy(people(8).astype(np.float32))
    sizes = {"hidden": 32, "embed": 8, "dropout": 0.0}
    prior = untrained({"exemplars": exemplars}, "score_network", sizes, "sub-VP noise")
    save_prior(prior, folder / "a.safetensors")
    return folder / "a.safetensors"


def gfpose(folder: Path) -> Path:
    """A checkpoint of another program, by torch.save."""
    network = NETWORKS["score_network"](hidden=32, embed=8, dropout=0.0)
    torch.save({"model_state_dict": network.state_dict()}, folder / "a.pth")
    return folder / "a.pth"


def motion_npz(folder: Path) -> Path:
    """Poses to train on."""
    np.savez(folder / "m.npz", pos=people(6), cls=np.arange(6))
    return folder / "m.npz"


def bvh(folder: Path) -> Path:
    """A few frames of motion."""
    (folder / "a.bvh").write_text(mocap_files.bvh(3)[0])
    return folder / "a.bvh"


def asf_amc(folder: Path) -> Path:
    """A skeleton and its motion."""
    asf, amc, _ = mocap_files.acclaim(3)
    (folder / "01.asf").write_text(asf)
    (folder / "01_01.amc").write_text(amc)
    return folder / "01_01.amc"


def motions(path: Path) -> None:
    """Motions that could be read are finite."""
    for motion in read_motions([path])[0]:
        assert np.isfinite(motion.poses).all()


def custom(folder: Path) -> Path:
    """Keypoints with the truth."""
    points, k = in_front_of_camera(6), pinhole(1100.0, 1100.0, 500.0, 500.0)
    np.savez(
        folder / "own.npz", keypoints=to_pixels(points, k), intrinsics=k, poses_3d=points, skeleton="h36m17"
    )
    return folder / "own.npz"


def ski(folder: Path) -> Path:
    """Ski-PosePTZ's processed file."""
    write_ski(folder / "ski_test.h5")
    return folder / "ski_test.h5"


def h36m_list(folder: Path) -> Path:
    """A pickle of people, as lists of Human3.6M are."""
    rows = [
        {
            "subject": 9,
            "action": 2,
            "subaction": 1,
            "cameraid": 0,
            "imageid": i,
            "image_path": "s_09/a.jpg",
            "joint_3d_image": np.ones((17, 3)),
            "joint_3d_camera": 1000 * (people(1)[0] + [0, 0, 4]),
            "camera_param": {name: np.array([1100.0]) for name in ("fx", "fy", "cx", "cy")}
            | {"R": np.eye(3)},
        }
        for i in range(3)
    ]
    (folder / "h36m_test.pkl").write_bytes(pickle.dumps(rows))
    return folder / "h36m_test.pkl"


def pstmo(folder: Path) -> Path:
    """P-STMO's file of MPI-INF-3DHP: a pickled dictionary in an NPZ."""
    sequences = {
        f"TS{n}": {"data_2d": np.ones((3, 17, 2)), "data_3d": np.ones((3, 17, 3)), "valid": np.ones((3, 1))}
        for n in range(1, 7)
    }
    np.savez(folder / "data_test_3dhp.npz", data=np.array(sequences, dtype=object))
    return folder / "data_test_3dhp.npz"


def poseaug(folder: Path) -> Path:
    """PoseAug's file of MPI-INF-3DHP."""
    rows = sum(VALID.values())
    arrays = {"pose2d": np.zeros((rows, 16, 2)), "pose3d": np.zeros((rows, 16, 3))}
    np.savez_compressed(folder / POSEAUG, **arrays)
    return folder / POSEAUG


def h36m_release(folder: Path, cdf: bool = False) -> Path:
    """A recording in the folders of Human3.6M's release, with its cameras."""
    recording = [("S9", "Eating")]
    if cdf:
        h36m_files.write_cdf(folder, recording)
        h36m_files.write_metadata(folder)
        return folder / "metadata.xml"
    h36m_files.write_h5(folder, recording)
    h36m_files.write_cameras_h5(folder)
    return folder / "cameras.h5"


def humaneva(folder: Path) -> Path:
    """Both files of HumanEva-I in VideoPose3D's layout."""
    humaneva_files.write(folder, actions=("Box",))
    return folder / PIXELS


def emdb(folder: Path) -> Path:
    """A sequence of EMDB and the body models."""
    for gender in ("NEUTRAL", "FEMALE"):
        smpl_files.write_model(folder / f"SMPL_{gender}.npz")
    smpl_files.write_emdb(folder, lambda pose, shape, places: pose + places[:, None], sequences=1, frames=3)
    return folder / "SMPL_NEUTRAL.npz"


def rich(folder: Path) -> Path:
    """Two sequences of RICH, their cameras and the body models."""
    for gender in ("MALE", "FEMALE"):
        smpl_files.write_model(folder / f"SMPLX_{gender}.npz", joints=27)
    smpl_files.write_rich(folder, frames=2)
    return folder / "SMPLX_MALE.npz"


def dataset(name: str, path: Path) -> None:
    """A data set of which only this file is there."""
    load_dataset(name, path if name == "custom" else path.parent, allow_missing=True)


def lines(folder: Path) -> Path:
    """A stream: two frames in our words, then what a detector writes."""
    p = producers.points().tolist()
    ours = [f'{{"people": [{{"id": 1, "keypoints": {frame}}}], "frame": {i}}}' for i, frame in enumerate(p)]
    source = producers.mmpose_video(folder, producers.points())
    (folder / "s.jsonl").write_text("\n".join([*ours, source.read_text()]))
    source.unlink()
    return folder / "s.jsonl"


def read_lines(path: Path) -> None:
    """Each line is a frame, or refused; none stops the others."""
    reader = LineReader()
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        with suppress(InputError):
            reader.frame(line, number)


def joint_map(folder: Path) -> Path:
    """A joint set of the user."""
    ours = [f"{side}_{part}" for side in ("left", "right") for part in ("hip", "knee", "ankle", "shoulder")]
    (folder / "joints.json").write_text(json.dumps({f"point{i}": joint for i, joint in enumerate(ours)}))
    return folder / "joints.json"


def load_gfpose(path: Path) -> None:
    """Its weights, with the poses of a bundled prior."""
    read_checkpoint(path, load_prior(bundled_prior("open-small")), "none")


TARGETS = [
    *map(producer_target, producers.PRODUCERS),
    Target("parquet", packed, lifted),
    *map(camera, camera_files.FILES),
    Target("camera_npy", camera_npy, read_cameras),
    Target("camera_npz", camera_npz, read_cameras),
    Target("calibration", calibration, read_cameras),
    Target("poses_npz", partial(poses, suffix=".npz"), read_poses),
    Target("poses_json", partial(poses, suffix=".json"), read_poses),
    Target("prior", checkpoint, load_prior),
    Target("gfpose", gfpose, load_gfpose),
    Target("motion_npz", motion_npz, motions),
    Target("bvh", bvh, motions),
    Target("asf_amc", asf_amc, motions),
    Target("custom", custom, partial(dataset, "custom")),
    Target("ski", ski, partial(dataset, "ski")),
    Target("h36m", h36m_list, partial(dataset, "h36m")),
    Target("3dhp", pstmo, partial(dataset, "3dhp")),
    Target("poseaug", poseaug, partial(dataset, "3dhp")),
    Target("h36m_release", h36m_release, partial(dataset, "h36m")),
    Target("h36m_cdf", partial(h36m_release, cdf=True), partial(dataset, "h36m")),
    Target("emdb", emdb, partial(dataset, "emdb")),
    Target("rich", rich, partial(dataset, "rich")),
    Target("humaneva", humaneva, partial(dataset, "humaneva")),
    Target("stream", lines, read_lines),
    Target("joint_set", joint_map, find_skeleton),
]


def written(target, folder, data):
    """The source that is read, and one of its files."""
    source = target.write(Path(folder))
    return source, data.draw(
        st.sampled_from(sorted(path for path in Path(folder).rglob("*") if path.is_file()))
    )
