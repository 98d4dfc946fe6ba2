"""`zedo export`: lifted poses in other formats, without lifting again."""

from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli import lift_options as options
from zedo_cli.cli.terminal import print_notes
from zedo_cli.poses.outputs import checked_outputs, write_outputs
from zedo_cli.registry import POSE_WRITERS


def export(
    poses: Annotated[Path, typer.Argument(help="Poses that zedo lift wrote: .npz or .json.")],
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help=f"Output file: {POSE_WRITERS.listed()}; may be repeated.",
            show_default=False,
        ),
    ] = None,
    angles: options.Angles = None,
    frame: options.FrameName = None,
    origin: options.Origin = False,
    filter: options.Filter = None,
    video: Annotated[
        Path | None,
        typer.Option(
            help="Video behind the poses, for pages and videos. [default: the one that was lifted]",
            show_default=False,
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(help="Frames/s of the clips, where the poses do not say.", show_default=False),
    ] = None,
    person: Annotated[int | None, typer.Option(help="Export this identity only.", show_default=False)] = None,
    frames: Annotated[
        str | None,
        typer.Option(
            metavar="FIRST:LAST",
            help="Export the frames of these numbers only, the last one included.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write lifted poses in other formats.

    Examples:

    `zedo export poses.npz -o walk.bvh -o walk.trc --origin`

    `zedo export poses.npz --angles gait.csv --filter butterworth:6`
    """
    from dataclasses import replace

    from zedo_cli.errors import InputError
    from zedo_cli.poses.reading import read_poses
    from zedo_cli.poses.selecting import selected, with_rate

    if not output and not angles:
        raise InputError("give at least one file to write", setting="output")
    outputs = checked_outputs(output or [], angles or [], [poses], frame, filter, origin)
    if video is not None and not video.is_file():
        raise InputError("no such file", source=video)
    chosen = selected(with_rate(read_poses(poses), fps), person, frames)
    if video is not None:
        chosen = replace(chosen, meta=chosen.meta | {"video": {"path": str(video)}})
    written = write_outputs(chosen, outputs, frame, origin, filter)
    print_notes(written.notes)
    typer.echo(f"{len(chosen)} poses of {poses}")
    for path in written.paths:
        typer.echo(f"3D poses: {path}")
