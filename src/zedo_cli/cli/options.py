"""Options that several verbs share, and the progress bar."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

console = Console(stderr=True, highlight=False)

DATA, METHOD, RUNNING = "Data", "Method", "Running"
"""Panels of the help."""

Device = Annotated[str, typer.Option(help="auto, cpu or cuda.", rich_help_panel=RUNNING)]
BatchSize = Annotated[
    int, typer.Option(min=1, help="Hypotheses at once; changes memory and speed only.", rich_help_panel=RUNNING)
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with an interrupted run, to the same result.", rich_help_panel=RUNNING)
]

Samples = Annotated[
    int, typer.Option("--samples", "-s", min=1, max=10_000, help="Hypotheses for each person.", rich_help_panel=METHOD)
]
PresetName = Annotated[str, typer.Option(help="paper (as published), fast, balanced or best.", rich_help_panel=METHOD)]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Change a setting of the preset: NAME=VALUE; may be repeated.",
        rich_help_panel=METHOD,
        show_default=False,
    ),
]
PriorFile = Annotated[
    Path | None,
    typer.Option(help="A prior of your own. [default: the bundled one]", rich_help_panel=METHOD, show_default=False),
]
Seed = Annotated[
    int,
    typer.Option(
        min=0, max=2**32 - 1, help="Of the noise that hypotheses and uncertainty come from.", rich_help_panel=METHOD
    ),
]

DatasetName = Annotated[
    str,
    typer.Option(
        "--dataset",
        "-d",
        help="open (held-out people, bundled), pose2sim (real detections, bundled), h36m, 3dhp, 3dpw, ski or custom.",
        rich_help_panel=DATA,
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(
        help="Folder of your copy of h36m, 3dhp, 3dpw or ski; of custom the NPZ with keypoints, K and 3D.",
        rich_help_panel=DATA,
        show_default=False,
    ),
]
ProtocolName = Annotated[
    str,
    typer.Option(
        help="strict (about the pelvis, no reflection, all frames) or paper (as the authors' program, in their frames).",
        rich_help_panel=DATA,
    ),
]
Limit = Annotated[
    int | None, typer.Option(min=1, help="Only the first so many frames.", rich_help_panel=DATA, show_default=False)
]
Stride = Annotated[
    int | None,
    typer.Option(min=1, help="Every so manyth frame. [default: the protocol's]", rich_help_panel=DATA, show_default=False),
]
AllowMissing = Annotated[
    bool, typer.Option("--allow-missing", help="Go on if sequences of the data set are missing.", rich_help_panel=DATA)
]


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
