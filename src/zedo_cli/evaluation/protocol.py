"""How poses are compared with the truth, and in which frames: as in the ZeDO paper, or as the field
expects."""

from dataclasses import dataclass
from typing import Any

from zedo_cli.datasets.container import Dataset
from zedo_cli.errors import choose
from zedo_cli.pipeline.presets import Preset
from zedo_cli.skeletons import JOINTS

LEFT_OUT_OF_14 = ("pelvis", "spine", "nose")
"""Joints that 3DPW's J = 14 and the official program of MPI-INF-3DHP leave out; they agree."""


@dataclass(frozen=True)
class Protocol:
    """reflection: whether the Procrustes alignment may reflect. rerooted: whether a prediction is compared
    about its own pelvis, or about its translation T. paper_frames: whether the frames are those of the
    paper."""

    name: str
    reflection: bool
    rerooted: bool
    paper_frames: bool

    def stride(self, data: Dataset) -> int:
        """The stride over the rows of a data set."""
        return data.paper_stride if self.paper_frames else 1

    def describe(self) -> str:
        """One line to show beside the figures."""
        reflection = "Procrustes may reflect" if self.reflection else "no reflection"
        root = "about the pelvis" if self.rerooted else "about T, not re-rooted"
        return f"{self.name} protocol: poses {root}, {reflection}"


PAPER_STARTS: dict[str, dict[str, Any]] = {
    "3dpw": {"optimised_joints": tuple(range(17)), "optimised_depth": 8.0, "optimised_scale": (0.2, 2.0)},
    "ski": {"optimised_joints": tuple(range(17)), "optimised_depth": 20.0, "optimised_axes": "y"},
}
"""Settings of preset `paper` for the data sets with their own constants in the authors' program (R and T of
the start)."""


def paper_start(preset: Preset, data: str) -> Preset:
    """Preset `paper` with the constants of the authors' program for a data set; other presets unchanged."""
    return preset.model_copy(update=PAPER_STARTS.get(data, {})) if preset.name == "paper" else preset


STRICT = Protocol("strict", reflection=False, rerooted=True, paper_frames=False)
PAPER = Protocol("paper", reflection=True, rerooted=False, paper_frames=True)
PROTOCOLS = {protocol.name: protocol for protocol in (STRICT, PAPER)}


def find_protocol(name: str) -> Protocol:
    """The protocol of that name. Raises `InputError` if there is none."""
    return choose(name, PROTOCOLS, "protocol")


def fewer_joints(joints: tuple[int, ...]) -> tuple[int, ...]:
    """Those of `joints` that are among the 14."""
    return tuple(joint for joint in joints if JOINTS[joint] not in LEFT_OUT_OF_14)
