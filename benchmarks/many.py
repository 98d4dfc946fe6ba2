"""Many clips: one process, two, and Ray, on the same clips, in turn.

    python benchmarks/many.py [--clips 1000] [--frames 60] [--runs 1] [--engines 1 2 ray]

Printed: clips/s and frames/s of the command, start-up included, and bytes of input and output.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from zedo_cli.datasets.loading import load_dataset


def write_clips(folder: Path, count: int, frames: int) -> int:
    """Clips as NPZ; returns their bytes."""
    people = load_dataset("open-video", None, "detected").keypoints
    rows = [np.flatnonzero(people.clip == clip)[:frames] for clip in range(len(people.clip_names))]
    for number in range(count):
        some = rows[number % len(rows)]
        np.savez(
            folder / f"clip{number:06d}.npz",
            keypoints=np.concatenate(
                [people.points[some], people.confidence[some][..., None]], axis=-1
            ).astype(np.float32),
            clip=np.zeros(len(some), np.int64),
            person=np.zeros(len(some), np.int64),
            intrinsics=people.intrinsics[some[0]],
            skeleton=np.array("h36m17"),
            fps=np.array(30.0),
        )
    return sum(path.stat().st_size for path in folder.iterdir())


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--engines", nargs="+", default=["1", "2", "ray"])
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        clips, out = Path(folder) / "in", Path(folder) / "out"
        clips.mkdir()
        size = write_clips(clips, options.clips, options.frames)
        for _ in range(options.runs):
            for engine in options.engines:
                command = [sys.executable, "-m", "zedo_cli", "lift", str(clips), "--output-dir", str(out)]
                command += ["--preset", "fast"]
                command += ["--engine", "ray", "--jobs", "2"] if engine == "ray" else ["--jobs", engine]
                started = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                seconds = time.perf_counter() - started
                written = sum(path.stat().st_size for path in out.glob("*.npz"))
                frames = options.clips * options.frames
                rate = f"{options.clips / seconds:.1f} clips/s, {frames / seconds:,.0f} frames/s"
                sizes = f"{size / frames:.0f} bytes in and {written / frames:.0f} out for a frame"
                print(f"{engine}: {seconds:.1f} s, {rate}; {sizes}", flush=True)
                shutil.rmtree(out)


if __name__ == "__main__":
    main()
