"""What a checkpoint says of itself: the JSON in its safetensors header."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, field_validator

from zedo_cli.prior.view_features import CONTEXT
from zedo_cli.skeletons import JOINTS

POSES_PER_LEVEL = 8
"""Training poses that share a noise level, whose embedding (a third of the network) is then computed once for all."""


RECIPES: dict[str, dict[str, Any]] = {
    "base": {
        "architecture": "view_network",
        "network": {"width": 512, "inner": 1024, "blocks": 2, "context": CONTEXT},
        "parametrisation": "EDM",
    },
    "small": {
        "architecture": "view_network",
        "network": {"width": 384, "inner": 512, "blocks": 2, "context": CONTEXT},
        "parametrisation": "EDM",
    },
    "paper": {
        "architecture": "score_network",
        "network": {"hidden": 1024, "embed": 512, "dropout": 0.25},
        "parametrisation": "sub-VP noise",
    },
}
"""Networks by name: two that see views, and the paper's, which does not."""


def continued_recipe(card: "PriorCard") -> dict[str, Any]:
    """The network of a prior, to be trained on; one that sees views also learns to see what is known besides."""
    context = {"context": CONTEXT} if card.architecture == "view_network" else {}
    return {
        "architecture": card.architecture,
        "network": card.network | context,
        "parametrisation": card.parametrisation,
        "noise_range": card.noise_range,
    }


class TrainingSettings(BaseModel):
    """Everything that decides the outcome of a training run, apart from the poses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str = "view_network"
    network: dict[str, float | int] = {}
    parametrisation: str = "EDM"
    steps: PositiveInt = 30_000
    batch_size: PositiveInt = 2048
    """Samples a step of each process."""
    processes: PositiveInt = 1
    learning_rate: PositiveFloat = 2e-3
    warmup_steps: int = Field(default=500, ge=0)
    ema: float = Field(default=0.9995, gt=0, lt=1)
    noise_median: PositiveFloat = 0.6
    noise_log_spread: PositiveFloat = 1.8
    noise_range: tuple[PositiveFloat, PositiveFloat] = (0.002, 4.0)
    rotation: bool = True
    mirror: bool = True
    bones: bool = True
    recombine: bool = True
    validation_subjects: tuple[str, ...] = ()
    start: str = ""
    """SHA-256 of the prior whose weights the run starts from; none starts from chance."""
    seed: int = 0

    @field_validator("batch_size")
    @classmethod
    def _whole_levels(cls, value: int) -> int:
        return _multiple(value, POSES_PER_LEVEL)


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
    format_version: Literal[2] = 2
    architecture: str
    network: dict[str, float | int]
    parametrisation: str
    noise_range: tuple[PositiveFloat, PositiveFloat]
    joints: tuple[str, ...] = JOINTS
    units: Literal["metres"] = "metres"
    frame: Literal["camera: X right, Y down, Z forward; root-relative"] = "camera: X right, Y down, Z forward; root-relative"
    training: TrainingSettings | None
    """None of an imported prior, of whose training nothing is known."""
    samples_seen: int
    sources: list[Source]
    licence: str
    seed: int
    version: str
