"""Which files of a folder are frames of the same clip, and their numbers or times: all from their names.

`clip_000000000012_keypoints.json`, `cam01.0012.json`, `run0012_v2.json`, `0012_cam2.json`, `12.json` and
`2024-05-01_12-30-45.json` are all understood. The number of the frame is the one that changes; a number or a
word before it that changes too, tells clips apart.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from zedo_cli.errors import Note

_ENDINGS = ("_keypoints", "_pose", "_openpose")
_STAMP = re.compile(
    r"(?:(\d{4})-?(\d{2})-?(\d{2})[ _T-])?(\d{2})[-:.h]?(\d{2})[-:.m]?(\d{2})(?:[.,_-](\d{1,9}))?s?$"
)
_EPOCH_UNITS = {10: 1.0, 13: 1e3, 16: 1e6, 19: 1e9}
"""Digits of a time since 1970, and its units in a second."""


@dataclass(frozen=True)
class FrameFile:
    """A file of one frame. number: of the frame. time: s from the first frame of the clip, NaN if unknown."""

    path: Path
    number: int
    time: float = float("nan")


@dataclass(frozen=True)
class ClipFiles:
    """The files of a clip in order. name: what their names have in common, empty if all files of the folder
    are one clip."""

    name: str
    files: tuple[FrameFile, ...]
    notes: tuple[Note, ...] = ()


def clips_of(paths: Sequence[Path]) -> list[ClipFiles]:
    """The clips to which files of frames belong, in order of name."""
    groups: dict[tuple[str, ...], list[tuple[Path, list[str]]]] = defaultdict(list)
    for path in paths:
        text = _stem(path)
        groups[tuple(re.split(r"\d+", text))].append((path, re.findall(r"\d+", text)))
    clips: list[ClipFiles] = []
    loose: list[Path] = []
    for words, members in groups.items():
        if not members[0][1]:
            loose += [path for path, _ in members]
        elif (stamps := _stamps([path for path, _ in members])) is not None:
            clips.append(_by_time([path for path, _ in members], stamps, "".join(words)))
        else:
            clips += _by_number(words, members)
    if loose:
        clips.append(_by_name(sorted(loose)))
    if len(clips) == 1:
        return [ClipFiles("", clips[0].files, clips[0].notes)]
    return sorted(clips, key=lambda clip: _natural(clip.name))


def _stem(path: Path) -> str:
    stem = path.stem
    for ending in _ENDINGS:
        stem = stem.removesuffix(ending)
    return stem


def _by_number(words: tuple[str, ...], members: list[tuple[Path, list[str]]]) -> list[ClipFiles]:
    """Files whose names differ in numbers alone."""
    numbers = [runs for _, runs in members]
    place = _frame_place(numbers)
    before = [p for p in range(place) if len({runs[p] for runs in numbers}) > 1]
    clips: dict[tuple[str, ...], list[tuple[Path, list[str]]]] = defaultdict(list)
    for member in members:
        clips[tuple(member[1][p] for p in before)].append(member)
    if before and min(map(len, clips.values())) < 2 <= len(members):  # numbers that go along with the frame
        clips = {(): members}
    result = []
    for files in clips.values():
        shown = [
            word + (run if p != place else "")
            for p, (word, run) in enumerate(zip(words, [*files[0][1], ""], strict=True))
        ]
        frames = [int(runs[place]) for _, runs in files]
        if len(set(frames)) < len(frames):
            result.append(_by_name(sorted((path for path, _ in files), key=lambda path: _natural(path.name))))
            continue
        order = np.argsort(frames, kind="stable")
        ordered = tuple(FrameFile(files[i][0], frames[i]) for i in order)
        result.append(ClipFiles("".join(shown).strip(" ._-"), ordered))
    return result


def _frame_place(numbers: list[list[str]]) -> int:
    """Which of the numbers in the names is that of the frame: the one with the most values, the last of
    those; of a single file, the longest."""
    values = [len({runs[place] for runs in numbers}) for place in range(len(numbers[0]))]
    if max(values) == 1:
        values = [len(run) for run in numbers[0]]
    return max(range(len(values)), key=lambda place: (values[place], place))


def _stamps(paths: list[Path]) -> np.ndarray | None:
    """The times (s) in the names, if all names end in different ones."""
    texts = [_stem(path) for path in paths]
    runs = [re.findall(r"\d+", text)[-1] for text in texts]
    unit = _EPOCH_UNITS.get(len(runs[0]))
    if unit and all(len(run) == len(runs[0]) and run[0] != "0" for run in runs):
        stamps = np.array([int(run) for run in runs], np.float64) / unit
        return stamps if len(np.unique(stamps)) == len(stamps) > 1 else None
    found = [_STAMP.search(text) for text in texts]
    separated = (m is not None and (m[1] or re.search(r"\d[-:.hm]\d\d[-:.m]", m[0])) for m in found)
    if not all(separated):
        return None
    stamps = np.array([_seconds(match) for match in found if match])
    return stamps if np.isfinite(stamps).all() and len(np.unique(stamps)) == len(stamps) > 1 else None


def _seconds(match: re.Match[str]) -> float:
    year, month, day, hour, minute, second, part = match.groups()
    fraction = int(part) / 10 ** len(part) if part else 0.0
    try:
        moment = datetime(
            int(year or 2000), int(month or 1), int(day or 1), int(hour), int(minute), int(second)
        )
    except ValueError:
        return float("nan")
    return (moment - datetime(1970, 1, 1)).total_seconds() + fraction


def _by_time(paths: list[Path], stamps: np.ndarray, words: str) -> ClipFiles:
    order = np.argsort(stamps, kind="stable")
    times = stamps[order] - stamps[order[0]]
    files = tuple(
        FrameFile(paths[i], number, float(t)) for number, (i, t) in enumerate(zip(order, times, strict=True))
    )
    text = f"the file names are time stamps, {times[-1]:g} s in all: frames are numbered in order of time"
    return ClipFiles(words.strip(" ._-"), files, (Note("info", text, "frames-by-time"),))


def _by_name(paths: list[Path]) -> ClipFiles:
    files = tuple(FrameFile(path, number) for number, path in enumerate(paths))
    if len(paths) == 1:
        return ClipFiles(_stem(paths[0]), files)
    text = f"{paths[0].parent}: the file names do not number the frames: numbered in order of name"
    return ClipFiles("", files, (Note("info", text, "frames-by-name"),))


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
