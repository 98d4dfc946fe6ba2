"""From keypoints to what the method observes: their noise, swaps undone, contradictions left out."""

import numpy as np
import torch
from torch import Tensor

from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.noise import NoiseModel, trusted
from zedo_cli.pipeline import left_right
from zedo_cli.pipeline.contradictions import contradicting
from zedo_cli.pipeline.method import Method
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.starts import StartingPrior
from zedo_cli.preparation import SideInformation
from zedo_cli.tracks import Tracks


def observed(people: Keypoints, known: SideInformation, preset: Preset) -> tuple[Observation, list[Note]]:
    """The observation of keypoints on the 17 joints, with what each of them counts, and what is assumed."""
    up, bones = known.for_rows(len(people))
    trust = people.confidence
    notes: list[Note] = []
    if preset.noise_model:
        trust, notes = trusted(people, NoiseModel.of(preset), known.keypoint_noise)
    pixels = np.where(trust[..., None] > 0, people.points, 0)
    points, confidence, intrinsics = (
        torch.from_numpy(np.array(array, np.float32)) for array in (pixels, trust, people.intrinsics)
    )
    return Observation(points, confidence, intrinsics, up, bones), notes


def swaps_undone(seen: Observation, frame: np.ndarray, tracks: Tracks) -> tuple[Observation, Tensor]:
    """The observation with swaps over tracks undone, and which parts were swapped `[N, 3]`. frame: `[N]`."""
    swapped = torch.zeros(len(seen.keypoints), len(left_right.PARTS), dtype=torch.bool)
    for rows in tracks.longer_than(1):
        times = torch.from_numpy(frame[rows])
        swapped[rows] = left_right.find_swaps(seen.keypoints[rows], seen.confidence[rows], times)
    points, confidence = (left_right.swap_parts(part, swapped) for part in (seen.keypoints, seen.confidence))
    return seen._replace(keypoints=points, confidence=confidence), swapped


def without_contradictions(
    seen: Observation, method: Method, prior: StartingPrior, preset: Preset, batch_size: int
) -> tuple[Observation, list[Note]]:
    """The observation without keypoints that contradict all others of their person."""
    out = torch.zeros(seen.confidence.shape, dtype=torch.bool)
    for rows in torch.arange(len(out)).split(batch_size):
        with torch.no_grad():
            rays = method.observe(seen.rows(rows).to(prior.exemplars.device))
            out[rows] = contradicting(prior, rays.view, rays.noise, preset.view_noise).cpu()
    if not out.any():
        return seen, []
    text = f"{int(out.sum())} keypoints of {int(out.any(1).sum())} rows contradict all others: left out"
    left = seen._replace(confidence=seen.confidence.masked_fill(out, 0))
    return left, [Note("info", text, "keypoints-left-out")]
