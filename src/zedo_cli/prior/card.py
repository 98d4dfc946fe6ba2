"""What a checkpoint says of itself: the JSON in its safetensors header."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, field_validator

from zedo_cli.skeletons import JOINTS

POSES_PER_LEVEL = 8
"""Training poses that share a noise level, whose embedding (a third of the network) is then computed once for all."""


class TrainingSettings(BaseModel):
    """Everything that decides the outcome of a training run, apart from the poses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: PositiveInt = 15_000
    batch_size: PositiveInt = 2048
    learning_rate: PositiveFloat = 1e-3
    warmup_steps: int = Field(default=500, ge=0)
    ema: float = Field(default=0.9995, gt=0, lt=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    hidden: PositiveInt = 1024
    embed: PositiveInt = 512
    noise_median: PositiveFloat = 0.06
    noise_log_spread: PositiveFloat = 1.3
    noise_range: tuple[PositiveFloat, PositiveFloat] = (0.0015, 1.5)
    rotation: bool = True
    mirror: bool = True
    bones: bool = True
    validation_subjects: tuple[str, ...] = ()
    seed: int = 0

    @field_validator("batch_size")
    @classmethod
    def _whole_levels(cls, value: int) -> int:
        return _multiple(value, POSES_PER_LEVEL)

    @field_validator("hidden")
    @classmethod
    def _whole_groups(cls, value: int) -> int:
        return _multiple(value, 32)


def _multiple(value: int, of: int) -> int:
    if value % of:
        raise ValueError(f"must be a multiple of {of}")
    return value


class Source(BaseModel):
    """One source of training poses and the terms under which it came."""

    model_config = ConfigDict(extra="forbid")

    name: str
    poses: PositiveInt
    licence: str


class PriorCard(BaseModel):
    """Architecture, parametrisation, conventions, origin and licence of a prior."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["zedo-prior"] = "zedo-prior"
    format_version: Literal[1] = 1
    architecture: str = "score_network"
    network: dict[str, float | int]
    parametrisation: Literal["sub-VP noise"] = "sub-VP noise"
    noise_range: tuple[PositiveFloat, PositiveFloat]
    joints: tuple[str, ...] = JOINTS
    units: Literal["metres"] = "metres"
    frame: Literal["camera: X right, Y down, Z forward; root-relative"] = "camera: X right, Y down, Z forward; root-relative"
    training: TrainingSettings
    samples_seen: int
    sources: list[Source]
    licence: str
    seed: int
    version: str
