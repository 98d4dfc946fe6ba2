"""What detectors make of a clip: errors that last, drift and jump, and confidences, for track networks.

Most of a detector's error changes slowly: it places a joint of a person in the same wrong way for a while.
Lengths are in heights of the person in the image.
"""

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.joint_sets import NOSE_TRUST
from zedo_cli.keypoints.noise import NoiseModel
from zedo_cli.pipeline.presets import PRESETS
from zedo_cli.skeletons import ADULT, INDEX, JOINTS, joints_ending, swap_order
from zedo_cli.training.random_batch import RandomBatch
from zedo_cli.training.virtual_clips import Clips

EXACT = 0.35
"""Share of clips with exact keypoints."""

LEVEL = (0.004, 0.04)
"""Total error at the trunk, log-uniform."""

PARTS = (1.0, 0.9, 0.4)
"""Largest weights of the lasting part, of the drift and of white noise, before they are brought to one."""

DRIFT_SECONDS = (0.2, 1.0)
"""Range of the time over which the drift changes, log-uniform."""

JOINT_ERRORS = {"hip": 1.4, "ankle": 1.4, "head_top": 1.3, "knee": 1.1}
"""Factors on the error; others 1."""

BURSTS, BURST_SECONDS, BURST_SIZE = 0.03, 0.25, 0.15
LOSSES, LOSS_SECONDS = 0.05, 0.5
SWAPS, SWAP_SECONDS = 0.02, 0.2
"""Spells that begin this often a second, for each joint (swaps: for the arms, the legs, the body)."""

UNINFORMED, STATED_SPREAD = 0.4, 0.4
"""Share of clips whose confidences say nothing, and the log-spread of the noise that others state."""

COCO, HEAD_TOPS, NOSE_OFFSET = 0.4, 0.3, 0.05
"""Share of clips with the joints of COCO: no spine, a nose about joint 9, pelvis and thorax as means; share
of those that know the top of the head; spread of the nose."""

SUREST = 0.92
"""Largest confidence of those that state their noise."""


class Detected(NamedTuple):
    """plane: keypoints as tangents `[C, T, 17, 2]`. confidence: `[C, T, 17]`, 0 for missing ones."""

    plane: Tensor
    confidence: Tensor


def detected_clips(clips: Clips, generator: Generator) -> Detected:
    """The keypoints of clips: exact ones with a confidence of 1, or a detector's."""
    points, times = clips
    count, frames = times.shape
    draw = RandomBatch(count, generator)
    true = points[..., :2] / points[..., 2:]
    step = ((times[:, -1] - times[:, 0]) / (frames - 1))[:, None]
    size = (ADULT / points[:, :, :1, 2])[..., None]
    noisy = ~draw.chance(EXACT)[:, None, None]
    level = draw.log_uniform(*LEVEL)[:, None, None]
    factor = torch.tensor([next((f for e, f in JOINT_ERRORS.items() if n.endswith(e)), 1.0) for n in JOINTS])
    error = level[..., None] * factor[:, None] * _unit_errors(draw, frames, step)
    burst = spells(draw, BURSTS, BURST_SECONDS, step, frames, 17)
    error = error + burst[..., None] * BURST_SIZE * slow(draw.normal(frames, 17, 2), BURST_SECONDS / step)
    plane = true + size * error * noisy[..., None]
    for ends in (("elbow", "wrist"), ("knee", "ankle"), ("",)):
        swapped = spells(draw, SWAPS, SWAP_SECONDS, step, frames, 1) & noisy
        plane = torch.where(swapped[..., None], plane[:, :, swap_order(*ends)], plane)

    trust = _stated(draw, level.expand(-1, frames, 17), error, burst)
    confidence = torch.where(draw.chance(UNINFORMED)[:, None, None] | ~noisy, 1.0, trust)
    confidence = confidence.masked_fill(spells(draw, LOSSES, LOSS_SECONDS, step, frames, 17) & noisy, 0)
    return Detected(*_with_joints_of_coco(plane, confidence, draw, size, noisy))


def _unit_errors(draw: RandomBatch, frames: int, step: Tensor) -> Tensor:
    """Errors of unit variance `[C, T, 17, 2]`: a lasting part, a drift, and white noise."""
    parts = normalize(draw.uniform(0, 1, 3) * torch.tensor(PARTS), dim=1)[..., None, None, None]
    drift = slow(draw.normal(frames, 17, 2), draw.log_uniform(*DRIFT_SECONDS)[:, None] / step)
    return (
        parts[:, 0] * draw.normal(1, 17, 2) + parts[:, 1] * drift + parts[:, 2] * draw.normal(frames, 17, 2)
    )


def _stated(draw: RandomBatch, level: Tensor, error: Tensor, burst: Tensor) -> Tensor:
    """Confidences `[C, T, 17]` that stand for the noise, known with an error; half of them know the single
    error a little."""
    stated = level * (STATED_SPREAD * draw.normal(1, 1)).exp()
    off = error.norm(dim=-1) / math.sqrt(2)
    informed = (stated * off).sqrt().maximum(0.4 * stated)
    stated = torch.where(draw.chance(0.5)[:, None, None], informed, stated)
    stated = torch.where(burst & draw.chance(0.5)[:, None, None], stated + 0.1, stated)
    model = NoiseModel.of(PRESETS["balanced"])
    return torch.from_numpy(model.trust(stated.double().numpy())).float().clamp(0.0, SUREST)


def _with_joints_of_coco(
    plane: Tensor, confidence: Tensor, draw: RandomBatch, size: Tensor, noisy: Tensor
) -> tuple[Tensor, Tensor]:
    """Some noisy clips as from a skeleton with limbs and a nose."""
    which = draw.chance(COCO)[:, None, None] & noisy
    other, trust = plane.clone(), confidence.clone()
    for joint, end in (("pelvis", "hip"), ("thorax", "shoulder")):
        other[:, :, INDEX[joint]] = plane[:, :, joints_ending(end)].mean(2)
        trust[:, :, INDEX[joint]] = confidence[:, :, joints_ending(end)].amin(2)
    nose = INDEX["nose"]
    other[:, :, nose] += NOSE_OFFSET * size[:, :, 0] * draw.normal(1, 2)
    trust[:, :, nose] *= NOSE_TRUST
    trust[:, :, INDEX["spine"]] = 0
    trust[:, :, INDEX["head_top"]] *= draw.chance(HEAD_TOPS)[:, None]
    return torch.where(which[..., None], other, plane), torch.where(which, trust, confidence)


def slow(noise: Tensor, frames: Tensor) -> Tensor:
    """White noise `[C, T, ...]` with a correlation over about `frames [C, 1]` frames, of unit variance."""
    place = torch.arange(noise.shape[1], dtype=noise.dtype)
    away = (place[:, None] - place)[None] / frames[:, :, None].clamp(min=1e-3)
    kernel = torch.exp(-0.5 * away.square())
    kernel = kernel / kernel.square().sum(-1, keepdim=True).sqrt()
    return (kernel @ noise.flatten(2)).view_as(noise)


def spells(draw: RandomBatch, rate: float, seconds: float, step: Tensor, frames: int, joints: int) -> Tensor:
    """Spells that begin `rate` times a second and last `seconds`. `[C, T, joints]`, booleans."""
    begins = draw.uniform(0, 1, frames, joints) < rate * step[..., None]
    place = torch.arange(frames)
    away = (place[:, None] - place)[None]
    within = (away >= 0) & (away * step[..., None] <= seconds)
    return (within.float() @ begins.float()) > 0
