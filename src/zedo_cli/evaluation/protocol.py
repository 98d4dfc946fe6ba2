"""How poses are compared with the truth, and in which frames: as the ZeDO paper does, or as the field expects it."""

from dataclasses import dataclass
from typing import Any

from zedo_cli.datasets.container import Dataset
from zedo_cli.errors import InputError
from zedo_cli.pipeline.presets import Preset
from zedo_cli.skeletons import JOINTS

FEWER = ("pelvis", "spine", "nose")
"""Joints that the count of 14 leaves out: of 3DPW's J = 14 and of MPI-INF-3DHP's official program, which are the same."""


@dataclass(frozen=True)
class Protocol:
    """reflection: whether Procrustes may turn a mirror image back. rerooted: whether a prediction is compared about its own
    pelvis, or about where the method put it (T). paper_frames: whether the frames are the paper's."""

    name: str
    reflection: bool
    rerooted: bool
    paper_frames: bool

    def stride(self, data: Dataset) -> int:
        """Of the frames of a data set."""
        return data.paper_stride if self.paper_frames else 1

    def describe(self) -> str:
        """One line for beside the figures."""
        reflection = "Procrustes may reflect" if self.reflection else "no reflection"
        root = "about the pelvis" if self.rerooted else "about T, as the method leaves them"
        return f"{self.name} protocol: poses {root}, {reflection}"


PAPER_STARTS: dict[str, dict[str, Any]] = {
    "3dpw": {"optimised_joints": tuple(range(17)), "optimised_depth": 8.0, "optimised_scale": (0.2, 2.0)},
    "ski": {"optimised_joints": tuple(range(17)), "optimised_depth": 20.0, "optimised_axes": "y"},
}
"""Settings of preset `paper` for the data sets to which the authors' program gives its own (R and T of the start)."""


def paper_start(preset: Preset, data: str) -> Preset:
    """Preset `paper` as the authors' program has it on a data set; other presets as they are."""
    return preset.model_copy(update=PAPER_STARTS.get(data, {})) if preset.name == "paper" else preset


STRICT = Protocol("strict", reflection=False, rerooted=True, paper_frames=False)
PAPER = Protocol("paper", reflection=True, rerooted=False, paper_frames=True)
PROTOCOLS = {protocol.name: protocol for protocol in (STRICT, PAPER)}


def find_protocol(name: str) -> Protocol:
    """The protocol of that name. Raises `InputError` if there is none."""
    if name not in PROTOCOLS:
        raise InputError(f"--protocol {name}: unknown; it is one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[name]


def fewer_joints(joints: tuple[int, ...]) -> tuple[int, ...]:
    """Those of `joints` that the count of 14 has."""
    return tuple(joint for joint in joints if JOINTS[joint] not in FEWER)
