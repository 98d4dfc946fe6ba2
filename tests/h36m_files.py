"""Human3.6M in the folders of its release and of 3d-pose-baseline, written with cdflib and h5py."""

from unittest.mock import patch

import cdflib.cdfwrite
import h5py
import numpy as np
from scipy.spatial.transform import Rotation

from scenes import assert_reprojects, standing_camera, walking
from zedo_cli.cameras.container import Camera
from zedo_cli.cameras.intrinsics import pinhole
from zedo_cli.cameras.resection import reproject
from zedo_cli.datasets.h36m_protocol import ACTIONS, CAMERAS, CENTRE, FOCAL, MPII
from zedo_cli.mocap.h36m import KEPT

FRAMES = 6
K, P = (-0.2, 0.24, -0.002), (-0.001, -0.003)
RECORDINGS = [("S9", action) for action in ACTIONS] + [
    ("S11", action) for action in ("Directions", *ACTIONS[1:-1], "WalkTogether 1")
]


def camera(number):
    rotation, translation = standing_camera(0.4 + number * np.pi / 2)
    distortion = np.array([K[0], K[1], P[0], P[1], K[2]])
    lens = pinhole(*FOCAL[number], *CENTRE[number])
    return Camera("", lens, distortion, rotation=rotation, translation=translation)


def poses(seed):
    """`[F, 96]` mm."""
    joints = np.zeros((FRAMES, 32, 3))
    joints[:, KEPT] = walking(FRAMES, seed)
    return joints.reshape(FRAMES, 96) * 1000


def write_h5(root, recordings=RECORDINGS):
    for seed, (subject, action) in enumerate(recordings):
        folder = root / subject / "MyPoses/3D_positions"
        folder.mkdir(parents=True, exist_ok=True)
        with h5py.File(folder / f"{action}.h5", "w") as file:
            file["3D_positions"] = poses(seed).T


def write_cdf(root, recordings=RECORDINGS):
    for seed, (subject, action) in enumerate(recordings):
        folder = root / subject / "MyPoseFeatures/D3_Positions"
        folder.mkdir(parents=True, exist_ok=True)
        about = {"Variable": "Pose", "Data_Type": 45, "Num_Elements": 1, "Rec_Vary": True}
        path = folder / f"{action}.cdf"
        # the time is part of what gzip writes
        with patch("time.time", lambda: 0.0), cdflib.cdfwrite.CDF(path, {"Compressed": 6}) as file:
            file.write_var({**about, "Dim_Sizes": [FRAMES, 96]}, var_data=poses(seed)[None])


def write_metadata(root):
    """The camera's angles about x, y and z and its place, by camera and subject of eleven; then lenses."""
    numbers = np.zeros(300)
    for number in range(4):
        lens = camera(number)
        angles = Rotation.from_matrix(lens.rotation).as_euler("XYZ")
        place = -lens.rotation.T @ lens.translation * 1000
        for subject in (9, 11):
            start = 6 * (number * 11 + subject - 1)
            numbers[start : start + 6] = (*angles, *place)
        numbers[264 + 9 * number :][:9] = (*FOCAL[number], *CENTRE[number], *K, *P)
    text = " ".join(f"{value:.10g}" for value in numbers)
    (root / "metadata.xml").write_text(f"<?xml version='1.0'?>\n<metadata><w0>[{text}]</w0></metadata>\n")


def write_cameras_h5(root):
    with h5py.File(root / "cameras.h5", "w") as file:
        for subject in (9, 11):
            for number in range(4):
                lens, group = camera(number), f"subject{subject}/camera{number + 1}"
                file[f"{group}/R"] = lens.rotation.T
                file[f"{group}/T"] = (-lens.rotation.T @ lens.translation * 1000)[:, None]
                for key, value in zip("fckp", (FOCAL[number], CENTRE[number], K, P), strict=True):
                    file[f"{group}/{key}"] = np.array(value)[:, None]


def write_hourglass(root):
    for seed, (subject, action) in enumerate(RECORDINGS):
        folder = root / subject / "StackedHourglass"
        folder.mkdir(parents=True, exist_ok=True)
        for number, name in enumerate(CAMERAS):
            pixels = reproject(camera(number), walking(FRAMES, seed))[:, MPII]
            with h5py.File(folder / f"{action.replace(' ', '_')}.{name}.h5", "w") as file:
                file["poses"] = pixels


def assert_of_the_protocol(data):
    """What every layout must give: all actions, their mean, the paper's frames, exact keypoints."""
    assert set(data.group) == set(ACTIONS)
    assert data.by_group
    assert data.paper_stride == 640
    assert_reprojects(data)
