"""The quality of a prior on held-out people: denoising, size, samples, and with a view the posterior.

All figures are of root-relative poses, in metres or shares, and reproducible with the same seed.
"""

from collections.abc import Callable

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict
from torch import Generator, Tensor

from zedo_cli.evaluation import plausibility
from zedo_cli.evaluation.metrics import inside_draws, mpjpe, pa_mpjpe
from zedo_cli.pipeline.denoiser import given
from zedo_cli.pipeline.sampler import probability_flow
from zedo_cli.pipeline.schedules import sampling_noise_levels
from zedo_cli.pipeline.view import View
from zedo_cli.prior.prior import Prior
from zedo_cli.skeletons import JOINTS
from zedo_cli.training.corpus import Corpus, held_out_people
from zedo_cli.training.detector_noise import detected_view
from zedo_cli.training.virtual_cameras import draw_scene, exact_view

NOISE_LEVELS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
"""Noise levels (m) at which denoising is measured."""

REPEATED_NOISE = 0.05
"""Noise level (m) that repeated denoising assumes."""

SAMPLING_STEPS = 32
"""Steps of the probability flow."""

GROUPS = ("hip", "knee", "ankle", "trunk", "head", "shoulder", "elbow", "wrist")
"""Joint groups of the calibration: trunk is spine and thorax, head is nose and head top."""

Report = Callable[[str], None]


class Posterior(BaseModel):
    """Figures for views of one kind: errors (m) of the estimate at the highest noise level and of the mean of
    samples, and by joint group the share of coordinates inside the central 50 and 90 % of samples, and the
    standardised error."""

    model_config = ConfigDict(extra="forbid")

    mpjpe: dict[str, float]
    pa_mpjpe: dict[str, float]
    samples_mean_mpjpe: float
    samples_mean_pa_mpjpe: float
    best_of_samples_mpjpe: float
    seen_joints_mpjpe: float
    """Error of the estimate at the joints of confidence above 0."""
    coverage_50: dict[str, float]
    coverage_90: dict[str, float]
    standardised_error: dict[str, float]


class Evaluation(BaseModel):
    """The figures of a prior. Metres, shares."""

    model_config = ConfigDict(extra="forbid")

    prior: str
    sha256: str
    poses: int
    denoising: dict[str, dict[str, float]]
    """RMS error of a coordinate by noise level (m) and joint, and `all`; without a view."""
    denoising_with_view: dict[str, float]
    """The same for all joints, with exact rays."""
    size_bias: dict[str, float]
    """Relative change of size by number of denoisings of clean poses at `REPEATED_NOISE`, without a view."""
    samples: dict[str, float]
    """Figures of poses drawn from the prior, relative to the bundled training poses; see `plausibility`."""
    held_out_samples: dict[str, float]
    """The same figures of real held-out poses, for comparison."""
    exact: Posterior | None
    noisy: Posterior | None
    """Views with the keypoint noise and the confidences of detectors."""
    detected: Posterior | None
    """Views with all errors of detectors: outliers, swaps, missing joints and halves, other joints, people
    cut off."""


@torch.no_grad()
def evaluate(
    prior: Prior, poses: int = 1000, samples: int = 50, seed: int = 0, report: Report = lambda _: None
) -> Evaluation:
    """Measure a prior on `poses` people of each held-out split, with `samples` draws of each posterior."""
    device = next(prior.parameters()).device
    generator = Generator(device).manual_seed(seed)
    held_out = {name: people.to(device) for name, people in held_out_people(poses, seed).items()}
    scene = draw_scene(torch.cat(list(held_out.values())), generator)
    splits = np.repeat(list(held_out), [len(people) for people in held_out.values()])
    exact = exact_view(scene)
    report("denoising")
    noise = torch.randn(scene.poses.shape, generator=generator, device=device)
    blind = {
        level: _rms(prior(scene.poses + level * noise, _level(level, noise)) - scene.poses)
        for level in NOISE_LEVELS
    }
    seeing = {
        level: _rms(prior(scene.poses + level * noise, _level(level, noise), exact) - scene.poses)
        for level in NOISE_LEVELS
    }
    report("samples without a view")
    levels = sampling_noise_levels(SAMPLING_STEPS, prior.card.noise_range[1], prior.card.noise_range[0]).to(
        noise
    )
    drawn = probability_flow(prior, noise, levels)
    training = Corpus.load([]).split(())[0]
    posteriors = {}
    if prior.conditional:
        noisy = detected_view(scene, generator, faults=False)
        for kind, view in (("exact", exact), ("noisy", noisy), ("detected", detected_view(scene, generator))):
            report(f"posterior of {kind} views")
            posteriors[kind] = _posterior(prior, scene.poses, view, splits, levels, samples, generator)
    return Evaluation(
        prior=prior.name,
        sha256=prior.digest,
        poses=len(scene.poses),
        denoising={str(level): _by_joint(error) for level, error in blind.items()},
        denoising_with_view={str(level): _by_joint(error)["all"] for level, error in seeing.items()},
        size_bias=_size_bias(prior, scene.poses),
        samples=plausibility.measure(_centred(drawn).cpu(), scene.poses.cpu(), training),
        held_out_samples=plausibility.measure(scene.poses.cpu(), scene.poses.cpu(), training),
        exact=posteriors.get("exact"),
        noisy=posteriors.get("noisy"),
        detected=posteriors.get("detected"),
    )


def _posterior(
    prior: Prior,
    truth: Tensor,
    view: View,
    splits: np.ndarray,
    levels: Tensor,
    samples: int,
    generator: Generator,
) -> Posterior:
    noise = torch.randn(truth.shape, generator=generator, device=truth.device)
    mean = _centred(prior(noise * levels[0], levels[0], view))
    drawn = []
    for _ in range(samples):
        noise = torch.randn(truth.shape, generator=generator, device=truth.device)
        drawn.append(_centred(probability_flow(given(prior, view), noise, levels)).cpu())
    draws, target = torch.stack(drawn), truth.cpu().numpy()
    visible = np.where((view.confidence > 0).unsqueeze(-1).cpu().numpy(), target, np.nan)
    errors = {metric.__name__: metric(mean.cpu().numpy(), target) for metric in (mpjpe, pa_mpjpe)}
    centre = draws.mean(0)
    central = np.array([0.5, 0.9])
    inside = torch.from_numpy(inside_draws(draws.transpose(0, 1).numpy(), truth.cpu().numpy(), central))
    return Posterior(
        **{name: _by_split(error, splits) for name, error in errors.items()},
        samples_mean_mpjpe=_by_split(mpjpe(centre.numpy(), target), splits)["mean"],
        samples_mean_pa_mpjpe=_by_split(pa_mpjpe(centre.numpy(), target), splits)["mean"],
        best_of_samples_mpjpe=_by_split(
            np.min([mpjpe(draw.numpy(), target) for draw in draws], axis=0), splits
        )["mean"],
        seen_joints_mpjpe=_by_split(mpjpe(mean.cpu().numpy(), visible), splits)["mean"],
        coverage_50=_by_group(inside[..., 0]),
        coverage_90=_by_group(inside[..., 1]),
        standardised_error=_by_group(
            ((centre - truth.cpu()) / draws.std(0).clamp(min=1e-4)).square(), root=True
        ),
    )


def _size_bias(prior: Prior, poses: Tensor) -> dict[str, float]:
    before, bias = _size(poses), {}
    for count in range(1, 101):
        poses = prior(poses, _level(REPEATED_NOISE, poses))
        if count in (1, 10, 100):
            bias[str(count)] = float((_size(poses) / before).mean() - 1)
    return bias


def _size(poses: Tensor) -> Tensor:
    return (poses - poses.mean(1, keepdim=True)).square().sum((1, 2)).sqrt()


def _centred(poses: Tensor) -> Tensor:
    return poses - poses[..., :1, :]


def _level(sigma: float, like: Tensor) -> Tensor:
    return like.new_tensor(sigma)


def _rms(error: Tensor) -> Tensor:
    """RMS of a coordinate, by joint. `[N, J, 3]` -> `[J]`."""
    return error.square().mean((0, 2)).sqrt()


def _by_joint(rms: Tensor) -> dict[str, float]:
    every = float(rms.square().mean().sqrt())
    return {"all": every} | {name: float(value) for name, value in zip(JOINTS, rms, strict=True)}


def _by_split(errors: np.ndarray, splits: np.ndarray) -> dict[str, float]:
    means = {str(name): float(errors[splits == name].mean()) for name in dict.fromkeys(splits)}
    return means | {"mean": float(np.mean(list(means.values())))}


def _by_group(values: Tensor, root: bool = False) -> dict[str, float]:
    """Means of `values [N, J, 3]` over the joints of a group, or their square roots."""
    parts = {"trunk": ("spine", "thorax"), "head": ("nose", "head_top")}
    result = {}
    for group in GROUPS:
        columns = [i for i, name in enumerate(JOINTS) if name.endswith(parts.get(group, group))]
        mean = values[:, columns].mean()
        result[group] = float(mean.sqrt() if root else mean)
    return result
