"""`zedo formats`: what can be read and written."""

from typing import Any

import typer

from zedo_cli.registry import (
    CAMERA_READERS,
    DETECTORS,
    FOLDER,
    KEYPOINT_READERS,
    MOCAP_READERS,
    POSE_WRITERS,
    Registry,
)


def formats() -> None:
    """List the formats that are read and written, plug-ins included, with the extra that each requires."""
    tables: dict[str, Registry[Any]] = {
        "2D keypoints in": KEYPOINT_READERS,
        "Videos in": DETECTORS,
        "Cameras in": CAMERA_READERS,
        "3D poses out": POSE_WRITERS,
        "Motion capture, to train on": MOCAP_READERS,
    }
    for title, table in tables.items():
        if not table.entries and not table.broken:
            continue
        typer.echo(f"{title}:")
        for name, entry in table.entries.items():
            suffixes = " ".join("folder" if suffix == FOLDER else suffix for suffix in entry.suffixes)
            extra = f" (pip install 'zedo-cli[{entry.extra}]')" if entry.extra else ""
            typer.echo(f"  {name:20s} {suffixes:16s} {entry.title}{extra}")
        for name, why in table.broken.items():
            typer.echo(f"  {name:20s} {'':16s} plug-in cannot be loaded: {why}")
