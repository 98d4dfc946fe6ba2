"""The card of a checkpoint: the JSON in its safetensors header."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, field_validator

from zedo_cli.prior import training_defaults
from zedo_cli.skeletons import JOINTS

POSES_PER_LEVEL = 8
"""Training poses that share a noise level, so that its embedding (a third of the network) is computed once
for them."""


class TrainingSettings(BaseModel):
    """Everything that decides the outcome of a training run, apart from the poses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str = "view_network"
    network: dict[str, float | int] = {}
    parametrisation: str = "EDM"
    steps: PositiveInt = training_defaults.STEPS
    batch_size: PositiveInt = training_defaults.BATCH_SIZE
    """Samples a step of each process."""
    processes: PositiveInt = 1
    learning_rate: PositiveFloat = training_defaults.LEARNING_RATE
    warmup_steps: int = Field(default=500, ge=0)
    ema: float = Field(default=training_defaults.EMA, gt=0, lt=1)
    noise_median: PositiveFloat = 0.6
    noise_log_spread: PositiveFloat = 1.8
    noise_range: tuple[PositiveFloat, PositiveFloat] = (0.002, 4.0)
    rotation: bool = True
    mirror: bool = True
    bones: bool = True
    recombine: bool = True
    validation_subjects: tuple[str, ...] = ()
    start: str = ""
    """SHA-256 of the prior whose weights the run starts from; empty for random weights."""
    seed: int = 0

    @field_validator("batch_size")
    @classmethod
    def _whole_levels(cls, value: int) -> int:
        return _multiple(value, POSES_PER_LEVEL)


def _multiple(value: int, of: int) -> int:
    if value % of:
        raise ValueError(f"must be a multiple of {of}")
    return value


class TrackTraining(BaseModel):
    """Everything that decides the outcome of a run of `zedo train-tracks`, apart from prior and motion."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frames: PositiveInt = training_defaults.TRACK_FRAMES
    """Frames of virtual clips that the prior lifts."""
    steps: PositiveInt = training_defaults.TRACK_STEPS
    batch_frames: PositiveInt = training_defaults.TRACK_BATCH
    """Frames in a step, in windows of one length."""
    learning_rate: PositiveFloat = training_defaults.TRACK_LEARNING_RATE
    width: PositiveInt = training_defaults.TRACK_WIDTH
    heads: PositiveInt = training_defaults.TRACK_HEADS
    blocks: PositiveInt = training_defaults.TRACK_BLOCKS
    ema: float = Field(default=0.999, gt=0, lt=1)
    left_out: tuple[str, ...] = ()
    """Sources and subjects of the motion that were left out."""
    prior: str = ""
    """SHA-256 of the prior whose answers it was trained on."""
    seed: int = 0

    @property
    def network(self) -> dict[str, int]:
        """The arguments of `TrackNetwork`."""
        return {"width": self.width, "heads": self.heads, "blocks": self.blocks}


class Source(BaseModel):
    """One source of training poses and the terms under which it came."""

    model_config = ConfigDict(extra="forbid")

    name: str
    poses: PositiveInt
    licence: str


class TrackCard(BaseModel):
    """The track network of a prior, and the run that trained it."""

    model_config = ConfigDict(extra="forbid")

    training: TrackTraining
    sources: list[Source]
    """Their poses are the frames of the recordings."""


class PriorCard(BaseModel):
    """Architecture, parametrisation, conventions, origin and licence of a prior."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["zedo-prior"] = "zedo-prior"
    format_version: Literal[2] = 2
    architecture: str
    network: dict[str, float | int]
    parametrisation: str
    noise_range: tuple[PositiveFloat, PositiveFloat]
    joints: tuple[str, ...] = JOINTS
    units: Literal["metres"] = "metres"
    frame: Literal["camera: X right, Y down, Z forward; root-relative"] = (
        "camera: X right, Y down, Z forward; root-relative"
    )
    training: TrainingSettings | None
    """None for an imported prior, whose training is unknown."""
    tracks: TrackCard | None = None
    """None for a prior without a track network."""
    samples_seen: int
    sources: list[Source]
    licence: str
    seed: int
    version: str
