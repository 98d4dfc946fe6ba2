"""From keypoints to poses: a preset's start, Algorithm 1, and the choice among hypotheses."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline import hypotheses, start
from zedo_cli.pipeline.algorithm import Iteration, zedo
from zedo_cli.pipeline.denoise import Denoiser, full_step, geometric_noise_levels, sub_vp_noise_levels, sub_vp_step
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.rays import View, keypoints_to_directions, pull_on_rays, ray_gain
from zedo_cli.pipeline.translation import paper_weights, translation_solver


class Observation(NamedTuple):
    """What was seen of B people: keypoints `[B, J, 2]` px (undistorted), confidence `[B, J]`, intrinsics `[B, 3, 3]`.

    A joint of confidence 0 is missing: its keypoint is not looked at.
    """

    keypoints: Tensor
    confidence: Tensor
    intrinsics: Tensor


class Lifted(NamedTuple):
    """Absolute poses in the camera frame, metres.

    pose `[B, J, 3]`; hypotheses `[B, S, J, 3]`; score `[B, S]`, log-likelihood of the keypoints; uncertainty `[B, J]`,
    standard deviation (m) of the root-relative joint, of the posterior given the view or over exemplars, or else of the
    hypotheses, NaN where there is nothing to tell it from; reprojection_error
    `[B]` px.
    """

    pose: Tensor
    hypotheses: Tensor
    score: Tensor
    uncertainty: Tensor
    reprojection_error: Tensor


def lift(
    seen: Observation,
    denoise: Denoiser,
    starts: start.Starts | None,
    preset: Preset,
    samples: int = 1,
    seed: int = 0,
    callback: Callable[[Iteration], None] | None = None,
) -> Lifted:
    """Lift B people, with S = `samples` hypotheses each. A row's result does not depend on the other rows.

    starts: S clusters or Q turned exemplars, as the preset's start says; none to start from the view. seed: of what chance
    there is, the same for every row. callback sees every iteration of Algorithm 1.
    """
    directions = keypoints_to_directions(seen.keypoints, seen.intrinsics)
    view = View(normalize(directions, dim=-1)[:, None], seen.confidence[:, None])
    weights = paper_weights(seen.confidence) if preset.pull == "hard" else relative_confidence(seen.confidence)
    precise = directions if preset.pull == "hard" else directions.double()  # the published solve is in single precision
    solver = translation_solver(precise, weights).to(directions)
    solve = solver.for_each_hypothesis()

    shown = view if preset.view else None
    generator = torch.Generator().manual_seed(seed)
    uncertainty = None
    if starts is None:
        noise = torch.randn(max(samples - 1, preset.draws), *view.rays.shape[-2:], generator=generator).to(directions)
        drawn = start.draw_from_view(denoise, view, noise, preset.view_noise, preset.last_noise, preset.draw_steps)
        pose = torch.cat([start.view_mean(denoise, view, preset.view_noise), drawn[:, : samples - 1]], dim=1)
        uncertainty = hypotheses.hypothesis_spread(drawn)
    elif preset.start == "exemplars":
        posterior = start.exemplar_posterior(starts, directions, weights, solver, preset.exemplar_spread)
        offset = torch.rand((), generator=generator, dtype=torch.float64).item()
        pose = torch.cat([posterior.mean()[:, None], posterior.draw(samples - 1, offset)], dim=1)
        uncertainty = posterior.spread()
    else:
        pose = starts.poses.expand(len(directions), -1, -1, -1)
    if preset.optimise_start:
        pose, translation = _optimise(pose, seen, view, preset)
    else:
        translation = solve(pose)

    pose, translation = zedo(
        pose,
        translation,
        denoise,
        geometric_noise_levels(preset.steps, preset.first_noise, preset.last_noise)
        if preset.schedule == "geometric"
        else sub_vp_noise_levels(preset.steps),
        solve=solve,
        pull=partial(_pull, view=view, preset=preset),
        step=full_step if preset.step == "full" else sub_vp_step,
        warmup=preset.warmup,
        view=shown,
        callback=callback,
    )

    points = pose + translation
    score = hypotheses.log_likelihood(points, view.rays, view.confidence, preset.keypoint_noise)
    answer = points[:, 0] if preset.answer == "first" else hypotheses.choose_best(points, score)
    if uncertainty is None:
        uncertainty = hypotheses.hypothesis_spread(pose - pose[..., :1, :])
    return Lifted(answer, points, score, uncertainty, hypotheses.reprojection_error(answer, *seen))


def relative_confidence(confidence: Tensor) -> Tensor:
    """Confidence as a part of the person's most confident joint's, which is above 0. `[..., J]` -> `[..., J]`."""
    return confidence / confidence.amax(-1, keepdim=True)


def _pull(pose: Tensor, translation: Tensor, sigma: Tensor, view: View, preset: Preset) -> Tensor:
    """Hard: the paper's projection, except that a missing joint has no ray. Soft: the gain of a Gaussian posterior."""
    if preset.pull == "hard":
        gain = (view.confidence > 0).to(pose).unsqueeze(-1)
    else:
        gain = ray_gain(sigma, view.confidence, preset.keypoint_noise)
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
