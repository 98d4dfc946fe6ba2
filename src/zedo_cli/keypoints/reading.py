"""Reading 2D keypoints: which reader a file or folder is for, and several inputs as one set of rows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from zedo_cli.errors import InputError
from zedo_cli.keypoints.container import Keypoints, joined
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.standardise import known_skeleton
from zedo_cli.registry import DETECTORS, FOLDER, KEYPOINT_READERS, KeypointReader

Source = str | Path


def read_keypoints(sources: Source | Sequence[Source], skeleton: str | None = None) -> Keypoints:
    """Read files and folders of 2D keypoints, on the joints that they have.

    A folder of frames is a clip; so are single frames of one folder that are given together.

    Args:
        sources: files or folders.
        skeleton: name of the joint set, in place of what a file says.

    Raises:
        InputError: one line with the file, the place in it and the fix.
    """
    if skeleton is not None:
        known_skeleton(skeleton)
    paths = [Path(source) for source in ([sources] if isinstance(sources, str | Path) else sources)]
    frames: dict[tuple[str, Path], list[Content]] = {}
    parts = []
    for path in paths:
        content = Content(path)
        detector = next(iter(DETECTORS.taking(content.suffix)), None)
        if detector is not None:
            detector.check_installed(path)
            parts.append(detector.detect(path))
            continue
        reader = _reader_of(content)
        if not reader.per_frame:
            parts.append(reader.read(str(path), [content]))
        elif content.suffix == FOLDER:
            parts.append(reader.read(str(path), _frames_in(content, reader)))
        else:
            frames.setdefault((reader.name, path.parent), []).append(content)
    for (name, folder), contents in frames.items():
        clip = str(contents[0].path) if len(contents) == 1 else str(folder)
        parts.append(KEYPOINT_READERS.find(name).read(clip, contents))
    people = [part for part in parts if len(part)]
    if not people:
        raise InputError(f"no people in {sum(part.frame_count for part in parts)} frames", source=paths[0])
    empty_frames = sum(part.frame_count for part in parts if not len(part))
    keypoints = joined(people)
    return replace(
        keypoints, frame_count=keypoints.frame_count + empty_frames, skeleton=skeleton or keypoints.skeleton
    )


def _reader_of(content: Content) -> KeypointReader:
    """The first reader that takes the suffix and recognises the content. Raises `InputError` that lists all
    of them."""
    candidates = KEYPOINT_READERS.taking(content.suffix)
    if content.suffix == FOLDER and not any(_frames_in(content, reader) for reader in candidates):
        endings = " ".join(sorted({s for reader in candidates for s in reader.suffixes if s != FOLDER}))
        raise InputError(
            f"no {endings} files in this folder", source=content.path, fix="give a folder of keypoint files"
        )
    for reader in candidates:
        if reader.accepts(content):
            reader.check_installed(content.path)
            return reader
    kind = "the content is of no known format" if candidates else f"unknown kind of file '{content.suffix}'"
    known = KEYPOINT_READERS.listed()
    videos = f", detected by {DETECTORS.listed()}" if DETECTORS.entries else ""
    raise InputError(kind, source=content.path, fix=f"keypoints are read as {known}{videos}")


def _frames_in(folder: Content, reader: KeypointReader) -> list[Content]:
    return [Content(path) for path in folder.files if path.suffix.lower() in reader.suffixes]
