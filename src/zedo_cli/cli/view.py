"""`zedo view`: lifted poses in a browser."""

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from zedo_cli.cli.terminal import print_notes


def view(
    poses: Annotated[Path, typer.Argument(help="Poses that zedo lift wrote: .npz or .json.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The page. [default: the name of the poses, .html]", show_default=False
        ),
    ] = None,
    video: Annotated[
        Path | None,
        typer.Option(
            help="Video to show beside the poses. [default: the one that was lifted]", show_default=False
        ),
    ] = None,
    embed: Annotated[
        bool, typer.Option("--embed", help="Put the video into the page, instead of a link to it.")
    ] = False,
    show: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open",
            help="Open the page in a browser. [default: if the output is a terminal]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a page with the poses in 3D, the keypoints and the joint angles over time, and open it.

    The page is one file and needs no network.

    Example: `zedo view clip_3d.npz --embed`
    """
    from dataclasses import replace

    from zedo_cli.errors import InputError
    from zedo_cli.poses.reading import read_poses
    from zedo_cli.poses.writing import checked_output, write_poses

    page = output or poses.with_suffix(".html")
    checked_output(page, "html")
    lifted = read_poses(poses)
    if video is not None and not video.is_file():
        raise InputError("no such file", source=video)
    about = {"path": str(video) if video else None, "embed": embed}
    written = write_poses(replace(lifted, meta=lifted.meta | {"video": about}), page, format="html")
    print_notes(written.notes)
    for path in written.paths:
        typer.echo(f"Page: {path}")
    if sys.stdout.isatty() if show is None else show:
        webbrowser.open(written.paths[0].resolve().as_uri())
