"""Options that several verbs share, and the progress bar."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

console = Console(stderr=True, highlight=False)

Device = Annotated[str, typer.Option(help="auto, cpu or cuda.", rich_help_panel="Running")]


def progress_bar(unit: str) -> Progress:
    """A bar on standard error that vanishes when done, and when the output is no terminal never shows."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
