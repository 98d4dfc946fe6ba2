"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.io.files import bundled_priors
from zedo_cli.registry import DATASETS

DATA, METHOD, RUNNING = "Data", "Method", "Running"
"""Panels of the help."""

PRIORS = f"Prior: {', '.join(bundled_priors())} (bundled), or a file."

PRESET = "balanced"
"""The default preset; a test compares it with `pipeline.presets.DEFAULT`."""


def _datasets() -> str:
    """The data sets, those that are bundled first."""
    entries = sorted(DATASETS.entries.values(), key=lambda entry: not entry.bundled)
    return "; ".join(f"{entry.name} ({entry.title})" for entry in entries)


Device = Annotated[
    str,
    typer.Option(help="Where to compute: auto (CUDA if there is one), cpu or cuda.", rich_help_panel=RUNNING),
]
BatchSize = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Hypotheses at once; changes memory and speed only. [default: 2048, on a GPU 8192]",
        rich_help_panel=RUNNING,
        show_default=False,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help="Continue an interrupted run, to the same result.", rich_help_panel=RUNNING
    ),
]

Samples = Annotated[
    int,
    typer.Option(
        "--samples",
        "-s",
        min=1,
        max=10_000,
        help="Hypotheses for each person in a frame.",
        rich_help_panel=METHOD,
    ),
]
PresetName = Annotated[
    str,
    typer.Option(
        help="Settings of the method: paper (as published), fast, balanced or best.", rich_help_panel=METHOD
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Change a setting of the preset, NAME=VALUE; may be repeated. The documents list them under"
        " settings.",
        rich_help_panel=METHOD,
        show_default=False,
    ),
]
PriorFile = Annotated[
    str | None,
    typer.Option(
        help=f"{PRIORS} [default: open; open-base with preset fast or paper]",
        rich_help_panel=METHOD,
        show_default=False,
    ),
]
Seed = Annotated[
    int, typer.Option(min=0, max=2**32 - 1, help="Seed of all random numbers.", rich_help_panel=METHOD)
]

DatasetName = Annotated[
    str,
    typer.Option(
        "--dataset",
        "-d",
        help=f"Data set: {_datasets()}.",
        rich_help_panel=DATA,
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(
        help="Folder of your copy of the data set; for custom an NPZ with keypoints, K and 3D.",
        rich_help_panel=DATA,
        show_default=False,
    ),
]
Clips = Annotated[
    bool,
    typer.Option(
        help="Lift the frames of a track together, as zedo lift does.",
        rich_help_panel=METHOD,
    ),
]
ProtocolName = Annotated[
    str,
    typer.Option(
        help="strict (about the pelvis, no reflection, all frames) or paper (as the authors'"
        " program, on its frames).",
        rich_help_panel=DATA,
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Use only N frames, spread evenly over all sequences.",
        rich_help_panel=DATA,
        show_default=False,
    ),
]
Stride = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Use every N-th frame. [default: the protocol's]",
        rich_help_panel=DATA,
        show_default=False,
    ),
]
AllowMissing = Annotated[
    bool,
    typer.Option(
        "--allow-missing", help="Continue if sequences of the data set are missing.", rich_help_panel=DATA
    ),
]
