"""The clips in files and folders, each with a name for its outputs. Contents are looked at as little as
possible: a folder may hold millions of files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from zedo_cli.errors import InputError
from zedo_cli.io.remote import exists, files_under, is_folder, is_remote, nearby, shown
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.frames import clips_of
from zedo_cli.keypoints.reading import recognised
from zedo_cli.registry import FOLDER, IMAGE_SUFFIXES, KEYPOINT_READERS, VIDEO_SUFFIXES

MOST_LOOKED_AT = 1000
"""Files of a folder whose format is looked at; of more, all are taken to be as the first."""


@dataclass(frozen=True)
class Clip:
    """A clip to lift. name: of its outputs, with `/` for the folders in which it was found. sources: its
    files, or the folder. part: its name within a file that holds several clips."""

    name: str
    sources: tuple[Path, ...]
    part: str | None = None

    def in_shard(self, index: int, count: int) -> bool:
        """Whether shard `index` of `count` has it, by its name alone."""
        return int.from_bytes(blake2b(self.name.encode(), digest_size=8).digest()) % count == index


def find_clips(inputs: Sequence[Path], leave_out: Path | None = None) -> list[Clip]:
    """The clips of the inputs, in their order.

    A file is a clip, or as many as it names (Parquet). A folder of files of single frames is a clip, or
    several by the names of the files; a folder of other files is a clip for each; folders in a folder are
    searched in the same way.

    Args:
        inputs: files and folders, local or remote.
        leave_out: a folder that is not searched, that of the outputs.

    Raises:
        InputError: an input is not there or holds no clips, or two clips would have one name.
    """
    clips: list[Clip] = []
    outputs = leave_out.resolve() if leave_out is not None else None
    for path in inputs:
        if not exists(path):
            raise InputError("no such file or folder", source=shown(path))
        found = list(_in_folder(path, "", outputs)) if is_folder(path) else _in_file(path, path.stem)
        if not found:
            raise InputError("no keypoints, videos or images in this folder", source=shown(path))
        clips += found
    names: dict[str, Clip] = {}
    for clip in clips:
        other = names.setdefault(clip.name, clip)
        if other is not clip:
            raise InputError(
                f"{shown(other.sources[0])} would have the same output, '{clip.name}'",
                source=shown(clip.sources[0]),
                fix="give the folder above both, or lift them into two folders",
            )
    return clips


def _in_file(path: Path, name: str) -> list[Clip]:
    suffix = path.suffix.lower()
    reader = next((r for r in KEYPOINT_READERS.taking(suffix) if r.parts is not None), None)
    if reader is None or reader.parts is None:
        return [Clip(name, (path,))]
    reader.check_installed(path)
    with nearby([path]) as near:
        parts = reader.parts(near.paths[0])
    if len(parts) == 1:
        return [Clip(name, (path,))]
    return [Clip(f"{name}/{_safe(part)}", (path,), part) for part in parts]


def _in_folder(folder: Path, name: str, outputs: Path | None) -> Iterator[Clip]:
    """The clips in a folder whose names begin with `name`."""
    if folder.resolve() == outputs:
        return
    if is_remote(folder):
        yield from _in_remote_folder(folder, outputs)
        return
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    files = [path for path in entries if path.is_file()]
    yield from _of_files(folder, files, name)
    for path in entries:
        if path.is_dir():
            yield from _in_folder(path, f"{name}{path.name}/", outputs)


def _in_remote_folder(folder: Path, outputs: Path | None) -> Iterator[Clip]:
    """The same with one listing of all that is in it."""
    folders: dict[Path, list[Path]] = {}
    for path in files_under(folder):
        inside = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in inside)
        if not hidden and (outputs is None or outputs not in path.resolve().parents):
            folders.setdefault(path.parent, []).append(path)
    for place in sorted(folders):
        inside = place.relative_to(folder).parts
        yield from _of_files(place, folders[place], "".join(f"{part}/" for part in inside))


def _of_files(folder: Path, files: list[Path], name: str) -> Iterator[Clip]:
    films = [path for path in files if path.suffix.lower() in VIDEO_SUFFIXES]
    images = [path for path in files if path.suffix.lower() in IMAGE_SUFFIXES]
    suffixes = {suffix for reader in KEYPOINT_READERS.entries.values() for suffix in reader.suffixes}
    others = [path for path in files if path.suffix.lower() in suffixes - {FOLDER}]
    of_frames: list[Path] = []
    whole: list[Path] = []
    reader = None
    for place, path in enumerate(others):
        if place < MOST_LOOKED_AT or reader is None:
            try:
                with nearby([path]) as near:
                    found = recognised(Content(near.paths[0]), reader)
            except InputError:  # it is damaged; its own error appears when it is read
                (of_frames if reader is not None and reader.per_frame else whole).append(path)
                continue
            if found is None:
                continue
            reader = found
        (of_frames if reader is not None and reader.per_frame else whole).append(path)
    own = name.rstrip("/") or folder.resolve().name
    if of_frames:
        clips = clips_of(of_frames)
        for clip in clips:
            paths = tuple(file.path for file in clip.files)
            yield Clip(own if len(clips) == 1 and not whole else f"{name}{clip.name or own}", paths)
    for path in [*whole, *films]:
        yield from _in_file(path, f"{name}{path.stem}")
    if images and not others:
        yield Clip(own, (folder,))


def _safe(part: str) -> str:
    """A part's name as the name of a file: no way out of the folder."""
    parts = [piece for piece in part.replace("\\", "/").split("/") if piece not in ("", ".", "..")]
    return "_".join(parts) or "clip"
