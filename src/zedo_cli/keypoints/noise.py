"""How far keypoints are from the joints: what their confidences, their track and the user say of it.

A confidence stands for a noise (`pipeline/weights.py`). Confidences that are 1, or high everywhere, say
nothing: those keypoints have the noise of a detector, unless their track is so smooth that they are exact, or
the user states their noise. Most of a detector's error changes slowly, so a smooth track of a detector is no
proof of small noise; but no detector is as smooth as exact keypoints.
"""

from typing import Any, Literal, NamedTuple

import numpy as np

from zedo_cli.errors import InputError, Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline.hypotheses import BODY_RADIUS
from zedo_cli.pipeline.presets import Preset
from zedo_cli.pipeline.weights import noise_trust
from zedo_cli.skeletons import ADULT, MIN_JOINTS

KeypointNoise = Literal["auto", "exact"] | float
"""What is known of the noise: nothing, that there is none, or its standard deviation in pixels."""

SURE = 0.93
"""Confidences whose median is at least this say nothing: no detector is that good."""

FEWEST = 20
"""Third differences of a track, below which its smoothness is not known."""

_QUANTILE, _OF_NORMAL = 0.2, 0.2533
"""Quantile of the third differences, that of still moments, and its value for a normal variable."""


class NoiseModel(NamedTuple):
    """The settings of a preset. Lengths in heights of the person.

    assumed: noise of keypoints of which nothing is known. exact: white noise of a track up to which it is
    exact. useless: noise from which a keypoint says nothing, and is missing. least, odds: of confidences, as
    in `pipeline/weights.py`.
    """

    assumed: float
    exact: float
    useless: float
    least: float
    odds: float

    @classmethod
    def of(cls, preset: Preset) -> "NoiseModel":
        """The noise model of a preset."""
        return cls(
            preset.assumed_noise,
            preset.exact_noise,
            preset.useless_noise,
            preset.least_noise,
            preset.odds_noise,
        )

    def trust(self, noise: np.ndarray) -> np.ndarray:
        """The confidence that stands for a noise; 0 if it is useless."""
        return np.where(noise > self.useless, 0.0, noise_trust(noise, self.least, self.odds))

    def noise(self, confidence: np.ndarray) -> np.ndarray:
        """The noise that a confidence stands for; infinite for 0."""
        with np.errstate(divide="ignore"):
            noise: np.ndarray = self.least + self.odds * (1 - confidence) / confidence
        return noise


def checked_noise(value: Any) -> KeypointNoise:
    """`auto`, `exact`, or pixels. Raises `InputError` for anything else."""
    if value in ("auto", "exact"):
        return value
    try:
        pixels = float(value)
    except (TypeError, ValueError):
        pixels = np.nan
    if not 0 <= pixels < 1000:
        raise InputError("must be auto, exact, or pixels", setting="keypoint_noise", value=value)
    return pixels


def trusted(people: Keypoints, model: NoiseModel, known: KeypointNoise) -> tuple[np.ndarray, list[Note]]:
    """What each keypoint counts `[N, 17]`, in the terms of a confidence, and what is assumed.

    Args:
        people: on the 17 joints, undistorted, with K.
        model: the settings.
        known: what the user says.
    """
    confidence = np.asarray(people.confidence, np.float64)
    given = people.of_clips("noise")
    notes: list[Note] = []
    assumed: list[str] = []
    exact: list[str] = []
    unsure: list[str] = []
    seen, noise = confidence > 0, model.noise(confidence)
    for name, own, rows in zip(people.clip_names, given, people.rows_of_clips(), strict=True):
        stated, trust = known if known != "auto" else own, confidence[rows][seen[rows]]
        if stated is not None:
            pixels = 0.0 if stated == "exact" else float(stated)
            noise[rows] = np.maximum(model.least, pixels / heights_in_pixels(people, rows))[:, None]
        elif len(trust) and np.median(trust) >= SURE:
            ones = bool((trust == 1).all())
            if ones and white_noise(people, rows) < model.exact:
                exact.append(name)
            else:
                noise[rows] = np.maximum(noise[rows], model.assumed)
                (assumed if ones else unsure).append(name)
    trust = np.where(seen, model.trust(noise), 0.0)
    poor = (trust > 0).sum(1) < MIN_JOINTS  # a guess with a large uncertainty is better than nothing
    trust[poor] = np.where(seen[poor], model.trust(np.minimum(noise[poor], model.useless)), 0.0)
    helpless = int((poor & (seen.sum(1) >= MIN_JOINTS)).sum())
    percent = f"{100 * model.assumed:.1f} % of the person's height is assumed"
    fix = "; state the noise if you know it"
    for clips, text, code in (
        (assumed, f"the keypoints have no confidences: an error of {percent}{fix}", "noise-assumed"),
        (unsure, f"the confidences are high everywhere: an error of {percent}{fix}", "noise-assumed"),
        (exact, f"the keypoints are so smooth over time that they are taken as exact{fix}", "noise-exact"),
    ):
        if clips:
            where = f"{clips[0]}: " if len(people.clip_names) > 1 else ""
            where = f"{len(clips)} clips: " if len(clips) > 1 else where
            notes.append(Note("info", where + text, code))
    if helpless:
        whose = "as stated" if known != "auto" else "by their confidences"
        text = f"{helpless} poses are guesses: keypoints are off by half a person, {whose}"
        notes.append(Note("warning", text, "keypoints-say-little"))
    return trust, notes


def heights_in_pixels(people: Keypoints, rows: np.ndarray) -> np.ndarray:
    """The height of an adult in the image `[rows]` px, from the spread of the keypoints."""
    points = people.points[rows].astype(np.float64)
    seen = (people.confidence[rows] > 0)[..., None]
    count = seen.sum(1).clip(1)
    middle = np.where(seen, points, 0).sum(1) / count
    spread = np.where(seen, np.square(points - middle[:, None]), 0).sum((1, 2)) / count[:, 0]
    return np.maximum(np.sqrt(spread) * ADULT / BODY_RADIUS, 1.0)


def white_noise(people: Keypoints, rows: np.ndarray) -> float:
    """Standard deviation of what changes from frame to frame in a clip, in heights; infinite if unknown.

    From third differences in time, at the moments at which least moves. rows: indices of the clip's rows.
    """
    order = rows[np.lexsort([people.frame[rows], people.person[rows]])]
    if len(order) < 4 or not all(people.of_clips("tracked")):
        return np.inf
    height = heights_in_pixels(people, order)[:, None, None]
    points = np.where(people.confidence[order][..., None] > 0, people.points[order] / height, np.nan)
    third = points[3:] - 3 * points[2:-1] + 3 * points[1:-2] - points[:-3]
    follows = (people.frame[order][3:] - people.frame[order][:-3] == 3) & (
        people.person[order][3:] == people.person[order][:-3]
    )
    sizes = np.abs(third[follows])
    sizes = sizes[np.isfinite(sizes)]
    if len(sizes) < FEWEST:
        return np.inf
    return float(np.quantile(sizes, _QUANTILE) / (_OF_NORMAL * np.sqrt(20)))
