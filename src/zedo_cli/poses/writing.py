"""Writing poses: the writer is chosen by the suffix of the output, and the file is complete or not there at
all."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from zedo_cli.errors import InputError, Note, choose
from zedo_cli.io.files import atomic_write, writable
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import in_camera, in_world, worlds
from zedo_cli.poses.selecting import taken
from zedo_cli.registry import POSE_WRITERS, PoseWriter

UNSURE_DEGREES = 20.0
"""Error of a vertical from which poses in the world frame get a warning."""

FRAMES = ("camera", "world")


class PoseSink(Protocol):
    """An output that is being written. Notes for the user may be in `notes` after `close`."""

    def append(self, poses: Poses) -> None:
        """Add poses after those that were added before."""
        ...

    def close(self) -> None:
        """Complete the file."""
        ...


class Written(NamedTuple):
    """paths: the files that were written. notes: what was assumed for them."""

    paths: list[Path]
    notes: list[Note]


def write_poses(
    poses: Poses,
    path: str | Path,
    *,
    frame: str | None = None,
    origin: bool = False,
    format: str | None = None,
) -> Written:
    """Write poses in the format of the suffix, completely or not at all.

    Formats that hold one person or one clip become several files where there are more, with the clip and the
    person in their names.

    Args:
        poses: from `lift` or `read_poses`.
        path: its suffix chooses the format; `zedo formats` lists them, plug-ins included.
        frame: of arrays and tables, `camera` (usual) or `world` (Z up, the floor at 0). Markers, animation,
            angles and pages are always in the world frame.
        origin: whether the first person of a clip starts at the origin of the world frame.
        format: name of the format, in place of the suffix.

    Raises:
        InputError: the suffix is unknown, or the file cannot be written.
    """
    if not isinstance(poses, Poses):
        raise InputError(f"must be Poses, as lift returns them, not {type(poses).__name__}", setting="poses")
    path = Path(path)
    writer = checked_output(path, format)
    if frame is not None:
        choose(frame, dict.fromkeys(FRAMES), "frame")
    poses, notes = in_frame(poses, path, writer, frame, origin)
    pieces = _pieces(poses, path, writer)
    sinks: list[PoseSink] = []
    with ExitStack() as stack:
        for part, name in pieces:
            sinks.append(stack.enter_context(open_poses(name, writer)))
            sinks[-1].append(part)
    for sink in sinks:
        notes += getattr(sink, "notes", [])
    return Written([name for _, name in pieces], list(dict.fromkeys(notes)))


def in_frame(
    poses: Poses, path: Path, writer: PoseWriter, frame: str | None, origin: bool
) -> tuple[Poses, list[Note]]:
    """The poses in the frame of an output, and what is assumed and left out. Arguments as `write_poses`."""
    notes: list[Note] = []
    if "world" in (frame, writer.frame):
        poses = in_world(poses, origin)
        notes += _about_frames(poses)
    elif frame == "camera":
        poses = in_camera(poses)
    count = poses.hypotheses_3d.shape[1]
    if count > 1 and not writer.hypotheses:
        text = f"{path}: holds the answer alone; NPZ and JSON hold all {count} hypotheses"
        notes.append(Note("info", text, "hypotheses-left-out"))
    return poses, notes


@contextmanager
def open_poses(path: Path, writer: PoseWriter | None = None) -> Iterator[PoseSink]:
    """A sink for poses in the format of the suffix. The file appears when the block ends without an error."""
    chosen = writer or checked_output(path)
    with atomic_write(path) as temporary:
        sink: PoseSink = chosen.open(temporary)
        try:
            yield sink
        except BaseException:
            with suppress(Exception):  # the file is thrown away; only the first error matters
                sink.close()
            raise
        sink.close()


def checked_output(path: Path, format: str | None = None) -> PoseWriter:
    """The writer for a path, checked before any work. Raises `InputError` if nothing can be written there."""
    if format is None:
        writer = POSE_WRITERS.for_file(path, "unknown output format", "poses are written as")
    else:
        writer = POSE_WRITERS.find(format)
    writer.check_installed(path)
    writable(path)
    return writer


def _pieces(poses: Poses, path: Path, writer: PoseWriter) -> list[tuple[Poses, Path]]:
    """The poses of each file with its path."""
    if writer.holds == "all" or not len(poses):
        return [(poses, path)]
    known = np.isfinite(poses.poses_3d).all((1, 2))
    keys = np.stack([poses.clip, poses.person if writer.holds == "person" else 0 * poses.person], axis=1)
    found = np.unique(keys[known], axis=0)
    if not len(found):
        raise InputError("there is no pose to write", source=path)
    names = _clip_names(poses.meta.get("inputs", ["?"]))
    clips, people = (
        len(np.unique(found[:, 0])) > 1,
        len(np.unique(found, axis=0)) > len(np.unique(found[:, 0])),
    )
    suffix = next((end for end in writer.suffixes if path.name.lower().endswith(end)), path.suffix)
    stem = path.name[: len(path.name) - len(suffix)]
    pieces = []
    for clip, person in found.tolist():
        name = stem + (f"_{names[clip]}" if clips else "") + (f"_person{person}" if people else "")
        rows = np.flatnonzero((keys == [clip, person]).all(1))
        pieces.append((taken(poses, rows), path.with_name(name + path.name[len(stem) :])))
    return pieces


def _clip_names(inputs: Sequence[Any]) -> list[str]:
    """Short names of the clips for files: the ends of their paths, numbered where they are equal."""
    stems = [re.sub(r"[^\w-]+", "_", Path(str(name)).stem).strip("_") or "clip" for name in inputs]
    return [f"{stem}-{place}" if stems.count(stem) > 1 else stem for place, stem in enumerate(stems)]


def _about_frames(poses: Poses) -> list[Note]:
    """What is assumed of the world frames in which poses are written."""
    frames = [worlds(poses)[clip] for clip in np.unique(poses.clip).tolist()]
    used = sorted({frame.source for frame in frames})
    texts = {
        "estimated": "the vertical and the floor of the world frame are estimated from the people",
        "vertical given": "the floor of the world frame is estimated from the people",
        "level camera assumed": "for the world frame a level camera is assumed; give `camera_up`",
    }
    notes = [Note("info", texts[source], "world-frame") for source in used if source in texts]
    unsure = max((frame.vertical_error or 0 for frame in frames), default=0)
    if unsure > UNSURE_DEGREES:
        text = "the people lie, or the camera is tilted by more than 45 degrees: the vertical may be wrong by"
        notes.append(Note("warning", f"{text} {unsure:g} degrees; give `camera_up`", "vertical-unsure"))
    return notes
