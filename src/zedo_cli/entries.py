"""Entries of the registry and the tables that hold them; `registry.py` has the tables themselves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from zedo_cli.errors import InputError, choose

FOLDER = "/"
"""The suffix of a folder."""

VIDEO_SUFFIXES = (
    *(".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg"),
    *(".mts", ".m2ts", ".ts", ".wmv", ".flv", ".3gp", ".ogv"),
)
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
"""Endings of what detectors take."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What every entry has.

    title: one line for lists. suffixes: endings of the file names that it takes, in lower case, `FOLDER` for
    folders. extra: the optional dependency group of zedo that it requires; needs: the modules that this
    installs. name: its identifier; of a plug-in, the name of its entry point.
    """

    title: str
    suffixes: tuple[str, ...] = ()
    extra: str | None = None
    needs: tuple[str, ...] = ()
    name: str = ""

    def check_installed(self, source: object) -> None:
        """Raise `InputError` with the install command if a required module is missing."""
        for module in self.needs:
            if find_spec(module) is None:
                raise missing_extra(module, self.extra, source=source)


@dataclass(frozen=True, kw_only=True)
class KeypointReader(Entry):
    """Reads 2D keypoints.

    accepts: `accepts(content) -> bool`, whether a file or folder of these suffixes is of this format, by its
    content (`keypoints.content.Content`). read: `read(name, contents) -> Keypoints`, one clip of that name
    from the contents of its files. per_frame: whether a file holds one frame, so that the files of a folder
    are one clip. parts: `parts(path) -> list[str]`, the names of the clips in a file that may hold many;
    read_part: `read_part(name, path, part) -> Keypoints`, one of them.
    """

    accepts: Callable[..., bool]
    read: Callable[..., Any]
    per_frame: bool = False
    parts: Callable[..., Any] | None = None
    read_part: Callable[..., Any] | None = None


@dataclass(frozen=True, kw_only=True)
class CameraReader(Entry):
    """Reads the cameras of a file: `read(path) -> list[Camera]`, each with its name."""

    read: Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class PoseWriter(Entry):
    """Writes poses: `open(path) -> sink` with `sink.append(poses)` and `sink.close()`; path is a temporary
    file.

    holds: what a file can hold, `all`, a `clip` or a `person`; the poses are split accordingly. frame: the
    usual frame of the format, `camera` or `world` (Z up), in which it gets the poses. hypotheses: whether the
    file holds those as well as the answer.
    """

    open: Callable[..., Any]
    holds: Literal["all", "clip", "person"] = "all"
    frame: Literal["camera", "world"] = "camera"
    hypotheses: bool = False


@dataclass(frozen=True, kw_only=True)
class Detector(Entry):
    """Detects 2D keypoints: `open(model, people)` returns a `detectors.detecting.FrameDetector`.

    model: a model file, or None for the detector's own. people: how many are looked for at most, or None.
    """

    open: Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class DatasetReader(Entry):
    """Reads a data set with known 3D: `load(root, keypoints, allow_missing, seed) -> Dataset`.

    kinds: the 2D keypoints that it has; the first is the default. bundled: whether it needs no copy of the
    user's. own_files: whether `keypoints` may be a file in the layout of the data set itself.
    """

    load: Callable[..., Any]
    kinds: tuple[str, ...] = ("gt",)
    bundled: bool = False
    own_files: bool = False


@dataclass(frozen=True, kw_only=True)
class MocapReader(Entry):
    """Reads motion capture to train on: `read(path) -> list[Motion]`."""

    read: Callable[..., Any]


def lazy(module: str, function: str) -> Callable[..., Any]:
    """A function of one of our modules, which is imported when it is first called."""

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"zedo_cli.{module}"), function)(*arguments)

    return call


E = TypeVar("E", bound=Entry)


class Registry(Generic[E]):
    """Entries of one kind: the built-in ones, then those of installed packages."""

    def __init__(self, kind: type[E], group: str, builtin: Iterable[E], setting: str = "format") -> None:
        self.kind, self.group, self.setting = kind, group, setting
        self._builtin = {entry.name: entry for entry in builtin}
        self.broken: dict[str, str] = {}
        """Plug-ins that could not be loaded, with the reason."""

    @cached_property
    def entries(self) -> dict[str, E]:
        """All entries by name. A plug-in cannot replace a built-in entry."""
        entries = dict(self._builtin)
        for point in sorted(entry_points(group=self.group), key=lambda point: point.name):
            if point.name in entries:
                continue
            try:
                entry = point.load()
                if not isinstance(entry, self.kind):
                    raise TypeError(f"{point.value} is a {type(entry).__name__}, not a {self.kind.__name__}")
            except Exception as error:  # a plug-in may fail in any way, and must not stop the command
                self.broken[point.name] = f"{type(error).__name__}: {error}"
            else:
                entries[point.name] = replace(entry, name=point.name)
        return entries

    def find(self, name: str) -> E:
        """The entry of that name. Raises `InputError` that lists the known ones."""
        return choose(name, self.entries, self.setting)

    def taking(self, suffix: str) -> list[E]:
        """The entries that take a suffix."""
        return [entry for entry in self.entries.values() if suffix.lower() in entry.suffixes]

    def for_file(self, path: Path, unknown: str, fix: str) -> E:
        """The entry with the longest ending that the file has. Raises `InputError` that lists all of them."""
        name = path.name.lower()
        found = [(len(end), e) for e in self.entries.values() for end in e.suffixes if name.endswith(end)]
        if not found:
            problem = f"{unknown} '{path.suffix}'"
            raise InputError(problem, source=path, fix=f"{fix} {self.listed()}")
        longest = max(length for length, _ in found)
        return next(entry for length, entry in found if length == longest)

    def listed(self) -> str:
        """The entries with their suffixes, for errors and help: `npz (.npz), json (.json)`."""
        parts = []
        for name, entry in self.entries.items():
            suffixes = " ".join("folder" if suffix == FOLDER else suffix for suffix in entry.suffixes)
            parts.append(f"{name} ({suffixes})" if suffixes else name)
        return ", ".join(
            [*parts, *(f"{name} (plug-in cannot be loaded: {why})" for name, why in self.broken.items())]
        )


def missing_extra(module: str, extra: str | None, *, source: object = None) -> InputError:
    """The error for a module that is not installed, with the install command."""
    package = f"'zedo-cli[{extra}]'" if extra else module
    return InputError(
        f"needs the Python package {module}",
        source=None if source is None else str(source),
        fix=f"pip install {package}",
    )
