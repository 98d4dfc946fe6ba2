"""`zedo lift --output-dir`: many clips, an output for each."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from zedo_cli.cli.terminal import Stopped, console, progress_bar
from zedo_cli.errors import printable
from zedo_cli.io.remote import shown

if TYPE_CHECKING:
    from zedo_cli.clips.records import Record
    from zedo_cli.clips.run import Running, Summary
    from zedo_cli.clips.work import Work


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
                f"interrupted; continue with --resume (finished clips are in {shown(work.place.folder)})"
            ) from None
    _report(summary, work.place.folder, time.perf_counter() - started)
    if summary.failed:
        raise typer.Exit(2)


def _report(summary: "Summary", folder: Path, seconds: float) -> None:
    kinds: dict[str, list[dict[str, str]]] = {}
    for record in summary.records:
        for note in {note["code"]: note for note in record.notes}.values():  # one of a kind for each clip
            kinds.setdefault(note["code"], []).append(note)
    for notes in kinds.values():
        level = "note" if notes[0]["level"] == "info" else notes[0]["level"]
        others = f" (and {len(notes) - 1} more clips; the records have all)" if len(notes) > 1 else ""
        console.print(f"{level}: {notes[0]['text']}{others}", markup=False, soft_wrap=True)
    done = len(summary.records) - len(summary.failed)
    frames = sum(record.frames for record in summary.records)
    kept = f", {summary.kept} done before" if summary.kept else ""
    failed = f", {len(summary.failed)} failed" if summary.failed else ""
    typer.echo(f"{done} of {summary.clips} clips lifted{kept}{failed}: {frames} frames in {seconds:.1f} s")
    if done or summary.kept:
        typer.echo(f"3D poses: {shown(folder)}")
