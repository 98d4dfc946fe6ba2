"""Lines 1 and 2 of Algorithm 1: from an observation to the poses that the loop starts from."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from zedo_cli.errors import InputError
from zedo_cli.pipeline import hypotheses, start_clusters, start_exemplars, start_view
from zedo_cli.pipeline.denoiser import Denoiser
from zedo_cli.pipeline.observation import Observation, ObservedRays
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.sampler import antithetic_noise
from zedo_cli.pipeline.schedules import sampling_noise_levels
from zedo_cli.pipeline.translation import translation_solver
from zedo_cli.pipeline.weights import noise_weights

MIN_DRAWS = 8
"""Least number of draws whose spread is taken for an uncertainty, or measured for calibration."""


class StartingPrior(Denoiser, Protocol):
    """A denoiser with poses to start from, root-relative (m), camera frame.

    exemplars: `[E, J, 3]`, upright and facing the camera. cluster_counts: the S for which `clusters(S)` gives
    k-means centres `[S, J, 3]` of poses as cameras see them.
    """

    exemplars: Tensor

    @property
    def cluster_counts(self) -> list[int]:
        """Numbers of hypotheses for which there are centres."""
        ...

    def clusters(self, samples: int) -> Tensor:
        """The centres for `samples` hypotheses."""
        ...


class Start(NamedTuple):
    """Everything before the loop. It depends on the start settings of a preset alone, so that several can
    share it.

    seen: the observation. pose: `[B, S', J, 3]` root-relative. translation: `[B, S', 1, 3]`; None if the
    solve gives it. draws: `[B, S - S', J, 3]`, hypotheses that need no loop. uncertainty: `[B, J]`; None if
    the hypotheses give it. Metres.
    """

    seen: Observation
    pose: Tensor
    translation: Tensor | None = None
    draws: Tensor | None = None
    uncertainty: Tensor | None = None


class StartContext(NamedTuple):
    """What a start is built from. theta: the prior, with mirror images if the preset says so."""

    preset: Preset
    prior: StartingPrior
    theta: Denoiser
    observe: Callable[[Observation], ObservedRays]
    samples: int
    seed: int


def start_from_view(use: StartContext) -> Callable[[Observation], Start]:
    """The first hypothesis starts from the posterior mean and is the answer for every S; the others are
    draws."""
    preset, levels = use.preset, None
    if use.samples > 1:
        levels = sampling_noise_levels(preset.draw_steps, preset.draw_noise, preset.last_noise)

    def initialise(seen: Observation) -> Start:
        view = use.observe(seen).view
        if seen.mean is not None and use.theta is use.prior:
            mean, stated = seen.mean[:, None], None if seen.spread is None else seen.spread[:, None]
        else:
            mean, stated = start_view.view_mean(use.theta, view, preset.view_noise)
        draws = None
        if levels is not None:
            draws = start_view.draw_from_view(use.prior, view, mean, levels, use.samples - 1, use.seed)
        if stated is not None:
            spread = stated[:, 0]
        elif draws is not None and draws.shape[1] >= MIN_DRAWS:
            spread = hypotheses.hypothesis_spread(draws)
        else:
            probes = antithetic_noise(2 * preset.probes, mean, use.seed)[::2]
            spread = start_view.probed_spread(use.prior, view, mean, probes, preset.probe_noise)
        return Start(seen, mean, draws=draws, uncertainty=spread)

    return initialise


def start_from_exemplars(use: StartContext) -> Callable[[Observation], Start]:
    """The first hypothesis starts from the posterior mean over exemplars, the others from exemplars drawn
    from it."""
    preset, exemplars = use.preset, use.prior.exemplars
    if use.samples > len(exemplars):
        raise InputError(
            f"more than the {len(exemplars)} exemplars that preset '{preset.name}' starts from",
            setting="samples",
            value=use.samples,
        )
    turned = start_exemplars.turned_exemplars(exemplars, preset.yaws, preset.pitches, preset.rolls)
    candidates = start_exemplars.Candidates(turned, start_exemplars.exemplar_kernel(exemplars))
    generator = torch.Generator().manual_seed(use.seed)
    offset = torch.rand((), generator=generator, dtype=torch.float64).item()

    def initialise(seen: Observation) -> Start:
        view, _, noise = use.observe(seen)
        rays, weights = view.rays.squeeze(1), noise_weights(noise.squeeze(1))
        solver = translation_solver((rays / rays[..., 2:]).double(), weights).to(rays)
        posterior = start_exemplars.exemplar_posterior(
            candidates, rays, weights, solver, preset.exemplar_spread
        )
        poses = torch.cat([posterior.mean()[:, None], posterior.draw(use.samples - 1, offset)], dim=1)
        return Start(seen, poses, uncertainty=posterior.spread())

    return initialise


def start_from_clusters(use: StartContext) -> Callable[[Observation], Start]:
    """Each hypothesis starts from a k-means centre, turned and moved by the paper's optimisation (RO) if
    asked."""
    preset = use.preset
    if use.samples not in use.prior.cluster_counts:
        counts = ", ".join(map(str, use.prior.cluster_counts))
        raise InputError(
            f"preset '{preset.name}' starts from stored clusters, for S = {counts}",
            setting="samples",
            value=use.samples,
        )
    centres = use.prior.clusters(use.samples)

    def initialise(seen: Observation) -> Start:
        poses = centres.expand(len(seen.keypoints), -1, -1, -1)
        if not preset.optimise_start:
            return Start(seen, poses)
        pose, translation = optimised_start(poses, seen, use.observe(seen), preset)
        return Start(seen, pose, translation)

    return initialise


def optimised_start(
    poses: Tensor, seen: Observation, rays: ObservedRays, preset: Preset
) -> tuple[Tensor, Tensor]:
    """R0 P_init `[B, S, J, 3]` and T0 `[B, S, 1, 3]` by the paper's optimisation, from the preset's joints
    that are seen."""
    chosen = torch.zeros_like(rays.view.confidence)
    chosen[..., list(preset.optimised_joints)] = 1
    return start_clusters.optimise_rotation_translation(
        poses,
        start_clusters.place_on_ray(rays.view, preset.optimised_depth),
        seen.keypoints[:, None],
        seen.intrinsics[:, None],
        chosen * (rays.view.confidence > 0),
        start_clusters.StartOptimisation(
            preset.optimised_axes, preset.optimised_scale, preset.optimisation_steps
        ),
    )


STARTS = {"view": start_from_view, "exemplars": start_from_exemplars, "clusters": start_from_clusters}
"""By the preset's setting `start`."""
