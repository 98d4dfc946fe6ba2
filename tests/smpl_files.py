"""Small body models with the arrays of SMPL and SMPL-X, and the data sets that hold their parameters.

The real models may not be bundled. These have a vertex on each side of each joint, random shapes, and the
real tree of the first 22 joints.
"""

import json
import pickle

import numpy as np

from scenes import standing_camera
from zedo_cli.cameras.intrinsics import pinhole

PARENTS = (0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)
REST = np.array(
    [
        *((0, 0, 0), (0.09, -0.08, 0), (-0.09, -0.08, 0), (0, 0.1, 0), (0.1, -0.5, 0), (-0.1, -0.5, 0)),
        *((0, 0.25, 0), (0.1, -0.9, 0), (-0.1, -0.9, 0), (0, 0.3, 0), (0.1, -0.95, 0.1), (-0.1, -0.95, 0.1)),
        *((0, 0.5, 0), (0.08, 0.42, 0), (-0.08, 0.42, 0), (0, 0.6, 0), (0.18, 0.45, 0), (-0.18, 0.45, 0)),
        *(
            (0.45, 0.45, 0),
            (-0.45, 0.45, 0),
            (0.7, 0.45, 0),
            (-0.7, 0.45, 0),
            (0.8, 0.45, 0),
            (-0.8, 0.45, 0),
        ),
    ]
)
K = pinhole(1400.0, 1400.0, 720.0, 960.0)


def write_model(path, joints=24, seed=0):
    """A body model; `shapedirs` moves each vertex by about a centimetre for a coefficient of one."""
    generator = np.random.default_rng(seed)
    rest = REST if joints == 24 else np.concatenate([REST[:22], REST[20:22], REST[[15, 15, 15]]])
    aside = generator.normal(size=(len(rest), 3)) * 0.05
    vertices = np.stack([rest + aside, rest - aside], axis=1).reshape(-1, 3)
    regressor = np.kron(np.eye(len(rest)), [[0.5, 0.5]])
    tree = np.array([[-1, *PARENTS[1 : len(rest)], *[15] * (len(rest) - 24)][: len(rest)], range(len(rest))])
    shapes = 0.01 * generator.normal(size=(len(vertices), 3, 12))
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {"J_regressor": regressor, "v_template": vertices, "shapedirs": shapes, "kintree_table": tree}
    np.savez(path, **arrays)
    return regressor @ vertices, np.einsum("jv,vcs->jcs", regressor, shapes)[..., :10]


def turns(count, seed):
    """Small turns of 24 joints, the person upright in a world with Z up."""
    generator = np.random.default_rng(seed)
    pose = 0.3 * generator.normal(size=(count, 24, 3))
    pose[:, 0] = (np.pi / 2, 0, 0)
    return pose


def write_emdb(root, joints, sequences=17, frames=8, **changed):
    """Sequences of EMDB 1 and one of EMDB 2. joints: from turns, shape and places to world joints."""
    for number in range(sequences + 1):
        rotation, translation = standing_camera(0.3 * number)
        pose, shape = turns(frames, number), 0.5 * np.ones(10)
        places = np.tile([0.1 * number, 0, 1.0], (frames, 1))
        cameras = np.tile(np.eye(4), (frames, 1, 1))
        cameras[:, :3, :3], cameras[:, :3, 3] = rotation, translation
        seen = joints(pose, shape, places) @ rotation.T + translation
        pixels = (seen @ K.T)[..., :2] / seen[..., 2:]
        content = {
            "gender": ("neutral", "female")[number % 2],
            "name": f"P{number}",
            "emdb1": number < sequences,
            "emdb2": True,
            "n_frames": frames,
            "good_frames_mask": np.arange(frames) != 2,
            "camera": {"intrinsics": K, "extrinsics": cameras, "width": 1440, "height": 1920},
            "smpl": {
                "poses_root": pose[:, 0],
                "poses_body": pose[:, 1:].reshape(frames, 69),
                "trans": places,
                "betas": shape,
            },
            "kp2d": pixels,
            "bboxes": {"bboxes": np.zeros((frames, 4)), "invalid_idxs": np.zeros(0, int)},
        }
        folder = root / f"P{number % 10}" / f"{number:02d}_walk"
        folder.mkdir(parents=True)
        path = folder / f"P{number % 10}_{number:02d}_walk_data.pkl"
        path.write_bytes(pickle.dumps(content | changed))
    return root


def write_rich(root, frames=6):
    """Two sequences of a scene with three cameras, one of which looks away."""
    for name, person in (("Gym_001_squat", "001"), ("Gym_002_jump", "002")):
        pose = turns(frames, int(person))
        for frame in range(frames):
            folder = root / "bodies/test" / name / f"{frame + 10:05d}"
            folder.mkdir(parents=True)
            content = {
                "global_orient": pose[frame, :1],
                "body_pose": pose[frame, 1:22].reshape(1, 63),
                "betas": 0.5 * np.ones((1, 10)),
                "transl": np.array([[0, 0, 1.0]]),
                "left_hand_pose": np.zeros((1, 12)),
            }
            (folder / f"{person}.pkl").write_bytes(pickle.dumps(content))
    folder = root / "scan_calibration/Gym/calibration"
    folder.mkdir(parents=True)
    for camera in range(3):
        rotation, translation = standing_camera(2.0 * camera)
        if camera == 2:
            rotation, translation = rotation * [[-1], [1], [-1]], translation * [-1, 1, -1]
        write_xml(folder / f"{camera:03d}.xml", rotation, translation)
    (root / "resource").mkdir()
    (root / "resource/gender.json").write_text(json.dumps({"1": "male", "2": "female"}))
    return root


def write_xml(path, rotation, translation):
    """A camera as OpenCV writes it."""

    def matrix(tag, values):
        rows, columns = np.shape(values)
        numbers = " ".join(f"{value:.17e}" for value in np.ravel(values))
        about = f"<rows>{rows}</rows><cols>{columns}</cols><dt>d</dt>"
        return f'<{tag} type_id="opencv-matrix">{about}\n<data>\n{numbers}</data></{tag}>\n'

    pose = np.concatenate([rotation, translation[:, None]], axis=1)
    parts = [matrix("CameraMatrix", pose), matrix("Intrinsics", K), matrix("Distortion", np.zeros((1, 5)))]
    path.write_text(f'<?xml version="1.0"?>\n<opencv_storage>\n{"".join(parts)}</opencv_storage>\n')
