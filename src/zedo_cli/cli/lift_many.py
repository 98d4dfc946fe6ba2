"""`zedo lift --output-dir`: many clips, an output for each."""

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from zedo_cli.cli.terminal import Stopped, console, progress_bar
from zedo_cli.errors import printable

if TYPE_CHECKING:
    from zedo_cli.clips.records import Record
    from zedo_cli.clips.run import Running, Summary
    from zedo_cli.clips.work import Work

MOST_SHOWN = 20
"""Warnings that are listed; all are in the records."""


def lift_many(inputs: list[Path], work: "Work", how: "Running") -> None:
    """Lift all clips of the inputs, with progress, and say what became of them.

    Raises `typer.Exit` with code 2 if a clip failed.
    """
    from zedo_cli.clips.run import run

    started = time.perf_counter()
    with progress_bar("clips") as bar:
        tasks = [bar.add_task("Lifting", total=None)]

        def progress(record: "Record", done: int, total: int) -> None:
            bar.update(tasks[0], completed=done, total=total)
            if not record.done:
                text = printable(f"failed: {record.clip}: {record.reason}")
                bar.console.print(text, markup=False, soft_wrap=True)

        try:
            summary = run(inputs, work, how, progress)
        except KeyboardInterrupt:
            raise Stopped(
                f"interrupted; continue with --resume (finished clips are in {work.place.folder})"
            ) from None
    _report(summary, work.place.folder, time.perf_counter() - started)
    if summary.failed:
        raise typer.Exit(2)


def _report(summary: "Summary", folder: Path, seconds: float) -> None:
    notes = Counter(
        note["text"] for record in summary.records for note in record.notes if note["level"] == "warning"
    )
    for text, count in notes.most_common(MOST_SHOWN):
        shown = f"warning: {text}" + (f" ({count} clips)" if count > 1 else "")
        console.print(shown, markup=False, soft_wrap=True)
    if len(notes) > MOST_SHOWN:
        console.print(f"warning: {len(notes) - MOST_SHOWN} more; the records have all of them")
    done = len(summary.records) - len(summary.failed)
    frames = sum(record.frames for record in summary.records)
    kept = f", {summary.kept} done before" if summary.kept else ""
    failed = f", {len(summary.failed)} failed" if summary.failed else ""
    typer.echo(f"{done} of {summary.clips} clips lifted{kept}{failed}: {frames} frames in {seconds:.1f} s")
    typer.echo(f"3D poses: {folder}")
