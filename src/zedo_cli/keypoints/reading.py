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
    if not paths:
        raise InputError("no files are given", setting="keypoints")
    clips: dict[tuple[str, Path], list[Content]] = {}  # in the order of the input
    for path in paths:
        content = Content(path)
        detector = next(iter(DETECTORS.taking(content.suffix)), None)
        if detector is not None:
            detector.check_installed(path)
            clips[("", path)] = []
            continue
        reader = _reader_of(content)
        single_frame = reader.per_frame and content.suffix != FOLDER
        clips.setdefault((reader.name, path.parent if single_frame else path), []).append(content)
    parts = [_read_clip(name, path, contents) for (name, path), contents in clips.items()]
    if skeleton is not None:
        parts = [replace(part, skeleton=skeleton) for part in parts]
    people = [part for part in parts if len(part)]
    if not people:
        raise InputError(f"no people in {sum(part.frame_count for part in parts)} frames", source=paths[0])
    empty_frames = sum(part.frame_count for part in parts if not len(part))
    keypoints = joined(people)
    return replace(keypoints, frame_count=keypoints.frame_count + empty_frames)


def _read_clip(name: str, path: Path, contents: list[Content]) -> Keypoints:
    """Read a clip by the reader of that name, or by a detector if there is none."""
    if not name:
        detected: Keypoints = DETECTORS.taking(path.suffix)[0].detect(path)
        return detected
    reader = KEYPOINT_READERS.find(name)
    if len(contents) == 1:
        path = contents[0].path
        if reader.per_frame and contents[0].suffix == FOLDER:
            contents = _frames_in(contents[0], reader) or contents
    keypoints: Keypoints = reader.read(str(path), contents)
    return keypoints


def _reader_of(content: Content) -> KeypointReader:
    """The first reader that takes the suffix and recognises the content. Raises `InputError` that lists all
    of them."""
    candidates = KEYPOINT_READERS.taking(content.suffix)
    accepting = [reader for reader in candidates if _accepts(reader, content)]
    if not accepting and len(candidates) == 1 and content.suffix != FOLDER:
        accepting = candidates  # its own error says what is missing
    if accepting:
        accepting[0].check_installed(content.path)
        return accepting[0]
    if content.suffix == FOLDER and not any(_frames_in(content, reader) for reader in candidates):
        endings = " ".join(sorted({s for reader in candidates for s in reader.suffixes if s != FOLDER}))
        raise InputError(
            f"no {endings} files in this folder", source=content.path, fix="give a folder of keypoint files"
        )
    kind = "the content is of no known format" if candidates else f"unknown kind of file '{content.suffix}'"
    known = KEYPOINT_READERS.listed()
    videos = f", detected by {DETECTORS.listed()}" if DETECTORS.entries else ""
    raise InputError(kind, source=content.path, fix=f"keypoints are read as {known}{videos}")


def _accepts(reader: KeypointReader, content: Content) -> bool:
    """Whether a reader recognises the content. A plug-in that fails is an error that names it."""
    try:
        return bool(reader.accepts(content))
    except (InputError, OSError):
        raise
    except Exception as error:
        problem = f"reader {reader.name} failed ({type(error).__name__}: {error})"
        raise InputError(problem, source=content.path) from error


def _frames_in(folder: Content, reader: KeypointReader) -> list[Content]:
    return [Content(path) for path in folder.files if path.suffix.lower() in reader.suffixes]
