"""Identities over time: people who cross each other in front of a camera, in an order that changes.

    pip install motmetrics
    python benchmarks/tracking.py

Two and four held-out people of `data/motion` walk in one scene; keypoints have an error of 1 % of the height,
a tenth of them is missing, and up to a fifth of the detections. IDF1 and switches (Ristani et al. 2016) by
the package `motmetrics`.
"""

import warnings

import numpy as np

from zedo_cli.io.files import bundled
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.tracking import identified
from zedo_cli.mocap.recordings import read_recordings

SCENES, SECONDS = 12, 7
TURN = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
K = np.array([[1200.0, 0, 960], [0, 1200, 540], [0, 0, 1]])
NOISE, MISSING = 0.01, 0.1


def scene(people: int, step: int, lost: float, seed: int) -> tuple[Keypoints, np.ndarray]:
    """Detections of one scene in random order, and who they are."""
    generator = np.random.default_rng(seed)
    motions = [m for m in read_recordings(bundled("data/motion/heldout.npz")) if len(m) >= 30 * SECONDS]
    chosen = generator.choice(len(motions), people, replace=False)
    rows: list[tuple[int, int, np.ndarray, np.ndarray]] = []
    for who, number in enumerate(chosen):
        beside = np.array([generator.uniform(-1.5, 1.5), generator.uniform(-1, 1), 0])
        seen = (motions[number].joints[: 30 * SECONDS : step] + beside) @ TURN.T + [0, 1.2, 6]
        pixels = seen @ K.T
        pixels = pixels[..., :2] / pixels[..., 2:]
        for frame, points in enumerate(pixels):
            if seen[frame, 0, 2] < 0.8 or generator.random() < lost:
                continue
            error = NOISE * np.ptp(points[:, 1]) * generator.normal(size=points.shape)
            confidence = generator.normal(0.8, 0.1, 17).clip(0.1, 1) * (generator.random(17) > MISSING)
            rows.append((frame, who, points + error, confidence))
    order = sorted(generator.permutation(len(rows)), key=lambda i: rows[i][0])
    frame, who, points, confidence = (np.array([rows[i][part] for i in order]) for part in range(4))
    keypoints = Keypoints(
        points=points,
        confidence=confidence,
        frame=frame,
        person=np.zeros(len(order), np.int64),
        clip=np.zeros(len(order), np.int64),
        clip_names=("scene",),
        frame_count=len(np.unique(frame)),
        tracked=False,
        skeleton="h36m17",
        image_size=(1920.0, 1080.0),
        fps=30 / step,
    )
    return keypoints, who


def figures(keypoints: Keypoints, who: np.ndarray) -> tuple[float, int]:
    """IDF1 and switches of the tracks."""
    import motmetrics

    found = identified(keypoints)
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    for frame in np.unique(keypoints.frame):
        true, ours = np.flatnonzero(keypoints.frame == frame), np.flatnonzero(found.frame == frame)
        apart = np.abs(keypoints.points[true][:, None] - found.points[ours][None]).max((2, 3))
        distance = np.where(apart < 1e-6, 0.0, np.nan)
        accumulator.update(who[true].tolist(), found.person[ours].tolist(), distance)
    summary = motmetrics.metrics.create().compute(accumulator, metrics=["idf1", "num_switches"], name="scene")
    return float(summary.idf1.iloc[0]), int(summary.num_switches.iloc[0])


def main() -> None:
    """Print the table."""
    warnings.filterwarnings("ignore")
    print("| people | frames/s | detections lost | IDF1 mean (least) | switches mean (most) |")
    print("|---|---|---|---|---|")
    for people in (2, 4):
        for step in (1, 3):
            for lost in (0.0, 0.2):
                results = [figures(*scene(people, step, lost, seed)) for seed in range(SCENES)]
                idf1, switches = zip(*results, strict=True)
                print(
                    f"| {people} | {30 / step:g} | {100 * lost:g} % | {np.mean(idf1):.3f} ({min(idf1):.3f})"
                    f" | {np.mean(switches):.1f} ({max(switches)}) |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
