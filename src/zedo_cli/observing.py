"""From keypoints to what the method observes: their noise, swaps undone, contradictions left out, and what
tracks share."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.noise import NoiseModel, trusted
from zedo_cli.pipeline import left_right, motion
from zedo_cli.pipeline.contradictions import contradicting, suspicious
from zedo_cli.pipeline.flips import exchanged, jumps, misfit
from zedo_cli.pipeline.graphs import mapped
from zedo_cli.pipeline.method import Lifted, Method
from zedo_cli.pipeline.observation import Observation, ObservedRays
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.start_view import view_fit
from zedo_cli.pipeline.starts import StartingPrior
from zedo_cli.preparation import Prepared, SideInformation
from zedo_cli.skeletons import BONES
from zedo_cli.tracks import Tracks

FEWEST_FRAMES, PART = 50, 0.1
"""Frames of a track from which vertical and bones are estimated, evenly spread: this many, if it has them,
and at least this part. On `validation-video` (mostly 180 frames) as good as all: 0.02 ± 0.02 mm better with
exact keypoints, 0.11 ± 0.12 worse with those of a detector."""

STEEP = Note(
    "info",
    f"the camera looks down or up by more than {motion.STEEPEST_DEGREES:g} degrees: its vertical is not used",
    "vertical-not-used",
)


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
            notes.append(STEEP)
        up = used
    return Observation(points, confidence, intrinsics, up, bones), notes


def swaps_undone(seen: Observation, frame: np.ndarray, tracks: Tracks) -> tuple[Observation, Tensor]:
    """The observation with swaps over tracks undone, and which parts were swapped `[N, 3]`. frame: `[N]`."""
    swapped = torch.zeros(len(seen.keypoints), len(left_right.PARTS), dtype=torch.bool)
    for rows in tracks.longer_than(1):
        times = torch.from_numpy(frame[rows])
        swapped[rows] = left_right.find_swaps(seen.keypoints[rows], seen.confidence[rows], times)
    return left_right.with_swapped(seen, swapped), swapped


class Fitted(NamedTuple):
    """What the view of each row alone suggests.

    pose: `[N, J, 3]` m, root-relative. away: distances of the rays from it, noise: of the keypoints, `[N, J]`
    m. spread: standard deviation `[N, J]` m, None if nobody states it.
    """

    pose: Tensor
    away: Tensor
    noise: Tensor
    spread: Tensor | None


def fitted(method: Method, prior: StartingPrior, sigma: float, seen: Observation) -> Fitted:
    """The pose that the view alone suggests; sigma: noise level (m) at which it decides."""
    rays = method.observe(seen)
    fit = view_fit(prior, rays.view, rays.noise, sigma)
    spread = None if fit.spread is None else fit.spread[:, 0]
    return Fitted(fit.pose[:, 0], fit.away[:, 0], rays.noise[:, 0], spread)


class FirstLook:
    """What the prior makes of the view of each row alone: its pose, and how far the rays pass from it.

    Contradictions, flips, the first pass over tracks and the start all need it; it is computed once for each
    row, and again for rows whose keypoints were changed.
    """

    def __init__(
        self,
        seen: Observation,
        look: Callable[[Observation], Fitted],
        method: Method,
        prior: StartingPrior,
        preset: Preset,
        batch_size: int,
    ) -> None:
        self._look = look
        self._method, self._prior, self._preset, self._size = method, prior, preset, batch_size
        self.seen = seen
        self._pose, self._away, self._noise, self._spread = self._fitted(seen)

    def corrected(self, tracks: Tracks | None) -> tuple[Tensor, list[Note]]:
        """Leave out and exchange keypoints as the preset says; flips only over `tracks`. Returns the parts
        that were exchanged `[N, 3]`, and notes."""
        notes = self.left_out() if self._preset.contradictions else []
        swapped = torch.zeros(len(self._pose), len(left_right.PARTS), dtype=torch.bool)
        if tracks is not None and self._preset.flips:
            swapped ^= self.flips_undone(tracks)[:, None]
        if self._preset.swaps and self._preset.start == "view":
            swapped ^= left_right.arms_only(self.arms_undone())
        return swapped, notes

    def left_out(self) -> list[Note]:
        """Leave out keypoints that contradict all others of their person."""
        doubtful = torch.nonzero(suspicious(self._away, self._noise))[:, 0]
        if not len(doubtful):
            return []
        out = torch.zeros(self.seen.confidence.shape, dtype=torch.bool)
        for rows in doubtful.split(self._size):
            with torch.no_grad():
                rays = self._rays(self.seen.rows(rows))
                away, sigma = self._away[rows].to(rays.noise), self._preset.view_noise
                out[rows] = contradicting(self._prior, rays.view, rays.noise, away, sigma).cpu()
        if not out.any():
            return []
        self._change(self.seen._replace(confidence=self.seen.confidence.masked_fill(out, 0)), out.any(1))
        text = f"{int(out.sum())} keypoints of {int(out.any(1).sum())} rows contradict all others: left out"
        return [Note("info", text, "keypoints-left-out")]

    def flips_undone(self, tracks: Tracks) -> Tensor:
        """Exchange the sides of bodies that turn round for a moment. Returns which rows `[N]`."""
        flipped = torch.zeros(len(self._pose), dtype=torch.bool)
        finite = self._pose.isfinite().flatten(1).all(1)
        suspects = [
            torch.from_numpy(rows)
            for rows in tracks.longer_than(motion.MIN_FRAMES - 1)
            if bool(finite[rows].all()) and bool(jumps(self._pose[rows]).any())
        ]
        if not suspects:
            return flipped
        index = torch.cat(suspects)
        everything = torch.ones(len(index), len(left_right.PARTS), dtype=torch.bool)
        fit = self._fitted(left_right.with_swapped(self.seen.rows(index), everything))
        poses = torch.stack([self._pose[index], fit.pose])
        costs = torch.stack([misfit(self._away[index], self._noise[index]), misfit(fit.away, fit.noise)])
        lengths = [len(rows) for rows in suspects]
        for rows, both, cost in zip(suspects, poses.split(lengths, 1), costs.split(lengths, 1), strict=True):
            if bool(both.isfinite().all()):
                flipped[rows] = exchanged(both, cost)
        if flipped.any():
            parts = flipped[:, None].expand(-1, len(left_right.PARTS))
            self._change(left_right.with_swapped(self.seen, parts), flipped)
        return flipped

    def arms_undone(self) -> Tensor:
        """Exchange left and right arm where they were swapped in the image. Returns which rows `[N]`."""
        before = left_right.arms_misfit(self._away, self.seen.confidence)
        swapped = left_right.arms_may_be_swapped(before)
        if swapped.any():
            turned = left_right.with_swapped(self.seen, left_right.arms_only(swapped)).rows(swapped)
            after = left_right.arms_misfit(self._fitted(turned).away, turned.confidence)
            swapped[swapped.clone()] = left_right.arms_were_swapped(before[swapped], after, turned.confidence)
        if swapped.any():
            self._change(left_right.with_swapped(self.seen, left_right.arms_only(swapped)), swapped)
        return swapped

    def observation(self) -> Observation:
        """The observation, with what the prior makes of it."""
        return self.seen._replace(mean=self._pose, spread=self._spread)

    def _rays(self, seen: Observation) -> ObservedRays:
        return self._method.observe(seen.to(self._prior.exemplars.device))

    def _change(self, seen: Observation, changed: Tensor) -> None:
        self.seen = seen
        fit = self._fitted(seen.rows(changed))
        for mine, new in zip((self._pose, self._away, self._noise, self._spread), fit, strict=True):
            if mine is not None and new is not None:
                mine[changed] = new

    def _fitted(self, seen: Observation) -> Fitted:
        """In batches."""
        parts: list[Fitted] = []
        for first in range(0, len(seen.keypoints), self._size):
            rows = slice(first, first + self._size)
            with torch.no_grad():
                fit = self._look(seen.rows(rows).to(self._prior.exemplars.device))
            parts.append(mapped(fit, Tensor.cpu))
        if len(parts) == 1:
            return parts[0]
        columns = zip(*parts, strict=True)
        return Fitted(*(None if part[0] is None else torch.cat(part) for part in columns))  # type: ignore


def with_shared(
    prepared: Prepared,
    first_pass: Callable[[Observation], Lifted],
    prior: StartingPrior,
    batch_size: int,
) -> Observation:
    """The observation with the vertical and the bones of each track, from a first pass over some of its
    frames, where they are not given."""
    seen, count = prepared.seen, len(prepared.keypoints)
    long = list(prepared.tracks.longer_than(motion.MIN_FRAMES - 1))
    if not long:
        return seen
    some = [_spread_over(rows) for rows in long]
    parts = []
    for batch in torch.from_numpy(np.concatenate(some)).split(batch_size):
        with torch.no_grad():
            parts.append(first_pass(seen.rows(batch).to(prior.exemplars.device)).pose.cpu())
    up, bones = torch.zeros(count, 3), torch.zeros(count, len(BONES))
    for rows, poses in zip(long, torch.cat(parts).split([len(rows) for rows in some]), strict=True):
        up[rows] = motion.usable_vertical(motion.vertical_of_track(poses))
        bones[rows] = motion.bones_of_track(poses)
    given, _ = prepared.known.for_rows(count)
    if given is not None:  # a vertical that is given but not used is not estimated either
        up[(given != 0).any(-1)] = 0
    shared = seen._replace(up=_filled(seen.up, up), bones=_filled(seen.bones, bones))
    return shared._replace(mean=None, spread=None)


def _spread_over(rows: np.ndarray) -> np.ndarray:
    """Some of the rows of a track."""
    count = min(len(rows), max(FEWEST_FRAMES, round(PART * len(rows))))
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(int)]


def _filled(given: Tensor | None, estimated: Tensor) -> Tensor:
    """What was given, and the estimate for rows of zeros."""
    return estimated if given is None else torch.where((given == 0).all(-1, True), estimated, given)
