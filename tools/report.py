"""Measure the table of accuracy again, by the commands of a user: docs/accuracy.json and docs/accuracy.md.

    python tools/report.py [--paper] [--only "balanced, --clips"]

Each figure comes from `zedo eval`, whose command is stored beside it, with the date, the commit and the
machine. `paper` takes half an hour and is measured with `--paper` alone; without it its stored figures stay,
with their own date. A test compares the tables of README.md and docs/evaluation.md with the stored figures.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import torch

from zedo_cli.cli.app import run
from zedo_cli.version import __version__

ROOT = Path(__file__).parents[1]
STORED, PAGE = ROOT / "docs" / "accuracy.json", ROOT / "docs" / "accuracy.md"
DATA = {
    "open, exact keypoints": ("--dataset", "open"),
    "open, simulated detector": ("--dataset", "open", "--keypoints", "detected"),
    "pose2sim, real detections": ("--dataset", "pose2sim"),
}
ROWS = {
    "paper": ("--preset", "paper"),
    "fast": ("--preset", "fast"),
    "balanced": (),
    "best": ("--preset", "best"),
    "balanced, --clips": ("--clips",),
    "balanced, best of 50": ("--samples", "50"),
}
"""What is measured: names of rows, and options."""


def measured(row: str, data: str) -> dict[str, Any]:
    """The figures of a row on a data set, with its command."""
    words = ["eval", *DATA[data], *ROWS[row]]
    with tempfile.TemporaryDirectory() as folder:
        if run([*words, "--output", f"{folder}/report"]):
            raise SystemExit(f"zedo {' '.join(words)} failed")
        report = json.loads(Path(folder, "report", "report.json").read_bytes())
    figures = report["figures"]["best" if "--samples" in words else "answer"]
    return {
        "command": f"zedo {' '.join(words)}",
        "frames": report["about"]["frames"],
        "sequences": report["about"]["sequences"],
        **{name: figures[name] for name in ("mpjpe", "pa_mpjpe")},
        "error_over_uncertainty": report["error_over_uncertainty"],
        **where(),
    }


def where() -> dict[str, str]:
    """When, with which commit, and on what it was measured."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    changed = "" if not git("status", "--porcelain", "--", "src", "checkpoints", "data") else " with changes"
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "date": datetime.date.today().isoformat(),
        "commit": git("rev-parse", "--short", "HEAD") + changed,
        "zedo": __version__,
        "machine": f"{model or platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "torch": torch.__version__,
    }


def shown(figure: dict[str, float | None]) -> str:
    """A figure with its interval."""
    interval = "" if figure["low"] is None else f" ({figure['low']:.1f}-{figure['high']:.1f})"
    return f"{figure['mean']:.1f}{interval}"


def page(stored: dict[str, dict[str, Any]]) -> str:
    """The page of all figures."""
    lines = [
        "# Accuracy, measured again",
        "",
        "Written by `make report`. MPJPE / PA-MPJPE in mm by the strict protocol, one hypothesis unless it",
        "says otherwise, known K; in brackets 95 % intervals, by sequences (pose2sim has 4: rough).",
        "What the rows mean is in [evaluation](evaluation.md).",
        "",
        "| row | data | MPJPE | PA-MPJPE | error / uncertainty | command | measured |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in ROWS:
        for data, found in stored.get(row, {}).items():
            ratio = found["error_over_uncertainty"]
            cells = [f"`{row}`", data, shown(found["mpjpe"]), shown(found["pa_mpjpe"])]
            cells += ["" if ratio is None else f"{ratio:.2f}", f"`{found['command']}`"]
            measured_at = f"{found['date']}, {found['commit']}"
            lines.append(f"| {' | '.join([*cells, measured_at])} |")
    newest = stored["balanced"]["open, exact keypoints"]
    lines += ["", f"Machine: {newest['machine']}; torch {newest['torch']}; zedo {newest['zedo']}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, store, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--paper", action="store_true", help="measure the row of the paper's method, too")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), default=list(ROWS), help="rows to measure")
    options = parser.parse_args()
    stored = json.loads(STORED.read_bytes()) if STORED.exists() else {}
    for row in options.only:
        if row == "paper" and not options.paper:
            continue
        stored[row] = {data: measured(row, data) for data in DATA}
        STORED.write_text(json.dumps(stored, indent=1) + "\n")
    PAGE.write_text(page(stored))


if __name__ == "__main__":
    main()
