"""Reading 2D keypoints: which reader a file or folder is for, and several inputs as one set of rows."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zedo_cli.detectors.detecting import Detection, detect
from zedo_cli.errors import InputError, Note
from zedo_cli.joint_names import find_skeleton
from zedo_cli.keypoints.container import Keypoints, joined
from zedo_cli.keypoints.content import Content
from zedo_cli.keypoints.frames import clips_of
from zedo_cli.registry import (
    DETECTORS,
    FOLDER,
    IMAGE_SUFFIXES,
    KEYPOINT_READERS,
    VIDEO_SUFFIXES,
    KeypointReader,
)

Source = str | Path


def read_keypoints(
    sources: Source | Sequence[Source],
    skeleton: str | Path | None = None,
    skip_damaged: bool = False,
    detection: Detection | None = None,
) -> Keypoints:
    """Read files and folders of 2D keypoints, on the joints that they have; detect them in videos and images.

    A folder of frames is a clip, or several if their names say so; so are single frames of one folder that
    are given together. Files of other kinds in a folder are left out, with a note.

    Args:
        sources: files or folders.
        skeleton: name of the joint set, or a JSON file with names of joints, in place of what a file says.
        skip_damaged: leave out files that are empty, truncated or not of their format, with a note.
        detection: how keypoints are detected in videos, images and folders of images.

    Raises:
        InputError: one line with the file, the place in it and the fix.
    """
    if skeleton is not None:
        find_skeleton(skeleton)
    paths = [Path(source) for source in ([sources] if isinstance(sources, str | Path) else sources)]
    if not paths:
        raise InputError("no files are given", setting="keypoints")
    parts: list[Keypoints] = []
    how = detection or Detection()
    for clip in _clips(paths, skip_damaged, how):
        part = clip.read(skip_damaged, how)
        if skeleton is not None:
            part = replace(part, skeleton=find_skeleton(skeleton, part.joint_names), joint_names=None)
        parts.append(part)
    people = [part for part in parts if len(part)]
    if not people:
        count = sum(part.frame_count for part in parts)
        raise InputError(f"no people in {count} frame{'s' if count != 1 else ''}", source=paths[0])
    empty = [part for part in parts if not len(part)]
    keypoints = joined(people).with_notes(*(note for part in empty for note in part.notes))
    return replace(keypoints, frame_count=keypoints.frame_count + sum(part.frame_count for part in empty))


def read_part(path: Path, part: str, skeleton: str | Path | None = None) -> Keypoints:
    """One clip of a file that holds many, as `read_keypoints`."""
    reader = _reader_of(Content(path))
    if reader.read_part is None:
        raise InputError(f"{reader.name} holds one clip", source=path, where=part)
    keypoints: Keypoints = reader.read_part(f"{path}#{part}", path, part)
    if skeleton is not None:
        found = find_skeleton(skeleton, keypoints.joint_names)
        keypoints = replace(keypoints, skeleton=found, joint_names=None)
    return keypoints


@dataclass
class _Clip:
    """Files that are read together."""

    name: str
    reader: KeypointReader | None
    contents: list[Content]
    notes: tuple[Note, ...] = ()

    def read(self, skip_damaged: bool, how: Detection) -> Keypoints:
        """Read the clip by its reader, or by a detector if it has none."""
        if self.reader is None:
            return detect(self.contents[0].path, how)
        while True:
            try:
                keypoints: Keypoints = self.reader.read(self.name, self.contents)
            except InputError as error:
                damaged = next((c for c in self.contents if str(c.path) == error.source), None)
                if not skip_damaged or damaged is None or len(self.contents) == 1:
                    raise
                self.contents.remove(damaged)
                self.notes += (Note("warning", f"{error}: left out", "damaged-file"),)
            else:
                for content in self.contents:
                    content.forget()
                return keypoints.with_notes(*self.notes)


def _clips(paths: Sequence[Path], skip_damaged: bool, how: Detection) -> list[_Clip]:
    """The clips of the inputs, in their order."""
    clips: dict[object, list[_Clip]] = {}
    frames: dict[tuple[str, Path], list[Content]] = defaultdict(list)
    for path in paths:
        content = Content(path)
        if _is_film(content):
            how.check(path)
            clips[path] = [_Clip(str(path), None, [content])]
        elif content.suffix == FOLDER:
            clips[path] = _in_folder(content, skip_damaged)
        else:
            reader = _reader_of(content)
            if reader.per_frame:
                frames[reader.name, path.parent].append(content)
                clips.setdefault((reader.name, path.parent), [])
            else:
                clips[path] = [_Clip(str(path), reader, [content])]
    for (name, folder), contents in frames.items():
        source = str(contents[0].path) if len(contents) == 1 else str(folder)
        clips[name, folder] = _of_frames(source, KEYPOINT_READERS.find(name), contents)
    return [clip for found in clips.values() for clip in found]


def _is_film(content: Content) -> bool:
    """Whether it is a video, an image, or a folder of images without files of keypoints."""
    if content.suffix != FOLDER:
        return content.suffix in (*VIDEO_SUFFIXES, *IMAGE_SUFFIXES)
    suffixes = {path.suffix.lower() for path in content.files}
    keypoints = {suffix for reader in KEYPOINT_READERS.entries.values() for suffix in reader.suffixes}
    return bool(suffixes & set(IMAGE_SUFFIXES)) and not suffixes & keypoints


def _of_frames(name: str, reader: KeypointReader, contents: Sequence[Content]) -> list[_Clip]:
    """Files of single frames as clips, by their names."""
    by_path = {content.path: content for content in contents}
    found = []
    for clip in clips_of(list(by_path)):
        ordered = []
        for file in clip.files:
            content = by_path[file.path]
            content.frame, content.time = file.number, file.time
            ordered.append(content)
        found.append(_Clip(f"{name}/{clip.name}" if clip.name else name, reader, ordered, clip.notes))
    return found


def _in_folder(folder: Content, skip_damaged: bool) -> list[_Clip]:
    """The clips in a folder: the files of the format that most of them have."""
    for whole in KEYPOINT_READERS.taking(FOLDER):
        if not whole.per_frame and _accepts(whole, folder):
            return [_Clip(str(folder.path), whole, [folder])]
    suffixes = {suffix for reader in KEYPOINT_READERS.entries.values() for suffix in reader.suffixes}
    by_reader: dict[str, list[Content]] = defaultdict(list)
    others, notes = [], []
    hint: KeypointReader | None = None
    for path in folder.files:
        if path.suffix.lower() not in suffixes:
            continue
        content = Content(path)
        try:
            hint = recognised(content, hint)
        except InputError as error:
            if not skip_damaged:
                raise
            notes.append(Note("warning", f"{error}: left out", "damaged-file"))
            continue
        if hint is None:
            others.append(path.name)
        else:
            by_reader[hint.name].append(content)
    if not by_reader:
        endings = " ".join(sorted(suffixes - {FOLDER}))
        what = f"no keypoints in its files ({', '.join(others[:3])})" if others else f"no {endings} files"
        raise InputError(f"{what} in this folder", source=folder.path, fix="give a folder of keypoint files")
    counts = Counter({name: len(contents) for name, contents in by_reader.items()})
    chosen = counts.most_common(1)[0][0]
    others += [content.path.name for name, found in by_reader.items() if name != chosen for content in found]
    if others:
        listed = ", ".join(sorted(others)[:3]) + (", ..." if len(others) > 3 else "")
        text = f"{folder.path}: {len(others)} files of other kinds are left out ({listed})"
        notes.append(Note("info", text, "other-files"))
    reader, contents = KEYPOINT_READERS.find(chosen), by_reader[chosen]
    reader.check_installed(folder.path)
    if reader.per_frame:
        clips = _of_frames(str(folder.path), reader, contents)
    else:
        clips = [_Clip(str(content.path), reader, [content]) for content in contents]
    if len(clips) > 1:
        names = ", ".join(Path(clip.name).name for clip in clips[:4]) + (", ..." if len(clips) > 4 else "")
        notes.append(Note("info", f"{folder.path}: {len(clips)} clips by the file names ({names})", "clips"))
    clips[0].notes += tuple(notes)
    return clips


def recognised(content: Content, hint: KeypointReader | None = None) -> KeypointReader | None:
    """The first reader that takes the suffix and recognises the content; `hint` is tried first."""
    candidates = KEYPOINT_READERS.taking(content.suffix)
    if hint in candidates and hint is not None and _accepts(hint, content):
        return hint
    return next((reader for reader in candidates if _accepts(reader, content)), None)


def _reader_of(content: Content) -> KeypointReader:
    """The reader of a file. Raises `InputError` that lists all of them."""
    candidates = KEYPOINT_READERS.taking(content.suffix)
    reader = recognised(content)
    if reader is None and len(candidates) == 1:
        reader = candidates[0]  # its own error says what is missing
    if reader is not None:
        reader.check_installed(content.path)
        return reader
    kind = "the content is of no known format" if candidates else f"unknown kind of file '{content.suffix}'"
    known = KEYPOINT_READERS.listed()
    videos = f"; videos and images are detected by {DETECTORS.listed()}"
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
