"""From a preset to the functions of the method, and from an observation to poses.

`build_method` is the only place that chooses functions by a preset. Each setting with a choice has a table of
functions here; that of the start is `starts.STARTS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from zedo_cli.pipeline import hypotheses
from zedo_cli.pipeline.algorithm import Callback, Project, Solve, zedo
from zedo_cli.pipeline.denoiser import Denoiser, GivenView, MirroredDenoiser, given, in_turn, is_symmetric
from zedo_cli.pipeline.observation import Observation, ObservedRays, observed_rays
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.rays import distance_from_rays, pull_on_rays
from zedo_cli.pipeline.schedules import Schedule, geometric_noise_levels, sub_vp_noise_levels
from zedo_cli.pipeline.starts import STARTS, Start, StartContext, StartingPrior
from zedo_cli.pipeline.steps import Step, flow_step, full_step, sub_vp_step
from zedo_cli.pipeline.translation import solve_translation, translation_solver
from zedo_cli.pipeline.view import View
from zedo_cli.pipeline.weights import POSE_ERROR, confidence_weights, noise_weights, ray_gain, robust_noise


class Lifted(NamedTuple):
    """Absolute poses of B people in the camera frame, S hypotheses each. Metres.

    pose: `[B, J, 3]`, the answer. hypotheses: `[B, S, J, 3]`. translation: `[B, S, 3]`, their T, near which
    the root is. score: `[B, S]`, log-likelihood of the keypoints. uncertainty: `[B, J]`, standard deviation
    of the root-relative joint; NaN where nothing gives it. reprojection_error: `[B]` px. keypoints,
    confidence: as lifted.
    """

    pose: Tensor
    hypotheses: Tensor
    translation: Tensor
    score: Tensor
    uncertainty: Tensor
    reprojection_error: Tensor
    keypoints: Tensor
    confidence: Tensor


@dataclass(frozen=True)
class Method:
    """The functions that a preset stands for.

    observe: the rays of an observation. initialise: the start of an observation. denoiser: the prior for the
    steps of one loop, given the view. schedule: noise levels and warm-up. solve, project: for given rays, the
    functions of Algorithm 1. step: one denoising step. last_projection: project once more after the loop.
    choose: the answer among hypotheses `[B, S, J, 3]` with scores `[B, S]`.
    """

    observe: Callable[[Observation], ObservedRays]
    initialise: Callable[[Observation], Start]
    denoiser: Callable[[View], GivenView]
    schedule: Schedule
    solve: Callable[[ObservedRays], Solve]
    project: Callable[[ObservedRays], Project]
    step: Step
    last_projection: bool
    choose: Callable[[Tensor, Tensor], Tensor]


def build_method(preset: Preset, prior: StartingPrior, samples: int = 1, seed: int = 0) -> Method:
    """The method of a preset with a prior.

    Args:
        preset: the settings.
        prior: the denoiser and its poses to start from.
        samples: S, hypotheses for each row.
        seed: of all random numbers; the same for every row, so that neither batch nor shard changes a result.

    Raises:
        InputError: the start has no poses for this number of hypotheses.
    """
    theta = MirroredDenoiser(prior) if preset.mirror == "both" and not is_symmetric(prior) else prior
    observe = partial(observed_rays, least_noise=preset.least_noise, odds_noise=preset.odds_noise)
    return Method(
        observe=observe,
        initialise=STARTS[preset.start](StartContext(preset, prior, theta, observe, samples, seed)),
        denoiser=_denoiser(preset, theta),
        schedule=Schedule(_SCHEDULES[preset.schedule](preset), preset.warmup),
        solve=_SOLVES[preset.translation](preset),
        project=_PROJECTIONS[preset.pull](preset),
        step=_STEPS[preset.step](preset),
        last_projection=preset.pull == "soft",
        choose=_ANSWERS[preset.answer],
    )


def lift(method: Method, seen: Observation, callback: Callback | None = None) -> Lifted:
    """Lift B people. The result of a row does not depend on the other rows. callback: sees every
    iteration."""
    return finish(method, method.initialise(seen), callback)


def finish(method: Method, start: Start, callback: Callback | None = None) -> Lifted:
    """The loop, the choice and the uncertainty, from a start whose settings agree with the method's."""
    seen, pose, draws = start.seen, start.pose, start.draws
    rays = method.observe(seen)
    solve, project = method.solve(rays), method.project(rays)
    translation = solve(pose, None) if start.translation is None else start.translation
    pose, translation = zedo(
        pose, translation, method.denoiser(rays.view), method.schedule, solve, project, method.step, callback
    )
    if draws is not None:
        pose, translation = (
            torch.cat([pose, draws], dim=1),
            torch.cat([translation, solve(draws, None)], dim=1),
        )
    if method.last_projection:
        pose = project(pose, translation, method.schedule.levels[-1])

    points = pose + translation
    score = hypotheses.log_likelihood(points, rays.view.rays, rays.noise)
    answer = method.choose(points, score)
    uncertainty = start.uncertainty
    if uncertainty is None:
        uncertainty = hypotheses.hypothesis_spread(pose - pose[..., :1, :])
    error = hypotheses.reprojection_error(answer, seen.keypoints, seen.confidence, seen.intrinsics)
    return Lifted(
        pose=answer,
        hypotheses=points,
        translation=translation.squeeze(2),
        score=score,
        uncertainty=uncertainty,
        reprojection_error=error,
        keypoints=seen.keypoints,
        confidence=seen.confidence,
    )


# ---- the denoiser of a loop: theta of line 8


def _denoiser(preset: Preset, theta: Denoiser) -> Callable[[View], GivenView]:
    if preset.mirror == "turns":
        return lambda view: in_turn(theta, view if preset.view else None)
    return partial(given, theta) if preset.view else lambda view: theta


# ---- the translation solve: line 6


def _solve_by_noise(preset: Preset) -> Callable[[ObservedRays], Solve]:
    """A regression weighted by the noise of the keypoints, which grows where they contradict the pose if
    robust."""

    def for_rays(rays: ObservedRays) -> Solve:
        directions, noise = rays.directions[:, None], rays.noise

        def solve(pose: Tensor, translation: Tensor | None) -> Tensor:
            if translation is None:
                translation = solve_translation(
                    pose, directions, noise_weights(noise).expand(pose.shape[:-1])
                )
            weights = noise_weights(noise)
            if preset.robust:
                distance = distance_from_rays(pose + translation, rays.view.rays)
                weights = noise_weights(robust_noise(noise, distance, POSE_ERROR))
            return solve_translation(pose, directions, weights)

        return solve

    return for_rays


def _solve_by_confidence(preset: Preset) -> Callable[[ObservedRays], Solve]:
    """The paper's: weighted by squared confidence, in single precision as published."""

    def for_rays(rays: ObservedRays) -> Solve:
        weights = confidence_weights(rays.view.confidence.squeeze(1))
        return translation_solver(rays.directions, weights).for_each_hypothesis()

    return for_rays


# ---- the projection on the rays: line 7


def _project_softly(preset: Preset) -> Callable[[ObservedRays], Project]:
    """By the gain of a Gaussian posterior between the pose and the rays."""

    def for_rays(rays: ObservedRays) -> Project:
        def project(pose: Tensor, translation: Tensor, sigma: Tensor) -> Tensor:
            noise = rays.noise
            if preset.robust:
                noise = robust_noise(
                    noise, distance_from_rays(pose + translation, rays.view.rays), POSE_ERROR
                )
            return pull_on_rays(pose, translation, rays.view.rays, ray_gain(float(sigma), noise))

        return project

    return for_rays


def _project_fully(preset: Preset) -> Callable[[ObservedRays], Project]:
    """The paper's, except that a missing joint has no ray."""

    def for_rays(rays: ObservedRays) -> Project:
        gain = (rays.view.confidence > 0).to(rays.directions).unsqueeze(-1)
        return lambda pose, translation, sigma: pull_on_rays(pose, translation, rays.view.rays, gain)

    return for_rays


_SCHEDULES: dict[str, Callable[[Preset], Tensor]] = {
    "geometric": lambda preset: geometric_noise_levels(preset.steps, preset.first_noise, preset.last_noise),
    "sub-vp": lambda preset: sub_vp_noise_levels(preset.steps),
}
_SOLVES = {"noise": _solve_by_noise, "confidence": _solve_by_confidence}
_PROJECTIONS = {"soft": _project_softly, "hard": _project_fully}
_STEPS: dict[str, Callable[[Preset], Step]] = {
    "flow": lambda preset: flow_step,
    "full": lambda preset: full_step,
    "sub-vp": lambda preset: partial(sub_vp_step, dt=preset.step_size),
}
_ANSWERS = {"first": hypotheses.first, "best": hypotheses.best}
