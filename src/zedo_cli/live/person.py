"""What is remembered of a person who is followed live: the last frames, and samples of the body."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.noise import NoiseModel, trusted
from zedo_cli.pipeline import left_right, motion
from zedo_cli.prior.track_network import TrackInput

WINDOW = 32
"""Frames of a person that are remembered; the smoother looks back over them."""

WINDOW_SECONDS = 2.0
"""Older frames say nothing of the present one."""

SAMPLES = 150
"""Poses of a person from which bones and the vertical are estimated."""

SAMPLE_EVERY, SAMPLE_SELDOM = 3, 15
"""Frames between two samples, until there are `SAMPLES` and after it. Estimates are renewed with them. From
the first estimate on, several people share the frames."""

JUDGE_EVERY = 15
"""Frames between two judgements of the noise of a person's keypoints."""


@dataclass
class Moment:
    """A person in a frame, before smoothing. number, seconds: of the frame. points `[17, 2]` px, confidence
    `[17]`: as seen, with swaps. pose `[17, 3]` m, uncertainty `[17]` m, noisy 0..1: the answer. row: the same
    for the track network, of one row."""

    number: int
    seconds: float
    points: np.ndarray
    confidence: np.ndarray
    pose: np.ndarray | None = None
    uncertainty: np.ndarray | None = None
    noisy: float = 1.0
    row: TrackInput | None = None


@dataclass
class Person:
    """A person who is followed. bones `[10]` m, vertical `[3]`: of the samples. sampled: the number of frames
    at the last one. notes: what is assumed of the noise of the keypoints. height_notes: that a known height
    does not fit."""

    moments: deque[Moment] = field(default_factory=lambda: deque(maxlen=WINDOW))
    samples: deque[np.ndarray] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    bones: Tensor | None = None
    vertical: np.ndarray | None = None
    verdict: str = "assumed"
    notes: list[Note] = field(default_factory=list)
    height_notes: list[Note] = field(default_factory=list)
    frames: int = 0
    sampled: int = 0

    def add(self, moment: Moment) -> None:
        """Remember a frame, and forget those that are too old."""
        while self.moments and moment.seconds - self.moments[0].seconds > WINDOW_SECONDS:
            self.moments.popleft()
        self.moments.append(moment)
        self.frames += 1

    def due(self, people: int) -> int:
        """For how many frames the next sample of the body is due, if `people` people are followed; negative
        before it is."""
        every = SAMPLE_EVERY if len(self.samples) < SAMPLES else SAMPLE_SELDOM
        if self.bones is not None:
            every = max(every, SAMPLE_EVERY * people)
        return self.frames - self.sampled - every

    def sample(self, pose: np.ndarray) -> None:
        """Add a pose `[17, 3]` m that was lifted without bones, and estimate bones and vertical anew."""
        self.samples.append(pose)
        self.sampled = self.frames
        if len(self.samples) >= motion.MIN_FRAMES:
            samples = torch.from_numpy(np.stack(self.samples))
            self.bones = motion.bones_of_track(samples)
            self.vertical = motion.vertical_of_track(samples).double().numpy()

    def trust(self, model: NoiseModel) -> np.ndarray:
        """What each keypoint of the newest frame counts `[17]`, as `keypoints.noise.trusted` judges the last
        frames together."""
        if self.frames % JUDGE_EVERY == 1:
            self.notes = trusted(self._keypoints(), model, "auto")[1]
            codes = {note.code for note in self.notes}
            self.verdict = next((end for end in ("assumed", "exact") if f"noise-{end}" in codes), "own")
        confidence = np.asarray(self.moments[-1].confidence, np.float64)
        noise = model.noise(confidence)
        if self.verdict == "assumed":
            noise = np.maximum(noise, model.assumed)
        trust: np.ndarray = np.where(confidence > 0, model.trust(noise), 0.0)
        return trust

    def swapped(self) -> Tensor:
        """Which of `left_right.PARTS` are swapped in the newest frame `[3]`, from past frames only."""
        if len(self.moments) < 2:
            return torch.zeros(len(left_right.PARTS), dtype=torch.bool)
        points, confidence = (
            torch.from_numpy(np.stack([getattr(moment, name) for moment in self.moments]))
            for name in ("points", "confidence")
        )
        numbers = torch.tensor([moment.number for moment in self.moments])
        return left_right.find_swaps(points, confidence, numbers)[-1]

    def _keypoints(self) -> Keypoints:
        count = len(self.moments)
        return Keypoints(
            points=np.stack([moment.points for moment in self.moments]),
            confidence=np.stack([moment.confidence for moment in self.moments]),
            frame=np.array([moment.number for moment in self.moments]),
            person=np.zeros(count, np.int64),
            clip=np.zeros(count, np.int64),
            clip_names=("stream",),
            frame_count=count,
            skeleton="h36m17",
        )


def to_sample(due: list[int]) -> list[int]:
    """Whose bodies are sampled in a frame: those who wait longest, a third of all at most.

    due: of each person (`Person.due`).
    """
    waiting = sorted((row for row, frames in enumerate(due) if frames >= 0), key=lambda row: -due[row])
    return waiting[: -(-len(due) // SAMPLE_EVERY)]
