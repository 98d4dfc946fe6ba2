"""What `zedo eval` and `zedo ablate` have in common: a run with its progress, notes and tables on the terminal."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from zedo_cli.cli.options import console, progress_bar

if TYPE_CHECKING:
    from zedo_cli.evaluation.runs import Run
    from zedo_cli.evaluation.scores import Scores
    from zedo_cli.report.table import Table

_WIDTH = 150
"""Characters of a line where the output is no terminal."""


def run_with_progress(job: "Run", folder: Path, resume: bool) -> "list[Scores]":
    """The scores of each variant. An interrupt says how to go on, and ends the command."""
    from zedo_cli.evaluation.runs import run

    variants, rows = job.variants, len(job.variants[0].data)
    title = variants[0].name if len(variants) == 1 else f"{len(variants)} variants"
    with progress_bar("people") as bar:
        task = bar.add_task(f"{title} on {variants[0].data.name}", total=rows * len(variants))
        try:
            return run(job, folder, resume, lambda done: bar.update(task, completed=done))
        except KeyboardInterrupt:
            console.print(f"stopped; go on with --resume (what is done is in {folder})", markup=False, soft_wrap=True)
            raise typer.Exit(130) from None


def print_notes(notes: Iterable[str]) -> None:
    """On standard error, a line each."""
    for note in notes:
        console.print(note if note.startswith("warning") else f"note: {note}", markup=False, soft_wrap=True)


def print_tables(tables: "Iterable[Table]") -> None:
    """As wide as the terminal."""
    from zedo_cli.report.table import to_terminal

    width = shutil.get_terminal_size((_WIDTH, 0)).columns
    for table in tables:
        typer.echo(to_terminal(table, width) + "\n")
