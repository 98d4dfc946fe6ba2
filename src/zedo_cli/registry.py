"""The one registry: what zedo can read and write, built in or added by installed packages.

An entry states its name, a title, the file suffixes that it takes and the extra that it requires. Its
functions are imported when they are first called, so that a list of all entries costs nothing. A package adds
entries through the entry-point groups named here; docs/extending.md is a tutorial.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

from zedo_cli.errors import InputError, choose

FOLDER = "/"
"""The suffix of a folder."""


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
    are one clip.
    """

    accepts: Callable[..., bool]
    read: Callable[..., Any]
    per_frame: bool = False


@dataclass(frozen=True, kw_only=True)
class CameraReader(Entry):
    """Reads a camera: `read(path, name) -> Camera`; name is the camera that was asked for, or None."""

    read: Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class PoseWriter(Entry):
    """Writes poses: `open(path) -> sink` with `sink.append(poses)` and `sink.close()`; path is a temporary
    file."""

    open: Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Detector(Entry):
    """Detects 2D keypoints in a video or an image: `detect(path) -> Keypoints`."""

    detect: Callable[..., Any]


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
        """The first entry that takes the suffix of a file. Raises `InputError` that lists all of them."""
        entries = self.taking(path.suffix)
        if not entries:
            problem = f"{unknown} '{path.suffix}'"
            raise InputError(problem, source=path, fix=f"{fix} {self.listed()}")
        return entries[0]

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


def _lazy(module: str, function: str) -> Callable[..., Any]:
    """A function of one of our modules, which is imported when it is first called."""

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"zedo_cli.{module}"), function)(*arguments)

    return call


def _keypoints(name: str, title: str, suffixes: tuple[str, ...], per_frame: bool = False) -> KeypointReader:
    module = f"keypoints.readers.{name.replace('-', '_')}"
    accepts, read = _lazy(module, "accepts"), _lazy(module, "read")
    return KeypointReader(
        name=name, title=title, suffixes=suffixes, accepts=accepts, read=read, per_frame=per_frame
    )


KEYPOINT_READERS = Registry(
    KeypointReader,
    "zedo.keypoint_readers",
    (
        _keypoints(
            "openpose",
            "OpenPose's --write_json: a folder, or files of frames",
            (".json", FOLDER),
            per_frame=True,
        ),
        _keypoints("zedo-json", "zedo's JSON of one clip", (".json",)),
        _keypoints("zedo-npz", "zedo's NPZ: keypoints, confidence, intrinsics, ...", (".npz",)),
    ),
)

DETECTORS = Registry(Detector, "zedo.detectors", ())


def _camera(name: str, title: str, suffixes: tuple[str, ...], **requires: Any) -> CameraReader:
    read = _lazy(f"cameras.readers.{name.replace('-', '_')}", "read")
    return CameraReader(name=name, title=title, suffixes=suffixes, read=read, **requires)


CAMERA_READERS = Registry(
    CameraReader,
    "zedo.camera_readers",
    (
        _camera(
            "matrix-json", "K as JSON: [[fx, 0, cx], [0, fy, cy], [0, 0, 1]], or fx, fy, cx, cy", (".json",)
        ),
        _camera("matrix-npy", "K as NPY, 3 x 3", (".npy",)),
        _camera("calibration-toml", "calibration of Pose2Sim, Anipose or Caliscope", (".toml",)),
        _camera(
            "photo",
            "a photograph with its focal length in EXIF",
            (".jpg", ".jpeg"),
            extra="cameras",
            needs=("PIL",),
        ),
    ),
)


def _poses(name: str, title: str, suffix: str, module: str | None = None, **requires: Any) -> PoseWriter:
    opener = _lazy(f"poses.writers.{module or name}", "open_sink")
    return PoseWriter(name=name, title=title, suffixes=(suffix,), open=opener, **requires)


POSE_WRITERS = Registry(
    PoseWriter,
    "zedo.pose_writers",
    (
        _poses("npz", "all arrays, for Python", ".npz"),
        _poses("json", "all arrays, a record for each person in a frame", ".json"),
        _poses("picture", "a picture of a few frames", ".png", extra="plot", needs=("matplotlib",)),
    ),
)


def _dataset(
    name: str, title: str, module: str, function: str, kinds: tuple[str, ...], **about: Any
) -> DatasetReader:
    return DatasetReader(
        name=name, title=title, load=_lazy(f"datasets.{module}", function), kinds=kinds, **about
    )


DATASETS = Registry(
    DatasetReader,
    "zedo.datasets",
    (
        _dataset(
            "open",
            "held-out people in virtual cameras, bundled",
            "open",
            "load",
            ("gt", "detected"),
            bundled=True,
        ),
        _dataset(
            "pose2sim", "real OpenPose detections, bundled", "pose2sim", "load", ("detected",), bundled=True
        ),
        _dataset(
            "validation",
            "training people kept for validation, bundled; settings are chosen on it",
            "validation",
            "load",
            ("gt", "detected", "swapped"),
            bundled=True,
        ),
        _dataset("h36m", "Human3.6M, subjects 9 and 11", "h36m", "load", ("gt", "cpn", "sh"), own_files=True),
        _dataset("3dhp", "MPI-INF-3DHP, test set", "mpi_inf_3dhp", "load", ("gt",)),
        _dataset("3dpw", "3DPW, test set", "pw3d", "load", ("gt", "detected")),
        _dataset("ski", "Ski-PosePTZ, test set", "ski", "load", ("gt",)),
        _dataset("custom", "your own: an NPZ with keypoints, K and 3D, or a folder", "custom", "load", ()),
    ),
    setting="dataset",
)

MOCAP_READERS = Registry(
    MocapReader,
    "zedo.mocap_readers",
    (
        MocapReader(
            name="npz", title="zedo's NPZ of poses", suffixes=(".npz",), read=_lazy("mocap.npz", "read")
        ),
        MocapReader(name="bvh", title="BVH", suffixes=(".bvh",), read=_lazy("mocap.bvh", "read")),
        MocapReader(
            name="amc",
            title="Acclaim AMC, its ASF beside it",
            suffixes=(".amc",),
            read=_lazy("mocap.asf_amc", "read"),
        ),
    ),
)
