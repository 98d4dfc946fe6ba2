"""A folder of small clips, and the work on them."""

from pathlib import Path

import numpy as np
import pytest

from zedo_cli.clips.work import OutputFolder, Work
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.detectors.detecting import Detection
from zedo_cli.from_files import InputOptions
from zedo_cli.io.files import bundled_prior

FRAMES = 12


@pytest.fixture(scope="session")
def walks() -> list[dict[str, np.ndarray]]:
    """Four clips of 12 frames."""
    people = load_dataset("open-video", None, "detected").keypoints
    found = []
    for clip in range(4):
        rows = np.flatnonzero(people.clip == clip)[:FRAMES]
        points = np.concatenate([people.points[rows], people.confidence[rows][..., None]], axis=-1)
        found.append(
            {
                "keypoints": points.astype(np.float32),
                "frame": people.frame[rows],
                "clip": np.zeros(FRAMES, np.int64),
                "person": np.zeros(FRAMES, np.int64),
                "intrinsics": people.intrinsics[rows[0]],
                "skeleton": np.array("h36m17"),
                "fps": np.array(30.0),
            }
        )
    return found


@pytest.fixture
def clips(walks, tmp_path) -> Path:
    """The clips as NPZ files, two in a folder."""
    folder = tmp_path / "clips"
    for number, walk in enumerate(walks):
        place = folder / f"subject{number // 2}"
        place.mkdir(parents=True, exist_ok=True)
        np.savez(place / f"walk{number}.npz", **walk)
    return folder


@pytest.fixture
def work(tmp_path) -> Work:
    """Lifts with the small prior to `out`."""
    method = {"prior": str(bundled_prior("open-small")), "preset": "fast", "device": "cpu"}
    return Work(InputOptions(), method, Detection(), OutputFolder(tmp_path / "out"))
