"""How long the command takes to start, as ratios to `python -c "import torch"` on the same machine.

    python benchmarks/startup.py [--runs 5]

Each round runs every command once, in turn, as a process of its own; a first round is not counted. Printed:
the median of the ratios of the rounds, and their range. One frame is lifted from an NPZ, its output in a
temporary folder.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

TORCH = (sys.executable, "-c", "import torch")


def main() -> None:
    """Measure in turn, print ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        frame = one_frame(Path(folder))
        output = str(Path(folder) / "pose.npz")
        zedo = (sys.executable, "-m", "zedo_cli")
        commands = {
            "zedo --version": (*zedo, "--version"),
            "zedo --help": (*zedo, "--help"),
            "zedo lift --help": (*zedo, "lift", "--help"),
            "one frame lifted from an NPZ": (*zedo, "lift", str(frame), "-o", output),
            "python -c 'import zedo_cli'": (sys.executable, "-c", "import zedo_cli"),
        }
        ratios: dict[str, list[float]] = {name: [] for name in commands}
        torch_seconds = []
        for number in range(options.runs + 1):
            base = seconds(TORCH)
            times = {name: seconds(command) for name, command in commands.items()}
            if number:
                torch_seconds.append(base)
                for name, time_of in times.items():
                    ratios[name].append(time_of / base)
    print(f"import torch: {statistics.median(torch_seconds):.2f} s (median of {options.runs})")
    for name, values in ratios.items():
        print(f"{name}: {statistics.median(values):.2f} of it ({min(values):.2f} to {max(values):.2f})")


def one_frame(folder: Path) -> Path:
    """An NPZ with the keypoints of one person."""
    points = np.random.default_rng(0).uniform(300, 700, (1, 17, 2))
    path = folder / "frame.npz"
    np.savez(
        path,
        keypoints=points,
        intrinsics=[[1000, 0, 500], [0, 1000, 500], [0, 0, 1]],
        skeleton="h36m17",
    )
    return path


def seconds(command: tuple[str, ...]) -> float:
    """Wall time of a process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
