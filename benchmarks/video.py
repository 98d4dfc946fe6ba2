"""Lifting videos: frames/s, shares of decoding, detecting and lifting, and errors of pose2sim's films.

    python benchmarks/video.py [FOLDER]

FOLDER holds `cam01.mp4` ... of the Pose2Sim demonstration; the bundled one has the first. Truth is the
triangulation of the other cameras, on the twelve limb joints.
"""

import sys
import time
from pathlib import Path

import numpy as np

import zedo_cli as zedo
from zedo_cli.detectors.detecting import Detection, detect
from zedo_cli.detectors.film import open_film
from zedo_cli.evaluation.metrics import mpjpe, pa_mpjpe
from zedo_cli.io.files import bundled
from zedo_cli.skeletons import LIMBS


def main() -> None:
    """Print a line for each film."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else bundled("data/pose2sim/videos")
    truth = np.load(bundled("data/pose2sim/reference.npz"))
    calibration = bundled("data/pose2sim/calibration.toml")
    lifter = zedo.Lifter()

    print("film            frames  frames/s  decoding  detecting  lifting  MPJPE / PA-MPJPE mm  vertical off")
    for path in sorted(folder.glob("cam*.mp4")):
        number = int(path.stem[3:])
        camera = zedo.read_camera(calibration, f"cam_{number:02d}")
        start = time.perf_counter()
        frames = sum(1 for _ in open_film(path).frames())
        decoded = time.perf_counter()
        keypoints = detect(path, Detection(people=1))
        detected = time.perf_counter()
        poses = lifter.lift(keypoints, camera)
        end = time.perf_counter()
        decoding, detecting, lifting = decoded - start, detected - decoded, end - detected
        total = detecting + lifting  # decoding runs beside detecting, in a thread of its own
        known = truth["cam"] == number - 1 if truth["cam"].min() == 0 else truth["cam"] == number
        target = dict(zip(truth["frame"][known].tolist(), truth["j3d_loo"][known], strict=True))
        limbs = list(LIMBS)
        ours = (poses.poses_3d - poses.poses_3d[:, :1])[:, limbs]
        theirs = np.stack([target[frame] for frame in poses.frame.tolist()])
        theirs = (theirs - theirs[:, [1, 4]].mean(1, keepdims=True))[:, limbs]
        ours = ours - ours[:, [0, 3]].mean(1, keepdims=True)
        seen = np.isfinite(theirs).all((1, 2))
        errors = [1000 * f(ours[seen], theirs[seen]).mean() for f in (mpjpe, pa_mpjpe)]
        alone = lifter.lift(keypoints, camera.intrinsics)  # without the calibration's vertical
        up = np.array(alone.meta["world"][0]["rotation"][2])
        off = np.degrees(np.arccos(up @ (camera.rotation @ [0.0, 0, 1])))
        print(
            f"{path.name:15s} {frames:6d} {frames / total:9.1f} {decoding / total:9.2f}"
            f" {detecting / total:10.2f} {lifting / total:8.2f}  {errors[0]:.0f} / {errors[1]:.0f}"
            f" {off:20.1f} degrees"
        )


if __name__ == "__main__":
    main()
