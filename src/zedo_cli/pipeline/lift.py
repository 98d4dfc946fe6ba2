"""From keypoints to poses: a preset's start, Algorithm 1, and the choice among hypotheses."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline import hypotheses, start
from zedo_cli.pipeline.algorithm import Iteration, zedo
from zedo_cli.pipeline.denoise import (
    Denoiser,
    flow_step,
    full_step,
    geometric_noise_levels,
    mirrored_denoiser,
    sub_vp_noise_levels,
    sub_vp_step,
)
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.rays import (
    View,
    distance_from_rays,
    doubted_noise,
    keypoint_noise,
    keypoints_to_directions,
    pull_on_rays,
    ray_gain,
)
from zedo_cli.pipeline.swaps import exchange_arms, find_swapped_arms
from zedo_cli.pipeline.translation import (
    POSE_ERROR,
    paper_weights,
    solve_translation,
    translation_solver,
    translation_weights,
)

STEPS = {"flow": flow_step, "full": full_step}

FEWEST_DRAWS = 8
"""Hypotheses whose spread is taken for the uncertainty; fewer say too little."""


class Observation(NamedTuple):
    """What was seen of B people: keypoints `[B, J, 2]` px (undistorted), confidence `[B, J]`, intrinsics `[B, 3, 3]`.

    A joint of confidence 0 is missing: its keypoint is not looked at. up `[B, 3]`, bones `[B, 10]`: what is known besides,
    as of `View`.
    """

    keypoints: Tensor
    confidence: Tensor
    intrinsics: Tensor
    up: Tensor | None = None
    bones: Tensor | None = None


class Lifted(NamedTuple):
    """Absolute poses in the camera frame, metres.

    pose `[B, J, 3]`; hypotheses `[B, S, J, 3]`; translation `[B, S, 3]`, their T, near which the root is; score `[B, S]`,
    log-likelihood of the keypoints; uncertainty `[B, J]`, standard deviation (m) of the root-relative joint, of the
    posterior given the view or over exemplars, or else of the hypotheses, NaN where there is nothing to tell it from;
    reprojection_error `[B]` px; swapped `[B]`, whether left and right arm were exchanged in the keypoints, which was undone.
    """

    pose: Tensor
    hypotheses: Tensor
    translation: Tensor
    score: Tensor
    uncertainty: Tensor
    reprojection_error: Tensor
    swapped: Tensor


class Begun(NamedTuple):
    """What Algorithm 1 starts from: it depends on a preset's `start_settings` alone, so that several may share it.

    seen, swapped: as of `Observation` and `Lifted`, exchanged arms undone. pose `[B, S', J, 3]` root-relative; translation
    `[B, S', 1, 3]`, if the start tells one; draws `[B, S - S', J, 3]`, hypotheses that need no loop; uncertainty `[B, J]`,
    if the start tells it.
    """

    seen: Observation
    swapped: Tensor
    pose: Tensor
    translation: Tensor | None
    draws: Tensor | None
    uncertainty: Tensor | None


def lift(
    seen: Observation,
    denoise: Denoiser,
    starts: start.Starts | None,
    preset: Preset,
    samples: int = 1,
    seed: int = 0,
    callback: Callable[[Iteration], None] | None = None,
    begun: Begun | None = None,
) -> Lifted:
    """Lift B people, with S = `samples` hypotheses each. A row's result does not depend on the other rows.

    starts: S clusters or Q turned exemplars, as the preset's start says; none to start from the view. seed: of what chance
    there is, the same for every row. callback sees every iteration of Algorithm 1. begun: what `begin` made of the rest.

    From the view or exemplars, the first hypothesis starts from the posterior mean and is the answer, whatever S; from the
    view, the others are draws of the posterior, put on the rays.
    """
    if begun is None:
        begun = begin(seen, denoise, starts, preset, samples, seed)
    seen, swapped, pose, translation, draws, uncertainty = begun
    view, directions, noise = look(seen, preset)
    theta = mirrored_denoiser(denoise) if preset.mirror else denoise
    pull = partial(_pull, view=view, noise=noise, preset=preset)
    solve = _translation_of(preset, directions, seen.confidence, noise)
    levels = (
        geometric_noise_levels(preset.steps, preset.first_noise, preset.last_noise)
        if preset.schedule == "geometric"
        else sub_vp_noise_levels(preset.steps)
    )

    pose, translation = zedo(
        pose,
        solve(pose, None) if translation is None else translation,
        theta,
        levels,
        solve=solve,
        pull=pull,
        step=partial(sub_vp_step, dt=preset.step_size) if preset.step == "sub-vp" else STEPS[preset.step],
        warmup=preset.warmup,
        view=view if preset.view else None,
        callback=callback,
    )
    if draws is not None:
        pose, translation = torch.cat([pose, draws], dim=1), torch.cat([translation, solve(draws, None)], dim=1)
    if preset.pull == "soft":
        pose = pull(pose, translation, levels[-1])

    points = pose + translation
    score = hypotheses.log_likelihood(points, view.rays, noise)
    answer = points[:, 0] if preset.answer == "first" else hypotheses.choose_best(points, score)
    if uncertainty is None:
        uncertainty = hypotheses.hypothesis_spread(pose - pose[..., :1, :])
    error = hypotheses.reprojection_error(answer, seen.keypoints, seen.confidence, seen.intrinsics)
    return Lifted(answer, points, translation.squeeze(2), score, uncertainty, error, swapped)


def begin(
    seen: Observation, denoise: Denoiser, starts: start.Starts | None, preset: Preset, samples: int, seed: int
) -> Begun:
    """Everything before the loop; arguments as of `lift`."""
    view, directions, noise = look(seen, preset)
    swapped = torch.zeros(len(directions), dtype=torch.bool, device=directions.device)
    if preset.swaps and preset.start == "view":
        swapped = find_swapped_arms(denoise, view, preset.view_noise, noise)
        keypoints, confidence = (exchange_arms(part, swapped) for part in (seen.keypoints, seen.confidence))
        seen = seen._replace(keypoints=keypoints, confidence=confidence)
        view, directions, noise = look(seen, preset)
    theta = mirrored_denoiser(denoise) if preset.mirror else denoise
    pose, draws, uncertainty = _begin(denoise, theta, starts, view, noise, preset, samples, seed)
    translation = None
    if preset.optimise_start:
        pose, translation = _optimise(pose, seen, view, preset)
    return Begun(seen, swapped, pose, translation, draws, uncertainty)


def look(seen: Observation, preset: Preset) -> tuple[View, Tensor, Tensor]:
    """The view `[B, 1, J, ...]`, the directions of the keypoints `[B, J, 3]` and their noise (m) `[B, 1, J]`."""
    directions = keypoints_to_directions(seen.keypoints, seen.intrinsics)
    known = (None if part is None else part[:, None] for part in (seen.up, seen.bones))
    view = View(normalize(directions, dim=-1)[:, None], seen.confidence[:, None], *known)
    return view, directions, keypoint_noise(view.confidence, preset.least_noise, preset.doubt)


def _begin(
    denoise: Denoiser,
    theta: Denoiser,
    starts: start.Starts | None,
    view: View,
    noise: Tensor,
    preset: Preset,
    samples: int,
    seed: int,
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Poses that the loop starts from `[B, S', J, 3]`, hypotheses that need no loop, the uncertainty `[B, J]`."""
    if preset.start == "view":
        mean = start.view_mean(theta, view, preset.view_noise)
        draws = None
        if samples > 1:
            draws = start.draw_from_view(
                denoise, view, mean, samples - 1, preset.draw_noise, preset.last_noise, preset.draw_steps, seed
            )
        if draws is not None and draws.shape[1] >= FEWEST_DRAWS:
            return mean, draws, hypotheses.hypothesis_spread(draws)
        probes = start.antithetic_noise(2 * preset.probes, mean, seed)[::2]
        return mean, draws, start.probed_spread(denoise, view, mean, probes, preset.probe_noise)
    if starts is None:
        raise ValueError(f"start '{preset.start}' needs poses to start from")
    if preset.start == "exemplars":
        rays, weights = view.rays.squeeze(1), translation_weights(noise.squeeze(1))
        solver = translation_solver((rays / rays[..., 2:]).double(), weights).to(rays)
        posterior = start.exemplar_posterior(starts, rays, weights, solver, preset.exemplar_spread)
        generator = torch.Generator().manual_seed(seed)
        offset = torch.rand((), generator=generator, dtype=torch.float64).item()
        return torch.cat([posterior.mean()[:, None], posterior.draw(samples - 1, offset)], dim=1), None, posterior.spread()
    return starts.poses.expand(len(view.rays), -1, -1, -1), None, None


def _translation_of(
    preset: Preset, directions: Tensor, confidence: Tensor, noise: Tensor
) -> Callable[[Tensor, Tensor | None], Tensor]:
    """The preset's solve: the paper's, or weighted by the noise of keypoints, then by how far they contradict the pose."""
    if preset.pull == "hard":  # as published, in single precision
        return translation_solver(directions, paper_weights(confidence)).for_each_hypothesis()
    rays = directions[:, None]
    unit = normalize(rays, dim=-1)

    def solve(pose: Tensor, translation: Tensor | None) -> Tensor:
        if translation is None:
            translation = solve_translation(pose, rays, translation_weights(noise).expand(pose.shape[:-1]))
        if preset.robust:
            distance = distance_from_rays(pose + translation, unit)
            weights = translation_weights(doubted_noise(noise, distance, POSE_ERROR))
        else:
            weights = translation_weights(noise)
        return solve_translation(pose, rays, weights)

    return solve


def _pull(pose: Tensor, translation: Tensor, sigma: Tensor, view: View, noise: Tensor, preset: Preset) -> Tensor:
    """Hard: the paper's projection, except that a missing joint has no ray. Soft: the gain of a Gaussian posterior."""
    if preset.pull == "hard":
        gain = (view.confidence > 0).to(pose).unsqueeze(-1)
    else:
        if preset.robust:
            noise = doubted_noise(noise, distance_from_rays(pose + translation, view.rays), POSE_ERROR)
        gain = ray_gain(sigma.to(pose), noise)
    return pull_on_rays(pose, translation, view.rays, gain)


def _optimise(pose: Tensor, seen: Observation, view: View, preset: Preset) -> tuple[Tensor, Tensor]:
    """The paper's R and T, from the preset's joints as far as they are seen."""
    chosen = torch.zeros_like(view.confidence)
    chosen[..., list(preset.optimised_joints)] = 1
    return start.optimise_rotation_translation(
        pose,
        start.place_on_ray(view, preset.optimised_depth),
        seen.keypoints[:, None],
        seen.intrinsics[:, None],
        chosen * (view.confidence > 0),
        preset.optimised_axes,
        preset.optimised_scale,
        preset.optimisation_steps,
    )
