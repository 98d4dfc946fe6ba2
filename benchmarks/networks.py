"""Networks and parametrisations compared at equal training time, on training people kept for validation.

    python benchmarks/networks.py [--minutes 3] [--only "mlp, EDM" ...]

Each candidate is trained with the recipe of `zedo train` for as many steps as fit into the time (measured
before), with a full cosine. Printed: parameters, samples a second, MPJPE / PA-MPJPE (mm) of the answer to a
view alone (exact; noise and confidences; everything a detector does), and the RMS error (mm) of a coordinate
after one denoising without a view.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zedo_cli.evaluation.metrics import mpjpe, pa_mpjpe
from zedo_cli.prior.card import TrainingSettings
from zedo_cli.prior.prior import NETWORKS, Prior
from zedo_cli.prior.score_network import time_embedding
from zedo_cli.prior.view_features import FEATURES_PER_JOINT
from zedo_cli.training.corpus import OPEN_VALIDATION, Corpus
from zedo_cli.training.detector_noise import detected_view
from zedo_cli.training.distributed import Workers
from zedo_cli.training.loop import RunOptions, train
from zedo_cli.training.settings import RECIPES
from zedo_cli.training.virtual_cameras import draw_scene, exact_view

ALONE = Workers(0, 1, torch.device("cpu"))
LEVELS = (0.02, 0.05, 0.1, 0.3)


class JointMixer(nn.Module):
    """A token for each joint; layers that mix over joints, then over channels (Tolstikhin et al. 2021)."""

    def __init__(
        self, joints: int = 17, width: int = 128, inner: int = 256, blocks: int = 4, embed: int = 256
    ) -> None:
        super().__init__()
        self.joints, self.embed = joints, embed
        self.enter = nn.Linear(3 + FEATURES_PER_JOINT + 1, width)
        self.place = nn.Parameter(0.02 * torch.randn(joints, width))
        self.level = nn.Linear(embed, embed)
        self.blocks = nn.ModuleList(MixerBlock(joints, width, inner, embed) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, 3)
        nn.init.zeros_(self.leave.weight)

    def forward(self, pose: Tensor, time: Tensor, features: Tensor) -> Tensor:
        """As `ViewNetwork`."""
        plane, confidence, spread = features.split([2 * self.joints, self.joints, 1], dim=1)
        tokens = [
            pose,
            plane.view(-1, self.joints, 2),
            confidence.unsqueeze(-1),
            spread.unsqueeze(1).expand(-1, self.joints, 1),
        ]
        hidden = self.enter(torch.cat(tokens, dim=-1)) + self.place
        level = F.silu(self.level(time_embedding(time, self.embed).to(pose.dtype)))
        for block in self.blocks:
            hidden = block(hidden, level)
        return self.leave(self.norm(hidden))


class MixerBlock(nn.Module):
    """Mixes joints, then channels; the noise level is added inside both."""

    def __init__(self, joints: int, width: int, inner: int, embed: int) -> None:
        super().__init__()
        self.joint_norm, self.norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix_up, self.mix_down = nn.Linear(joints, 4 * joints), nn.Linear(4 * joints, joints)
        self.up, self.up_level, self.down = (
            nn.Linear(width, inner),
            nn.Linear(embed, inner),
            nn.Linear(inner, width),
        )

    def forward(self, x: Tensor, level: Tensor) -> Tensor:
        """x `[batch, joints, width]`, level `[levels, embed]`, batch a multiple of levels."""
        x = x + self.mix_down(F.silu(self.mix_up(self.joint_norm(x).mT))).mT
        inner = self.up(self.norm(x))
        shift = self.up_level(level).repeat_interleave(len(x) // len(level), dim=0)
        return x + self.down(F.silu(inner + shift[:, None]))


@dataclass
class Candidate:
    """A network with its parametrisation."""

    architecture: str
    network: dict[str, float | int]
    parametrisation: str = "EDM"


MLP = {"width": 512, "inner": 512, "blocks": 2}
CANDIDATES = {
    "mlp, EDM": Candidate("view_network", MLP),
    "mlp, noise": Candidate("view_network", MLP, "noise"),
    "mlp, velocity": Candidate("view_network", MLP, "velocity"),
    "symmetric mlp, EDM": Candidate("symmetric_network", MLP),
    "wider mlp, EDM": Candidate(**RECIPES["base"]),
    "joint mixer, EDM": Candidate("joint_mixer", {"width": 128, "inner": 256, "blocks": 4}),
}


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--only", nargs="+", choices=CANDIDATES, default=list(CANDIDATES))
    options = parser.parse_args()
    NETWORKS["joint_mixer"] = JointMixer
    corpus = Corpus.load([])
    people = corpus.split(OPEN_VALIDATION)[2]
    for name in options.only:
        settings = TrainingSettings(
            **vars(CANDIDATES[name]), validation_subjects=OPEN_VALIDATION, ema=0.999, warmup_steps=200
        )
        with tempfile.TemporaryDirectory() as folder:
            rate = steps_per_second(corpus, settings, Path(folder) / "rate.safetensors")
            steps = max(1, int(rate * 60 * options.minutes))
            whole = settings.model_copy(update={"steps": steps})
            prior = train(
                corpus, whole, Path(folder) / "prior.safetensors", ALONE, RunOptions(save_every=steps)
            )
        size = sum(p.numel() for p in prior.network.parameters())
        print(
            f"{name:>18}: {size / 1e6:.2f} M, {rate * settings.batch_size:,.0f} samples/s,"
            f" {measure(prior, people)}",
            flush=True,
        )


def steps_per_second(corpus: Corpus, settings: TrainingSettings, output: Path, steps: int = 60) -> float:
    """The rate of training steps, the first ten and what follows the last not counted."""
    times = []
    quick = settings.model_copy(update={"steps": steps})
    options = RunOptions(save_every=steps, progress=lambda *_: times.append(time.perf_counter()))
    train(corpus, quick, output, ALONE, options)
    return (steps - 11) / (times[-2] - times[9])


@torch.no_grad()
def measure(prior: Prior, people: Tensor, count: int = 3000) -> str:
    """The figures of the table's row."""
    generator = torch.Generator().manual_seed(7)
    scene = draw_scene(people[torch.randint(len(people), (count,), generator=generator)], generator)
    views = (
        exact_view(scene),
        detected_view(scene, generator, faults=False),
        detected_view(scene, generator),
    )
    parts = []
    for view in views:
        sigma = prior.card.noise_range[1]
        answer = prior(torch.zeros_like(scene.poses), torch.tensor(sigma), view).numpy()
        errors = [1000 * f(answer - answer[:, :1], scene.poses.numpy()).mean() for f in (mpjpe, pa_mpjpe)]
        parts.append("{:.1f} / {:.1f}".format(*errors))
    noise = torch.randn(scene.poses.shape, generator=generator)
    for level in LEVELS:
        error = prior(scene.poses + level * noise, torch.tensor(level)) - scene.poses
        parts.append(f"{1000 * level:g} mm -> {1000 * error.square().mean().sqrt():.1f}")
    return ", ".join(parts)


if __name__ == "__main__":
    main()
