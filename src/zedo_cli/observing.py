"""From keypoints to what the method observes: their noise, swaps undone, contradictions left out, and what
tracks share."""

import numpy as np
import torch
from torch import Tensor

from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.noise import NoiseModel, trusted
from zedo_cli.pipeline import left_right, motion
from zedo_cli.pipeline.contradictions import contradicting
from zedo_cli.pipeline.flips import exchanged, readings
from zedo_cli.pipeline.method import Method, finish
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.starts import StartingPrior
from zedo_cli.preparation import Prepared, SideInformation
from zedo_cli.skeletons import BONES
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
    if up is not None:
        used = motion.usable_vertical(up)
        if not torch.equal(used, up):
            steep = f"the camera looks down or up by more than {motion.STEEPEST_DEGREES:g} degrees"
            notes.append(Note("info", f"{steep}: its vertical is not used", "vertical-not-used"))
        up = used
    return Observation(points, confidence, intrinsics, up, bones), notes


def swaps_undone(seen: Observation, frame: np.ndarray, tracks: Tracks) -> tuple[Observation, Tensor]:
    """The observation with swaps over tracks undone, and which parts were swapped `[N, 3]`. frame: `[N]`."""
    swapped = torch.zeros(len(seen.keypoints), len(left_right.PARTS), dtype=torch.bool)
    for rows in tracks.longer_than(1):
        times = torch.from_numpy(frame[rows])
        swapped[rows] = left_right.find_swaps(seen.keypoints[rows], seen.confidence[rows], times)
    return left_right.with_swapped(seen, swapped), swapped


def flips_undone(
    seen: Observation, method: Method, prior: StartingPrior, preset: Preset, tracks: Tracks, batch_size: int
) -> tuple[Observation, Tensor]:
    """The observation without frames in which a person turns round for a moment, and which they are `[N]`."""
    everything = torch.ones(len(seen.keypoints), len(left_right.PARTS), dtype=torch.bool)
    poses, misfits = [], []
    for reading in (seen, left_right.with_swapped(seen, everything)):
        found = []
        for rows in torch.arange(len(everything)).split(batch_size):
            with torch.no_grad():
                rays = method.observe(reading.rows(rows).to(prior.exemplars.device))
                found.append([part.cpu() for part in readings(prior, rays, preset.view_noise)])
        pose, misfit = (torch.cat(parts) for parts in zip(*found, strict=True))
        poses.append(pose)
        misfits.append(misfit)
    both, costs = torch.stack(poses), torch.stack(misfits)
    flipped = torch.zeros(len(everything), dtype=torch.bool)
    for rows in tracks.longer_than(motion.MIN_FRAMES - 1):
        if bool(both[:, rows].isfinite().all()):
            flipped[rows] = exchanged(both[:, rows], costs[:, rows])
    return left_right.with_swapped(seen, flipped[:, None] & everything), flipped


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


def with_shared(prepared: Prepared, first_pass: Method, prior: StartingPrior, batch_size: int) -> Observation:
    """The observation with the vertical and the bones of each track, from a first pass, where they are not
    given."""
    seen = prepared.seen
    long = list(prepared.tracks.longer_than(motion.MIN_FRAMES - 1))
    if not long:
        return seen
    parts = []
    for batch in prepared.windows.batches(batch_size):
        with torch.no_grad():
            start = first_pass.initialise(seen.rows(batch).to(prior.exemplars.device))
            parts.append((finish(first_pass, start).pose.cpu(),))
    (poses,) = prepared.windows.merge(parts)
    up, bones = torch.zeros(len(poses), 3), torch.zeros(len(poses), len(BONES))
    for rows in long:
        up[rows] = motion.usable_vertical(motion.vertical_of_track(poses[rows]))
        bones[rows] = motion.bones_of_track(poses[rows])
    given, _ = prepared.known.for_rows(len(poses))
    if given is not None:  # a vertical that is given but not used is not estimated either
        up[(given != 0).any(-1)] = 0
    return seen._replace(up=_filled(seen.up, up), bones=_filled(seen.bones, bones))


def _filled(given: Tensor | None, estimated: Tensor) -> Tensor:
    """What was given, and the estimate for rows of zeros."""
    return estimated if given is None else torch.where((given == 0).all(-1, True), estimated, given)
