"""The work on one clip: read, lift, write, and the record of it. Everything here can be sent to another
process."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from zedo_cli.arguments import LifterSettings
from zedo_cli.clips.finding import Clip
from zedo_cli.clips.records import Record, digest_of, fingerprint
from zedo_cli.detectors.detecting import Detection
from zedo_cli.errors import InputError
from zedo_cli.from_files import InputOptions, prepare_input, read_input
from zedo_cli.io.remote import exists, is_folder, is_remote, nearby, put, shown
from zedo_cli.lifter import Lifter
from zedo_cli.poses.outputs import check_options, write_outputs
from zedo_cli.registry import POSE_WRITERS
from zedo_cli.version import __version__


@dataclass(frozen=True)
class OutputFolder:
    """Where outputs go and how they are written: options of `zedo lift`, in its words."""

    folder: Path
    formats: tuple[str, ...] = ("npz",)
    frame: str | None = None
    origin: bool = False
    filter: str | None = None

    def check(self) -> None:
        """Raise `InputError` if the folder is a file, if a format, the frame or the filter is unknown, if an
        extra is missing, or if there is no output in the world frame to start at the origin."""
        if exists(self.folder) and not is_folder(self.folder):
            raise InputError("is not a folder", source=shown(self.folder), fix="choose another `output_dir`")
        if len(set(self.formats)) < len(self.formats):
            raise InputError("the same format is given twice", setting="format")
        writers = [POSE_WRITERS.find(format) for format in self.formats]
        for writer in writers:
            writer.check_installed(self.folder)
        check_options(writers, self.frame, self.filter, self.origin)

    @contextmanager
    def local(self) -> Iterator["OutputFolder"]:
        """A folder of this machine to write to: itself, or of a remote one a temporary folder."""
        if not is_remote(self.folder):
            yield self
            return
        with tempfile.TemporaryDirectory(prefix="zedo-") as folder:
            yield replace(self, folder=Path(folder))

    def files(self, name: str) -> list[tuple[Path, str]]:
        """The files of a clip, each with its format."""
        found = [(POSE_WRITERS.find(format), format) for format in self.formats]
        return [(self.folder / f"{name}{writer.suffixes[0]}", format) for writer, format in found]


@dataclass(frozen=True)
class Work:
    """How each clip is lifted. threads: of a process."""

    said: InputOptions
    method: LifterSettings
    detection: Detection
    place: OutputFolder
    threads: int | None = None

    @cached_property
    def settings(self) -> str:
        """Digest of everything that decides the outputs, the files of the clip aside."""
        method = {name: value for name, value in self.method.items() if name not in ("device", "batch_size")}
        method["preset"] = self.lifter.preset.model_dump(mode="json")
        method["prior"] = self.lifter.prior.digest
        said = asdict(self.said) | {"intrinsics": fingerprint(self.said.intrinsics)}
        detector = [self.detection.detector, str(self.detection.model), self.detection.people]
        place = asdict(self.place) | {"folder": ""}
        return digest_of({"method": method, "said": said, "detector": detector, "place": place})

    @property
    def lifter(self) -> Lifter:
        """The lifter, loaded once in each process."""
        return _lifter(tuple(sorted(self.method.items())))

    def __call__(self, clip: Clip) -> Record:
        """Lift a clip and write its outputs. A clip that cannot be lifted gives a record with the reason."""
        started = time.perf_counter()
        about: dict[str, Any] = {"clip": clip.name, "settings": self.settings, "zedo": __version__}
        content = ""
        try:
            content = content_of(clip)
            found = self._lift(clip)
        except (InputError, OSError, MemoryError) as error:
            reason = str(error) or type(error).__name__
            return Record(**about, status="failed", fingerprint=content, reason=reason)
        seconds = round(time.perf_counter() - started, 3)
        return Record(**about, status="done", fingerprint=content, seconds=seconds, **found)

    def _lift(self, clip: Clip) -> dict[str, Any]:
        import torch

        if self.threads is not None and torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        with nearby(clip.sources) as near, self.place.local() as place:
            files = place.files(clip.name)
            files[0][0].parent.mkdir(parents=True, exist_ok=True)
            how = replace(self.detection, folder=files[0][0].parent)
            people = read_input(near.paths, self.said, how, clip.part)
            people = replace(people, clip_names=tuple(map(near.shown, people.clip_names)))
            prepared = prepare_input(people, self.said, self.lifter)
            poses = self.lifter.finish(prepared, self.lifter.start(prepared))
            written = write_outputs(poses, files, place.frame, place.origin, place.filter)
            for source in near.paths:
                if (partial := how.partial(source)) is not None:
                    partial.unlink(missing_ok=True)
            outputs = tuple(path.relative_to(place.folder).as_posix() for path in written.paths)
            if place is not self.place:
                for name in outputs:
                    put(place.folder / name, self.place.folder / name)
        return {
            "outputs": outputs,
            "frames": people.frame_count,
            "poses": len(poses),
            "notes": tuple(note.as_dict() for note in (*poses.notes, *written.notes)),
        }


def content_of(clip: Clip) -> str:
    """The fingerprint of a clip: of its files, and of its part in them."""
    return fingerprint(clip.sources) + (f"#{clip.part}" if clip.part else "")


@lru_cache(maxsize=1)
def _lifter(settings: tuple[tuple[str, Any], ...]) -> Lifter:
    return Lifter(**dict(settings))
