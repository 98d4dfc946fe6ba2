"""What commands show on the terminal: progress on standard error, notes, tables."""

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from zedo_cli.errors import Note

if TYPE_CHECKING:
    from rich.progress import Progress

    from zedo_cli.evaluation.runs import Run
    from zedo_cli.evaluation.scores import Scores
    from zedo_cli.report.table import Table

console = Console(stderr=True, highlight=False)


class Stopped(Exception):  # noqa: N818
    """The user stopped a command that can be continued. Shown as one line; code is the exit code."""

    def __init__(self, message: str, code: int = 130) -> None:
        super().__init__(message)
        self.code = code


MOST_OF_A_KIND = 8
"""Notes with one code that are printed."""

_WIDTH = 150
"""Characters of a line where the output is not a terminal."""


def progress_bar(unit: str) -> "Progress":
    """A progress bar on standard error. It disappears when done, and is not shown where the output is not a
    terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class _Speed(ProgressColumn):
        def render(self, task: "Task") -> Text:
            return Text(f"{task.speed:.0f}/s" if task.speed else "")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        _Speed(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def run_with_progress(job: "Run", folder: Path, resume: bool) -> "list[Scores]":
    """The scores of each variant. Raises `Stopped` on Ctrl-C."""
    from zedo_cli.evaluation.runs import run

    variants, rows = job.variants, len(job.variants[0].data)
    title = variants[0].name if len(variants) == 1 else f"{len(variants)} variants"
    with progress_bar("people") as bar:
        task = bar.add_task(f"{title} on {variants[0].data.name}", total=rows * len(variants))
        try:
            return run(job, folder, resume, lambda done: bar.update(task, completed=done))
        except KeyboardInterrupt:
            raise Stopped(f"interrupted; continue with --resume (finished work is in {folder})") from None


def option_name(setting: str) -> str:
    """The option of a setting: `image_size` -> `--image-size`."""
    return f"--{setting.replace('_', '-')}"


def print_notes(notes: Iterable[Note]) -> None:
    """On standard error, one line each, a few of each kind."""
    kinds: Counter[str] = Counter()
    for note in notes:
        kinds[note.code] += 1
        if kinds[note.code] <= MOST_OF_A_KIND:
            level = "note" if note.level == "info" else note.level
            console.print(f"{level}: {note.render(option_name)}", markup=False, soft_wrap=True)
    for code, count in kinds.items():
        if count > MOST_OF_A_KIND:
            text = f"{count - MOST_OF_A_KIND} more of this kind ({code}); the output's metadata has all"
            console.print(f"note: {text}", markup=False, soft_wrap=True)


def print_tables(tables: "Iterable[Table]") -> None:
    """As wide as the terminal."""
    from zedo_cli.report.table import to_terminal

    width = shutil.get_terminal_size((_WIDTH, 0)).columns
    for table in tables:
        typer.echo(to_terminal(table, width) + "\n")
