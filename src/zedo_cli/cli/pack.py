"""`zedo pack`: many files of keypoints in one."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zedo_cli.cli import lift_options as options
from zedo_cli.cli.terminal import print_notes, progress_bar

if TYPE_CHECKING:
    from zedo_cli.errors import Note
    from zedo_cli.keypoints.container import Keypoints


def pack(
    keypoints: Annotated[
        list[Path],
        typer.Argument(help="Files and folders of 2D keypoints, as of zedo lift.", show_default=False),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Parquet file to write.")] = Path(
        "keypoints.parquet"
    ),
    skeleton: options.SkeletonName = None,
    skip_damaged: options.SkipDamaged = False,
) -> None:
    """Pack the keypoints of many clips into one Parquet file, which zedo lift reads.

    Examples:

    `zedo pack openpose_json/ -o keypoints.parquet`

    `zedo lift keypoints.parquet --output-dir poses/ --jobs 4`
    """
    from zedo_cli.clips.finding import find_clips
    from zedo_cli.keypoints.packing import pack as write
    from zedo_cli.keypoints.reading import read_keypoints

    started = time.perf_counter()
    clips = find_clips(keypoints)
    notes: dict[Note, int] = {}
    with progress_bar("clips") as bar:
        task = bar.add_task("Packing", total=len(clips))

        def read() -> "Iterator[tuple[str, Keypoints]]":
            for clip in clips:
                found = read_keypoints(list(clip.sources), skeleton, skip_damaged)
                for note in found.notes:
                    notes[note] = notes.get(note, 0) + 1
                yield clip.name, found
                bar.advance(task)

        rows = write(read(), output)
    print_notes(notes)
    seconds = time.perf_counter() - started
    typer.echo(f"{len(clips)} clips, {rows} people in frames, {seconds:.1f} s")
    typer.echo(f"keypoints: {output}")
