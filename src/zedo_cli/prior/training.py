"""The training loop of an unconditional prior, to be read from top to bottom.

Poses live on the device; bodies, orientations and noise are drawn there. The state of a run (weights, average,
optimiser, generator) is written beside the checkpoint, so that a stopped run continues to the same result.
"""

import math
import pickle
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from zedo_cli import __version__
from zedo_cli.errors import InputError
from zedo_cli.files import atomic_write
from zedo_cli.prior.augmentation import draw_orientations, mirrored, with_new_bones
from zedo_cli.prior.card import POSES_PER_LEVEL, PriorCard, TrainingSettings
from zedo_cli.prior.checkpoint import save_prior
from zedo_cli.prior.corpus import Corpus
from zedo_cli.prior.denoiser import Prior
from zedo_cli.prior.exemplars import start_poses
from zedo_cli.prior.score_network import ScoreNetwork

Progress = Callable[[int, float], None]
"""Called after every step with the number of steps done and a running mean of the loss."""

VALIDATION_NOISE = (0.005, 0.02, 0.05, 0.1, 0.2, 0.3)
"""Noise levels (m) at which the denoising error on validation poses is reported."""


@dataclass
class Outcome:
    """What a finished run has to tell: the prior, and its RMS error per coordinate (m) by noise level (m)."""

    prior: Prior
    validation: dict[float, float]


def train(
    corpus: Corpus,
    settings: TrainingSettings,
    output: Path,
    device: torch.device,
    save_every: int = 1000,
    resume: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Train a prior on `corpus` and write it to `output`, its state to `output` with suffix `.state.pt`.

    Raises `InputError` if a run is to be resumed that is not there or had other settings, or if the loss diverges (the
    last good state is kept).
    """
    poses, classes, validation = (part.to(device) for part in corpus.split(settings.validation_subjects))
    cumulative = balanced_weights(classes).cumsum(0)
    torch.manual_seed(settings.seed)
    generator = Generator(device).manual_seed(settings.seed)
    network = ScoreNetwork(hidden=settings.hidden, embed=settings.embed, dropout=settings.dropout).to(device)
    card = PriorCard(
        network={"hidden": settings.hidden, "embed": settings.embed, "dropout": settings.dropout},
        noise_range=settings.noise_range,
        training=settings,
        samples_seen=settings.steps * settings.batch_size,
        sources=corpus.sources_without(settings.validation_subjects),
        licence=corpus.licence,
        seed=settings.seed,
        version=__version__,
    )
    prior = Prior(card, network, {}).train()
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(settings.ema))
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, fused=True)
    state_path = output.with_suffix(".state.pt")
    first = _load_state(state_path, settings, network, average, optimiser, generator) if resume else 0
    half = torch.autocast(device.type, torch.bfloat16) if has_fast_bfloat16(device) else nullcontext()

    running = math.nan
    for step in range(first, settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * learning_rate_factor(step, settings)
        batch = draw_batch(poses, cumulative, settings, generator)
        sigma = draw_noise_levels(settings, generator)
        noise = torch.randn(batch.shape, generator=generator, device=device)
        with half:
            loss = denoising_loss(prior, batch, sigma, noise)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        average.update_parameters(network)

        done = step + 1
        save = done % save_every == 0 or done == settings.steps
        if step % 10 == 0 or save:
            value = loss.item()
            if not math.isfinite(value):
                raise InputError(
                    f"the loss diverged at step {step}; {state_path} keeps the last good state: start again with a lower"
                    " --learning-rate"
                )
            running = value if math.isnan(running) else 0.95 * running + 0.05 * value
        if progress:
            progress(done, running)
        if save:
            _save_state(state_path, done, settings, network, average, optimiser, generator)

    centres = start_poses(poses.cpu(), balanced_weights(classes).cpu(), settings.seed, settings.rotation)
    prior = Prior(card, average.module, {name: poses.to(device) for name, poses in centres.items()}).eval()
    save_prior(prior, output)
    return Outcome(prior, denoising_errors(prior, validation, settings.seed) if len(validation) else {})


def draw_batch(poses: Tensor, cumulative: Tensor, settings: TrainingSettings, generator: Generator) -> Tensor:
    """A batch of training poses `[batch, 17, 3]`: sampled by weight, mirrored, with new bones, as a camera sees them."""

    def random(size: int) -> Tensor:
        return torch.rand(size, generator=generator, device=poses.device)

    size = settings.batch_size
    index = torch.searchsorted(cumulative, random(size) * cumulative[-1]).clamp(max=len(poses) - 1)
    batch = poses[index]
    if settings.mirror:
        batch = mirrored(batch, random(size) < 0.5)
    if settings.bones:
        batch = with_new_bones(batch, generator)
    if settings.rotation:
        batch = batch @ draw_orientations(size, generator).mT
    return batch


def draw_noise_levels(settings: TrainingSettings, generator: Generator) -> Tensor:
    """Noise levels (m) `[levels]`, log-normal, cut to the noise range (Karras et al. 2022, section 5)."""
    normal = torch.randn(settings.batch_size // POSES_PER_LEVEL, generator=generator, device=generator.device)
    return (settings.noise_median * torch.exp(settings.noise_log_spread * normal)).clamp(*settings.noise_range)


def denoising_loss(prior: Prior, poses: Tensor, sigma: Tensor, noise: Tensor) -> Tensor:
    """Mean squared error of the predicted unit noise: denoising score matching weighted by the variance.

    poses `[batch, J, 3]` (m), sigma `[levels]` (m), each for the same number of poses in turn, noise `[batch, J, 3]`,
    standard normal.
    """
    spread = sigma.repeat_interleave(len(poses) // len(sigma))[:, None, None]
    predicted = prior.noise(poses + spread * noise, sigma)
    return nn.functional.mse_loss(predicted.float(), noise)


def balanced_weights(classes: Tensor) -> Tensor:
    """Sampling weight of each pose: a class of n poses has a share in proportion to sqrt(n). `[N]` -> `[N]`."""
    return classes.bincount().clamp(min=1).rsqrt()[classes]


def learning_rate_factor(step: int, settings: TrainingSettings) -> float:
    """Linear warm-up, then a cosine to zero at the last step."""
    warmup = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    return warmup * 0.5 * (1 + math.cos(math.pi * step / settings.steps))


@torch.no_grad()
def denoising_errors(prior: Prior, poses: Tensor, seed: int) -> dict[float, float]:
    """RMS error per coordinate (m) after one denoising of upright poses `[N, 17, 3]` as random cameras see them."""
    generator = Generator(poses.device).manual_seed(seed)
    clean = poses @ draw_orientations(len(poses), generator).mT
    noise = torch.randn(clean.shape, generator=generator, device=poses.device)
    sigmas = torch.tensor(VALIDATION_NOISE, device=poses.device)
    return {
        level: (prior(clean + sigma * noise, sigma) - clean).square().mean().sqrt().item()
        for level, sigma in zip(VALIDATION_NOISE, sigmas, strict=True)
    }


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 matrix products are worth their rounding: any recent GPU, or a CPU with AVX-512 BF16 or AMX."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_avx512_bf16_supported()


def _save_state(
    path: Path,
    step: int,
    settings: TrainingSettings,
    network: nn.Module,
    average: AveragedModel,
    optimiser: torch.optim.Optimizer,
    generator: Generator,
) -> None:
    state = {
        "step": step,
        "settings": settings.model_dump(mode="json"),
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
        "generator": generator.get_state(),
        "global_generator": torch.get_rng_state(),
    }
    with atomic_write(path) as temporary:
        torch.save(state, temporary)


def _load_state(
    path: Path,
    settings: TrainingSettings,
    network: nn.Module,
    average: AveragedModel,
    optimiser: torch.optim.Optimizer,
    generator: Generator,
) -> int:
    if not path.is_file():
        raise InputError(f"{path}: no such state; start the run without --resume")
    broken = InputError(f"{path}: is damaged or no state of such a run; start the run without --resume")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        before = state["settings"]
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, TypeError, IndexError) as error:
        raise broken from error
    for name, value in settings.model_dump(mode="json").items():
        if before.get(name) != value:
            raise InputError(
                f"{path}: was made with {name} = {before.get(name)}, not {value}; resume with the same settings"
            )
    try:
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        generator.set_state(state["generator"])
        torch.set_rng_state(state["global_generator"])
        return int(state["step"])
    except (RuntimeError, KeyError, TypeError, ValueError) as error:
        raise broken from error
