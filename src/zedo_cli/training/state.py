"""The state of a training run: everything needed to continue it to the same result, in a file beside the
checkpoint."""

import glob
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor, nn
from torch.optim.swa_utils import AveragedModel

from zedo_cli.errors import InputError
from zedo_cli.io.tensors import load_tensors, save_state
from zedo_cli.prior.card import TrainingSettings
from zedo_cli.training.distributed import Workers

KEPT = 3
"""Number of states of a run that are kept; older ones are removed."""


@dataclass
class RunState:
    """Everything that a run consists of. Files are `<output>.step-N.state.pt`, of which the last `KEPT` stay.

    poses: a fingerprint of the training poses.
    """

    output: Path
    settings: TrainingSettings
    poses: str
    workers: Workers
    network: nn.Module
    weigh: nn.Module
    average: AveragedModel
    optimiser: torch.optim.Optimizer
    generator: Generator

    def save(self, step: int) -> None:
        """Write the state after `step` steps, atomically, then remove the oldest. Every process must call
        this."""
        generators = self.workers.gather((self.generator.get_state(), *self._torch_states()))
        if not self.workers.first:
            return
        state = {
            "step": step,
            "settings": self.settings.model_dump(mode="json"),
            "poses": self.poses,
            "device": self.workers.device.type,
            "network": self.network.state_dict(),
            "weigh": self.weigh.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generators": generators,
        }
        path = self.output.with_suffix(f".step-{step:08d}.state.pt")
        kept = state_files(self.output)
        save_state(state, path, kept[-1].name if kept else "")
        for old in state_files(self.output)[:-KEPT]:
            old.unlink()

    def _torch_states(self) -> list[Tensor]:
        """Of torch's own generators, which dropout uses: on the CPU, and on the GPU if the run is there."""
        states = [torch.get_rng_state()]
        if self.workers.device.type == "cuda":
            states.append(torch.cuda.get_rng_state(self.workers.device))
        return states

    def load(self) -> int:
        """Continue from the newest state. Returns the number of steps done.

        Raises `InputError` if there is none, if it is damaged, or if it has other settings or other poses.
        """
        files = state_files(self.output)
        if not files:
            raise InputError(
                "there is no state of such a run beside it", source=self.output, fix="start without `resume`"
            )
        path = files[-1]
        before = f"from {files[-2].name}" if len(files) > 1 else "from the beginning, without `resume`"
        broken = InputError(
            "is damaged, or not the state of a run", source=path, fix=f"remove it and continue {before}"
        )
        try:
            state = load_tensors(path)
            settings, device = dict(state["settings"]), state["device"]
        except (InputError, KeyError, TypeError, ValueError) as error:
            raise broken from error
        if device != self.workers.device.type:
            raise InputError(
                f"was written on device {device}; its random numbers continue there only", source=path
            )
        for name, value in self.settings.model_dump(mode="json").items():
            if settings.get(name) != value:
                raise InputError(
                    f"was written with {name} = {settings.get(name)}, not {value}",
                    source=path,
                    fix="resume with the same settings",
                )
        if state.get("poses") != self.poses:
            raise InputError("was written with other poses", source=path, fix="resume with the same data")
        try:
            self.network.load_state_dict(state["network"])
            self.weigh.load_state_dict(state["weigh"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            own, *torchs = state["generators"][self.workers.rank]
            self.generator.set_state(own)
            torch.set_rng_state(torchs[0])
            if self.workers.device.type == "cuda":
                torch.cuda.set_rng_state(torchs[1], self.workers.device)
            return int(state["step"])
        except (RuntimeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise broken from error


def state_files(output: Path) -> list[Path]:
    """The states of the run that writes `output`, oldest first."""
    return sorted(output.parent.glob(f"{glob.escape(output.stem)}.step-*.state.pt"))
