"""How long a live frame takes, and whether memory grows: `zedo stream` as a process, fed at 30 frames/s.

    python benchmarks/stream.py [--frames 3000] [--people 1 5] [--preset fast] [--refine]
    python benchmarks/stream.py --frames 36000 --hours 10
    python benchmarks/stream.py --frames 1000000 --hours 9.26 --visits 20 --apart 80

Printed for each number of people: latency from the line that is written to the line that is read (median,
95 %, largest, ms) with a histogram, resident memory along the way, and the difference from lifting the whole
clip. The people are one person of `open-video`, side by side, whose clip is played forward and backward.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from zedo_cli import Keypoints, Lifter
from zedo_cli.cameras.container import Camera
from zedo_cli.datasets.loading import load_dataset
from zedo_cli.evaluation.metrics import root_centred

FPS = 30
BINS = (0, 10, 20, 30, 40, 50, 75, 100, 200, 1000)


def walk() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Detections `[T, 17, 3]`, truth `[T, 17, 3]`, and K, of the first clip forward and backward."""
    data = load_dataset("open-video", None, "detected")
    rows = np.flatnonzero(data.keypoints.clip == 0)
    rows = np.concatenate([rows, rows[-2:0:-1]])
    points = data.keypoints.points[rows]
    frames = np.concatenate([points, data.keypoints.confidence[rows][..., None]], axis=-1)
    return frames, data.truth[rows], np.asarray(data.keypoints.intrinsics[rows[0]], np.float64)


def memory(process: int) -> float:
    """Resident memory in MB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return float("nan")


def started(k: np.ndarray, method: list[str], folder: str) -> subprocess.Popen[bytes]:
    """`zedo stream` with the options of a method, and with a camera in a folder."""
    camera = Path(folder) / "K.json"
    camera.write_text(json.dumps(k.tolist()))
    command = [sys.executable, "-m", "zedo_cli", "stream", "-k", str(camera), *method]
    command += ["--skeleton", "h36m17"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, **pipes)  # type: ignore[call-overload]


def endure(hours: float, count: int, visit: float, apart: float, method: list[str]) -> None:
    """Feed frames with time stamps over hours as fast as they are lifted, and print the memory.

    visit: how long (s) a person stays. apart: seconds from the start of a visit to that of the next, of
    another person; between them nobody is there.
    """
    frames, _, k = walk()
    folder = tempfile.TemporaryDirectory()
    process = started(k, method, folder.name)
    began = time.perf_counter()

    def feed() -> None:
        for number in range(count):
            seconds = number * 3600 * hours / count
            people = []
            if seconds % apart < visit:
                keypoints = frames[number % len(frames)].round(2).tolist()
                people = [{"id": int(seconds // apart), "keypoints": keypoints}]
            line = json.dumps({"time": seconds, "people": people})
            process.stdin.write(line.encode() + b"\n")
        process.stdin.close()

    threading.Thread(target=feed, daemon=True).start()
    used, lifted, marks = [], 0, np.linspace(0, count - 1, 11).astype(int)
    for number, line in enumerate(process.stdout):
        lifted += b"pose_3d" in line
        if number in marks:
            used.append(memory(process.pid))
    process.wait()
    folder.cleanup()
    seconds = time.perf_counter() - began
    print(
        f"{hours:g} hours in {number + 1} frames, {lifted} of them with a person, {' '.join(method)}:"
        f" {seconds / 60:.1f} minutes"
    )
    print("  memory (MB) along the way: " + " ".join(f"{value:.0f}" for value in used))


def measure(people: int, count: int, method: list[str]) -> None:
    """Feed a process and print the figures."""
    frames, truth, k = walk()
    aside = np.array([300.0, 0, 0])
    folder = tempfile.TemporaryDirectory()
    process = started(k, method, folder.name)
    written: list[float] = []
    read: list[float] = []
    poses: list[list[list[float]]] = []
    used: list[float] = []

    def reader() -> None:
        for line in process.stdout:
            read.append(time.perf_counter())
            found = json.loads(line)["people"]
            poses.append(found[0]["pose_3d"] if found else np.full((17, 3), np.nan).tolist())

    thread = threading.Thread(target=reader)
    thread.start()
    began = None
    for number in range(count):
        several = [frames[number % len(frames)] + place * aside for place in range(people)]
        ids = [{"id": place, "keypoints": one.round(2).tolist()} for place, one in enumerate(several)]
        line = json.dumps({"time": number / FPS, "people": ids}).encode() + b"\n"
        if number == 1:  # the first loads the prior
            while not read:
                time.sleep(0.01)
            began = time.perf_counter() - 1 / FPS
        if began is not None:
            time.sleep(max(0.0, began + number / FPS - time.perf_counter()))
        written.append(time.perf_counter())
        process.stdin.write(line)
        process.stdin.flush()
        if number % max(1, count // 10) == 0:
            used.append(memory(process.pid))
    process.stdin.close()
    thread.join()
    process.wait()
    folder.cleanup()
    latency = 1000 * (np.array(read) - np.array(written))[1:]
    middle, most, longest = np.median(latency), np.quantile(latency, 0.95), latency.max()
    title = f"{people} people, {' '.join(method)}, {count} frames"
    print(f"{title}: p50 {middle:.1f}, p95 {most:.1f}, largest {longest:.0f} ms")
    shares = 100 * np.histogram(latency, (*BINS[:-1], np.inf))[0] / len(latency)
    parts = [
        f"{low} to {high}: {share:.1f} %" for low, high, share in zip(BINS, BINS[1:], shares, strict=False)
    ]
    print(f"  ms {', '.join(parts)}")
    print("  memory (MB) along the way: " + " ".join(f"{value:.0f}" for value in used))
    compare(np.array(poses), frames, truth, k, method[1])


def compare(live: np.ndarray, frames: np.ndarray, truth: np.ndarray, k: np.ndarray, preset: str) -> None:
    """Print errors of the first live answers `[T, 17, 3]`, and of the whole clip."""
    index = np.arange(min(len(live), 10 * FPS)) % len(frames)
    same = np.zeros(len(index))
    clip = Keypoints.from_arrays(frames[index], skeleton="h36m17", clip=same, person=same)
    whole = Lifter(preset=preset).lift(clip, Camera("k", k)).poses_3d
    first, right = root_centred(live[: len(whole)]), root_centred(truth[index])
    both = root_centred(whole)
    live_error, whole_error, apart = (
        1000 * np.nanmean(np.linalg.norm(one - other, axis=-1))
        for one, other in ((first, right), (both, right), (first, both))
    )
    title = f"  first {len(whole)} frames"
    print(f"{title}: live {live_error:.1f} mm, whole clip {whole_error:.1f} mm, {apart:.1f} mm between them")


def main() -> None:
    """Measure for each number of people."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--refine", action="store_true")
    parser.add_argument(
        "--hours", type=float, help="spread the frames over hours, one person, for the memory"
    )
    parser.add_argument("--visits", type=float, default=math.inf, help="seconds that a person stays")
    parser.add_argument("--apart", type=float, default=math.inf, help="seconds from one person to the next")
    options = parser.parse_args()
    method = ["--preset", options.preset, *(["--refine"] if options.refine else [])]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if options.hours:
        endure(options.hours, options.frames, options.visits, options.apart, method)
        return
    for people in options.people:
        measure(people, options.frames, method)


if __name__ == "__main__":
    main()
