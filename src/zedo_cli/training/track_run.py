"""A run of `zedo train-tracks`: clips are lifted, then the network is trained on them.

Both parts continue where they were stopped: the clips lie in a folder beside the output, shard by shard, and
the state of the training in a file.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch

from zedo_cli.errors import InputError
from zedo_cli.io.files import TEMPORARY, atomic_write, bundled, read_json
from zedo_cli.mocap.recordings import Recording, read_recordings
from zedo_cli.prior.card import Source, TrackCard, TrackTraining
from zedo_cli.prior.prior import Prior
from zedo_cli.prior.track_network import TrackNetwork
from zedo_cli.training.corpus import OPEN_LICENCE, together
from zedo_cli.training.track_pool import SHARD_FRAMES, LiftedClips, ShardTask, lift_shards, shard_path
from zedo_cli.training.track_training import ClipSet, Progress, TrainingRun, state_path, train_tracks
from zedo_cli.training.virtual_clips import SHORTEST

BUNDLED = "data/motion/train.npz"
"""The bundled motion to train on."""

LICENCES = {
    **dict.fromkeys(("accad_bvh", "accad_markers"), "CC BY 3.0"),
    **dict.fromkeys(("cmu_amc", "cmu_daz", "cmu_dm", "cmu_exp", "cmu_mb"), "CMU terms"),
    "hdm05": "CC BY-SA 3.0",
    "uiprmd": "ODC PDDL 1.0",
}
"""Of its sources."""


OWN = rf"\d{{5,}}\.safetensors|{re.escape(TEMPORARY)}.*"
"""Names of the files of lifted clips, and of those that a killed run was writing."""

_OTHER_OUTPUT = "choose another `output`"

UNKNOWN = "unknown"
"""The licence of a source that is not bundled."""


class TrackRun(NamedTuple):
    """What is trained, and where. motion: the recordings. jobs: processes that lift clips."""

    settings: TrackTraining
    output: Path
    motion: list[Recording]
    jobs: int = 1

    @property
    def shards(self) -> int:
        """The number of shards of lifted clips."""
        return -(-self.settings.frames // SHARD_FRAMES)

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.output.with_suffix(".clips")

    @property
    def about(self) -> Path:
        """Where settings and motion of the run are kept."""
        return self.folder / "settings.json"

    def files(self) -> list[Path]:
        """What a run of this name has left.

        Raises `InputError` if the place of its clips is taken by something else.
        """
        if self.folder == self.output or (self.folder.exists() and not self.folder.is_dir()):
            raise InputError("is the place of the lifted clips", source=self.folder, fix=_OTHER_OUTPUT)
        found = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        foreign = [path for path in found if path != self.about and not re.fullmatch(OWN, path.name)]
        if foreign:
            raise InputError("lies where the clips would", source=foreign[0], fix=_OTHER_OUTPUT)
        state = state_path(self.output)
        return [*found, *([state] if state.is_file() else [])]

    def clean(self) -> None:
        """Remove clips and state."""
        for path in self.files():
            path.unlink()
        self.folder.rmdir()


def motion_for(paths: list[Path], left_out: tuple[str, ...]) -> list[Recording]:
    """The recordings of files, or the bundled ones, without sources and subjects that are left out.

    Raises `InputError` for a name that is neither, and if no recording is left.
    """
    recordings = [motion for path in paths or [bundled(BUNDLED)] for motion in read_recordings(path)]
    names = {name for motion in recordings for name in (motion.source, motion.subject)}
    for name in left_out:
        if name not in names:
            known = ", ".join(sorted({motion.source for motion in recordings}))
            raise InputError(f"no such source; there are {known}", setting="leave_out", value=name)
    kept = [m for m in recordings if m.source not in left_out and m.subject not in left_out]
    if not any(len(motion) >= SHORTEST for motion in kept):
        raise InputError(
            f"no motion of {SHORTEST} frames is left", source=paths[0] if paths else bundled(BUNDLED)
        )
    if len({motion.fps for motion in kept}) > 1:
        raise InputError("the files have several frame rates", source=paths[0], fix="give one at a time")
    return kept


def training_of(
    run: TrackRun,
    prior: Prior,
    name: str,
    device: torch.device,
    lifted: Callable[[int], None],
    trained: Progress,
) -> Prior:
    """Lift what is not lifted yet, and train; the prior with its track network.

    Args:
        run: what is trained, and where.
        prior: whose answers are refined; its own weights stay.
        name: of that prior, for the processes that lift.
        device: of the work.
        lifted, trained: called with the number of shards, and of steps and the loss.

    Raises:
        InputError: clips or state beside the output are damaged, or of a run with other settings.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    _same_run(run)
    numbers = [n for n in range(run.shards) if not shard_path(run.folder, n).is_file()]
    task = ShardTask(name, tuple(run.motion), run.folder, run.settings.seed, device.type)
    lifted(run.shards - len(numbers))
    for done, _ in enumerate(lift_shards(task, numbers, run.jobs), run.shards - len(numbers) + 1):
        lifted(done)
    clips = ClipSet([LiftedClips.load(shard_path(run.folder, n)) for n in range(run.shards)], device)
    torch.manual_seed(run.settings.seed)
    network = TrackNetwork(**run.settings.network)
    prior.tracks = train_tracks(network, clips, TrainingRun(run.settings, run.output), trained)
    prior.card = prior.card.model_copy(
        update={
            "tracks": TrackCard(training=run.settings, sources=sources_of(run.motion)),
            "licence": together([prior.card.licence, licence_with(run.motion)]),
        }
    )
    return prior


def _same_run(run: TrackRun) -> None:
    """Write the settings beside the clips, or compare them with those that are there."""
    own = {"settings": run.settings.model_dump(mode="json"), "motion": fingerprint(run.motion)}
    if not run.about.is_file():
        with atomic_write(run.about) as temporary:
            temporary.write_text(json.dumps(own))
    elif read_json(run.about) != own:
        fix = "give the same ones, or choose another `output`"
        raise InputError("is of a run with other settings or other motion", source=run.about, fix=fix)


def fingerprint(motion: list[Recording]) -> str:
    """Of the frames of recordings."""
    digest = hashlib.sha256()
    for recording in motion:
        digest.update(recording.name.encode() + (1000 * recording.joints).round().astype("<i4").tobytes())
    return digest.hexdigest()


def sources_of(recordings: list[Recording]) -> list[Source]:
    """The sources of the motion, with their frames."""
    frames: Counter[str] = Counter()
    for motion in recordings:
        frames[motion.source] += len(motion)
    return [
        Source(name=name, poses=count, licence=licence_of(name)) for name, count in sorted(frames.items())
    ]


def licence_of(source: str) -> str:
    """The licence of a bundled source; `UNKNOWN` for others."""
    return LICENCES.get(source, UNKNOWN)


def licence_with(recordings: list[Recording]) -> str:
    """The licence of a network that was trained on motion."""
    known = all(licence_of(motion.source) != UNKNOWN for motion in recordings)
    return OPEN_LICENCE if known else "the terms of its motion"
