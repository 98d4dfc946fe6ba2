"""The training loop of a prior, from top to bottom.

Poses stay on the device; bodies, cameras, views and noise are drawn there. The state of a run is written
beside the checkpoint, so that a stopped run continues to the same result.
"""

import hashlib
import math
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel

from zedo_cli.errors import InputError
from zedo_cli.pipeline.view import View
from zedo_cli.prior.card import POSES_PER_LEVEL, PriorCard, TrainingSettings
from zedo_cli.prior.checkpoint import save_prior
from zedo_cli.prior.preconditioning import PARAMETRISATIONS
from zedo_cli.prior.prior import NETWORKS, Prior
from zedo_cli.prior.view_network import ViewNetwork
from zedo_cli.training.batches import at_once, balanced_weights, seen_batches
from zedo_cli.training.corpus import Corpus, together
from zedo_cli.training.distributed import Workers
from zedo_cli.training.exemplars import start_poses
from zedo_cli.training.loss_weight import LossWeight
from zedo_cli.training.precision import HalfPrecision, has_fast_bfloat16, moving_average
from zedo_cli.training.spread import STEPS as SPREAD_STEPS
from zedo_cli.training.spread import train_spread
from zedo_cli.training.state import RunState
from zedo_cli.version import __version__

Progress = Callable[[int, float], None]
"""Called after every step with the number of steps done and a running mean of the loss."""

DIVERGED = 100.0
"""A loss of unit-variance targets above this has diverged."""

CHECK_EVERY = 10
"""Steps between checks of the loss and of a request to stop."""


class StoppedError(Exception):
    """The run was asked to stop by a signal and has saved its state after `step` steps."""

    def __init__(self, step: int, number: int = signal.SIGTERM) -> None:
        super().__init__(f"stopped after step {step}; its state is saved")
        self.step = step
        self.signal = int(number)


class RunOptions(NamedTuple):
    """How a run is carried out; none of it changes the result.

    save_every: steps between saved states; on a GPU rounded up to a multiple of 10. resume:
    continue from the newest state. compiled: whether the network goes through torch.compile. progress:
    called after every step.
    """

    save_every: int = 1000
    resume: bool = False
    compiled: bool = False
    progress: Progress | None = None


DEFAULT_OPTIONS = RunOptions()


def train(
    corpus: Corpus,
    settings: TrainingSettings,
    output: Path,
    workers: Workers,
    options: RunOptions = DEFAULT_OPTIONS,
    start: Prior | None = None,
) -> Prior:
    """Train a prior on `corpus` and write it to `output`, its states beside it.

    The first of several workers writes; each draws its own samples. If `start` is given, training begins with
    its weights, and its sources and licence are added to the card.

    Raises:
        StoppedError: SIGTERM or SIGINT arrived; the state is saved.
        InputError: the run to resume does not exist or had other settings, or the loss diverged (the last
            good state is kept).
    """
    device = workers.device
    poses, classes, _ = (part.to(device) for part in corpus.split(settings.validation_subjects))
    cumulative = balanced_weights(classes).cumsum(0)
    torch.manual_seed(settings.seed)
    network = NETWORKS[settings.architecture](**settings.network).to(device)
    if start:
        network.load_state_dict(grown(start.network.state_dict(), network.state_dict()))
    torch.manual_seed(settings.seed + workers.rank)
    generator = Generator(device).manual_seed(settings.seed + workers.rank)
    card = _card(corpus, settings, start)
    losses_of = denoising_losses
    if options.compiled:
        losses_of = compiled_losses(network, alone=workers.count == 1)
    together = at_once(device)
    save_every = -(-options.save_every // together) * together
    batches = seen_batches(poses, cumulative, settings, generator, together)
    fast = workers.parallel(network)
    prior = Prior(card, HalfPrecision(fast, device) if has_fast_bfloat16(device) else fast, {}).train()
    average = AveragedModel(network, multi_avg_fn=moving_average(settings.ema))
    weigh = LossWeight().to(device)
    weighed = workers.parallel(weigh)
    optimiser = torch.optim.AdamW(
        [*network.parameters(), *weigh.parameters()], lr=settings.learning_rate, fused=True
    )
    state = RunState(
        output, settings, fingerprint(poses, classes), workers, network, weigh, average, optimiser, generator
    )
    first = state.load() if options.resume else 0

    running = math.nan
    with _stop_requests() as signals:
        for step in range(first, settings.steps):
            for group in optimiser.param_groups:
                group["lr"] = settings.learning_rate * learning_rate_factor(step, settings)
            clean, view = next(batches)
            sigma = draw_noise_levels(settings, generator)
            noise = torch.randn(clean.shape, generator=generator, device=device)
            losses = losses_of(prior, clean, sigma, noise, view)
            optimiser.zero_grad(set_to_none=True)
            weighed(losses, sigma, view).backward()
            optimiser.step()
            average.update_parameters(network)

            done = step + 1
            check = done % CHECK_EVERY == 0 or done == settings.steps
            save = done % save_every == 0 or done == settings.steps
            if check or save:
                value = _checked_loss(losses, network, workers, step, output)
                running = value if math.isnan(running) else 0.95 * running + 0.05 * value
            if options.progress:
                options.progress(done, running)
            stop = check and workers.any(bool(signals))
            if save or stop:
                state.save(done)
            if stop:
                raise StoppedError(done, signals[0] if signals else signal.SIGTERM)

    centres = {}
    if workers.first:
        centres = start_poses(poses.cpu(), balanced_weights(classes).cpu(), settings.seed, settings.rotation)
    prior = Prior(card, average.module, {name: poses.to(device) for name, poses in centres.items()}).eval()
    if workers.first:
        if isinstance(average.module, ViewNetwork):
            prior.requires_grad_(False)
            prior.spread = train_spread(prior, corpus, settings, min(SPREAD_STEPS, settings.steps))
        save_prior(prior, output)
    return prior


def compiled_losses(network: nn.Module, alone: bool) -> Callable[..., Tensor]:
    """`denoising_losses` through torch.compile; of several processes, which average gradients, only the
    network."""
    warnings.filterwarnings("ignore", module=r"torch\.(_dynamo|_inductor)")  # advice for the authors of zedo
    if alone:
        compiled: Callable[..., Tensor] = torch.compile(denoising_losses)
        return compiled
    network.compile()
    return denoising_losses


def _card(corpus: Corpus, settings: TrainingSettings, start: Prior | None) -> PriorCard:
    """The card of the prior that is being trained."""
    card = PriorCard(
        architecture=settings.architecture,
        network=settings.network,
        parametrisation=settings.parametrisation,
        noise_range=settings.noise_range,
        training=settings,
        samples_seen=settings.steps * settings.batch_size * settings.processes,
        sources=corpus.sources_without(settings.validation_subjects),
        licence=corpus.licence,
        seed=settings.seed,
        version=__version__,
    )
    return continued(card, start.card) if start else card


def _checked_loss(losses: Tensor, network: nn.Module, workers: Workers, step: int, output: Path) -> float:
    """The mean loss. Raises `InputError` if it diverged, or a weight is not finite, in any process."""
    value = losses.mean().item()
    finite = all(bool(weight.isfinite().all()) for weight in network.parameters())
    if workers.any(not (finite and value < DIVERGED)):
        raise InputError(
            f"the loss diverged at step {step} ({value:.3g}); the last good state beside {output} is kept",
            fix="start again with a lower `learning_rate` and another `output`",
        )
    return value


def grown(weights: dict[str, Tensor], like: dict[str, Tensor]) -> dict[str, Tensor]:
    """`weights` of a network whose first layer had fewer inputs than `like`: the added inputs get weights of
    zero."""
    first = {name: part for name, part in weights.items() if name.startswith("enter.") and part.dim() == 2}
    return weights | {
        name: F.pad(part, (0, like[name].shape[1] - part.shape[1])) for name, part in first.items()
    }


def continued(card: PriorCard, start: PriorCard) -> PriorCard:
    """The card of a run that began with the weights of another: samples, sources and licences add up."""
    names = {source.name for source in card.sources}
    return card.model_copy(
        update={
            "samples_seen": card.samples_seen + start.samples_seen,
            "sources": [*card.sources, *(source for source in start.sources if source.name not in names)],
            "licence": together([card.licence, start.licence]),
        }
    )


def draw_noise_levels(settings: TrainingSettings, generator: Generator) -> Tensor:
    """Noise levels (m) `[levels]`, log-normal, cut to the noise range (Karras et al. 2022, section 5)."""
    normal = torch.randn(settings.batch_size // POSES_PER_LEVEL, generator=generator, device=generator.device)
    return (settings.noise_median * torch.exp(settings.noise_log_spread * normal)).clamp(
        *settings.noise_range
    )


def denoising_losses(
    prior: Prior, poses: Tensor, sigma: Tensor, noise: Tensor, view: View | None = None
) -> Tensor:
    """Mean squared error of the network's output: that of the denoised pose, over the `out`^2 of the
    preconditioning.

    poses `[batch, J, 3]` (m), sigma `[levels]` (m), each for the same number of poses in turn, noise `[batch,
    J, 3]` standard normal, views of the batch -> `[batch]`.
    """
    each = len(poses) // len(sigma)
    spread = sigma.repeat_interleave(each)[:, None, None]
    out = PARAMETRISATIONS[prior.card.parametrisation](sigma).out.repeat_interleave(each)[:, None, None]
    denoised = prior(poses + spread * noise, sigma, view)
    return ((denoised - poses) / out).square().mean((1, 2))


def learning_rate_factor(step: int, settings: TrainingSettings) -> float:
    """Linear warm-up, then a cosine to zero at the last step."""
    warmup = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    return warmup * 0.5 * (1 + math.cos(math.pi * step / settings.steps))


def fingerprint(poses: Tensor, classes: Tensor) -> str:
    """SHA-256 of the poses, rounded to millimetres, and of their classes."""
    digest = hashlib.sha256((1000 * poses).round().short().cpu().numpy().tobytes())
    digest.update(classes.short().cpu().numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def _stop_requests() -> Iterator[list[int]]:
    """The signals that arrived, SIGTERM or SIGINT. A second one acts as usual. Outside the main thread always
    empty."""
    arrived: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield arrived
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, _: object) -> None:
        arrived.append(number)
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, stop)
    try:
        yield arrived
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
