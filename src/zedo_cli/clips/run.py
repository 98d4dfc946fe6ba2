"""A run over many clips: what is left to do, the engine that does it, and the records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from zedo_cli.clips.engines import engine_of
from zedo_cli.clips.finding import Clip, find_clips
from zedo_cli.clips.lock import Lock
from zedo_cli.clips.records import FOLDER, Record, Records
from zedo_cli.clips.remote_state import RemoteLock, RemoteRecords
from zedo_cli.clips.work import Work, content_of
from zedo_cli.errors import InputError
from zedo_cli.io.files import TEMPORARY
from zedo_cli.io.remote import exists, files_under, is_remote, shown
from zedo_cli.version import __version__

Progress = Callable[[Record, int, int], None]
"""Called with each record, the number of clips done, and of all clips of the run."""


@dataclass(frozen=True)
class Running:
    """How a run over many clips is carried out; none of it changes an output.

    jobs: worker processes. shard: `i/n`, the i-th of n parts of the clips, from 0. resume: go on with the
    folder of an earlier run. fail_fast: stop at the first clip that fails. engine: `local` or `ray`. address:
    of a Ray cluster.

    Raises:
        InputError: the shard is not i/n with 0 <= i < n.
    """

    jobs: int = 1
    shard: str | None = None
    resume: bool = False
    fail_fast: bool = False
    engine: str = "local"
    address: str | None = None

    def __post_init__(self) -> None:
        _ = self.part
        engine_of(self.engine, self.jobs)

    @property
    def part(self) -> tuple[int, int]:
        """The shard's number and how many there are."""
        if self.shard is None:
            return 0, 1
        index, slash, count = self.shard.partition("/")
        if not (slash and index.isdecimal() and count.isdecimal() and int(index) < int(count)):
            raise InputError("must be i/n with 0 <= i < n", setting="shard", value=self.shard)
        return int(index), int(count)


@dataclass(frozen=True)
class Summary:
    """What became of a run. records: of the clips that were lifted or failed now. kept: how many were done
    before. clips: how many the run has."""

    records: tuple[Record, ...]
    kept: int
    clips: int

    @property
    def failed(self) -> list[Record]:
        """The records of the clips that failed."""
        return [record for record in self.records if not record.done]


def run(inputs: Sequence[Path], work: Work, how: Running, progress: Progress | None = None) -> Summary:
    """Lift all clips of the inputs, or of a shard of them, each to outputs of its name.

    Args:
        inputs: files and folders; see `find_clips`.
        work: how each clip is lifted, and where to.
        how: with how many workers.
        progress: called after each clip.

    Raises:
        InputError: an input is missing, two clips have one name, the folder belongs to another run, or with
            `fail_fast` a clip failed.
    """
    index, count = how.part
    folder = work.place.folder
    work.place.check()
    _ = work.settings  # a prior or a camera file that is missing is refused before anything is done
    clips = [clip for clip in find_clips(inputs, folder) if clip.in_shard(index, count)]
    records: list[Record] = []
    lock_of, records_of = (RemoteLock, RemoteRecords) if is_remote(folder) else (Lock, Records)
    with lock_of(folder, index, count) as lock:
        if lock.alone:
            _remove_temporary(folder)
        known = records_of(folder, f"{index}-of-{count}")
        left = _left(clips, known, work, how.resume)
        if not how.resume:
            _check_outputs(left, work)
        for record in engine_of(how.engine, how.jobs)(work, left, how.jobs, how.address):
            known.add(record)
            records.append(record)
            if progress:
                progress(record, len(records), len(left))
            if how.fail_fast and not record.done:
                raise InputError(f"{record.reason} (stopped at the first failure)", where=record.clip)
    return Summary(tuple(records), len(clips) - len(left), len(clips))


def _left(clips: Sequence[Clip], known: Records | RemoteRecords, work: Work, resume: bool) -> list[Clip]:
    """The clips that are not done. Raises `InputError` if others lifted into this folder."""
    folder = work.place.folder
    there = sum(clip.name in known.by_clip for clip in clips)
    if there and not resume:
        raise InputError(
            f"holds {there} of these clips from an earlier run",
            source=shown(folder),
            fix="go on with it by `resume`, or choose another `output_dir`",
        )
    outputs = set(files_under(folder)) if there and is_remote(folder) else None
    left = []
    for clip in clips:
        record = known.by_clip.get(clip.name)
        if record is None or not record.done:
            left.append(clip)
            continue
        if record.settings != work.settings or record.zedo != __version__:
            what = f"with zedo {record.zedo}" if record.zedo != __version__ else "with other settings"
            raise InputError(
                f"clip '{clip.name}' was lifted {what}",
                source=shown(folder),
                fix="give the same settings, or choose another `output_dir`",
            )
        if record.fingerprint != content_of(clip) or not all(
            (folder / name).exists() if outputs is None else folder / name in outputs
            for name in record.outputs
        ):
            left.append(clip)
    return left


def _check_outputs(clips: Sequence[Clip], work: Work) -> None:
    """Raise `InputError` if an output is there already, from something else."""
    for clip in clips:
        for path, _ in work.place.files(clip.name):
            if exists(path):
                raise InputError("is there already", source=shown(path), fix="choose another `output_dir`")


def _remove_temporary(folder: Path) -> None:
    """Remove what a killed run left half-written."""
    for path in folder.rglob(f"{TEMPORARY}*"):
        if path.is_file() and path.parent.name != FOLDER:
            path.unlink(missing_ok=True)
