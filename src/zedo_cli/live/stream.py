"""Following people live: what `Lifter.lift` makes of a clip, from past frames only.

Differences from the whole clip: identities, swapped sides, noise, bones and the vertical come from the past;
the smoother (and the track network, if asked for) looks back over a window; bodies whose sides are exchanged
for a while are not found.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.cameras.container import Camera
from zedo_cli.device import threads_for
from zedo_cli.errors import InputError, Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.noise import NoiseModel, trusted
from zedo_cli.live.incoming import Incoming, LiveFrame
from zedo_cli.live.person import JUDGE_EVERY, Moment, Person, to_sample
from zedo_cli.live.recording import record
from zedo_cli.live.smoothing import newest, scaled
from zedo_cli.observing import STEEP
from zedo_cli.pipeline import hypotheses, left_right, motion
from zedo_cli.pipeline.calibration import how_noisy
from zedo_cli.pipeline.distance import magnified, restored
from zedo_cli.pipeline.method import Lifted
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.rays import keypoints_to_directions
from zedo_cli.pipeline.weights import keypoint_noise
from zedo_cli.poses.container import Poses
from zedo_cli.preparation import SideInformation
from zedo_cli.prior.track_network import TrackInput
from zedo_cli.result_checks import plausibility
from zedo_cli.results import arrays_of, height_note
from zedo_cli.skeletons import ADULT, BONES, JOINTS
from zedo_cli.track_posterior import on_rays
from zedo_cli.track_refinement import track_rows

if TYPE_CHECKING:
    from zedo_cli.lifter import Lifter

FORGET_SECONDS = 5.0
"""A person who is not seen for this long is forgotten."""


class LiveStream:
    """Follows the people in front of one static camera.

    Args:
        lifter: with prior and preset; its setting `clips` says whether frames share anything.
        camera: of the stream.
        skeleton: joint set of the keypoints; found from the first people without it.
        fps: frames/s, where frames have no times.
        known: vertical, height and keypoint noise, if they are known; bones are estimated.
        refine: whether the prior's track network refines each frame.

    Raises:
        InputError: the lifter's prior sees no views, or has no track network that could refine.
    """

    def __init__(
        self,
        lifter: "Lifter",
        camera: Camera,
        skeleton: Any = None,
        fps: float | None = None,
        known: SideInformation | None = None,
        refine: bool = False,
    ) -> None:
        if not lifter.preset.view:
            raise InputError("needs a prior and a preset that see views", setting="preset")
        self._refine = lifter.refine if refine else None
        if refine and self._refine is None:
            raise InputError(
                "the prior has no track network, or the preset does not use it", setting="refine"
            )
        record(lifter, refine)
        self._lifter, self._camera = lifter, camera
        self._fps, self._known = fps, known or SideInformation()
        self._incoming = Incoming(camera, skeleton, fps)
        self._noise = NoiseModel.of(lifter.preset)
        self._people: dict[int, Person] = {}
        self._frames, self._caution, self._warnings = 0, 1.0, list[Note]()
        self.number, self.seconds = -1, 0.0
        """Number and time (s) of the newest frame."""
        self.vertical: np.ndarray | None = None
        """Unit vector upward in the camera frame `[3]`, given or estimated; None as long as it is unknown."""
        if self._known.up is not None:
            self.vertical = np.asarray(self._known.up, np.float64).reshape(-1)[:3]
        self._steep = (
            self._known.up is not None
            and not motion.usable_vertical(torch.from_numpy(np.asarray(self._known.up, np.float32))).any()
        )

    def stream(self, frames: Iterable[Any]) -> Iterator[Poses]:
        """The poses of each frame, as they come; see `push`."""
        for frame in frames:
            yield self.push(frame)

    def push(self, frame: Any) -> Poses:
        """The poses of the people in a frame, from it and the frames before.

        Args:
            frame: `LiveFrame`, or its people.

        Returns:
            Poses of the people who can be lifted, in the camera frame, metres; perhaps none.

        Raises:
            InputError: the frame is not after the one before, or its keypoints cannot be used. The stream
                can go on.
        """
        frame = frame if isinstance(frame, LiveFrame) else LiveFrame(frame)
        number, seconds, people, notes = self._incoming.standardised(frame)
        self.number, self.seconds = number, seconds
        self._forget(seconds)
        if not len(people):
            return self._poses(None, people, torch.zeros(0, 3, dtype=torch.bool), notes)
        with threads_for(len(people)):
            seen, swapped = self._observed(people, number, seconds)
            lifted, exchanged, more = self._lifted(seen, people)
            lifted, warnings = self._plausible(self._smoothed(lifted, people), people)
        ours = [self._people[identity] for identity in people.person.tolist()]
        assumed = [note for person in ours for note in (*person.notes, *person.height_notes)]
        assumed += [STEEP] if self._steep else []
        notes = list(dict.fromkeys([*notes, *assumed, *more, *warnings]))
        return self._poses(lifted, people, swapped ^ exchanged, notes)

    def _forget(self, seconds: float) -> None:
        gone = [i for i, p in self._people.items() if seconds - p.moments[-1].seconds > FORGET_SECONDS]
        for identity in gone:
            del self._people[identity]

    def _observed(self, people: Keypoints, number: int, seconds: float) -> tuple[Observation, Tensor]:
        """The observation of the people, swaps undone, and which parts were swapped `[P, 3]`."""
        preset, stated = self._lifter.preset, self._known.keypoint_noise
        trust = np.array(people.confidence, np.float64)
        if preset.noise_model and stated != "auto":
            trust, _ = trusted(people, self._noise, stated)
        swapped = torch.zeros(len(people), len(left_right.PARTS), dtype=torch.bool)
        for row, identity in enumerate(people.person.tolist()):
            person = self._people.setdefault(identity, Person())
            person.add(Moment(number, seconds, people.points[row], people.confidence[row]))
            if preset.noise_model and stated == "auto":
                trust[row] = person.trust(self._noise)
            if self._lifter.clips and preset.swaps:
                swapped[row] = person.swapped()
        points, confidence, k = (
            torch.from_numpy(np.array(array, np.float32))
            for array in (
                np.where(trust[..., None] > 0, people.points, 0),
                trust,
                people.intrinsics,
            )
        )
        return left_right.with_swapped(Observation(points, confidence, k), swapped), swapped

    def _lifted(self, seen: Observation, people: Keypoints) -> tuple[Lifted, Tensor, list[Note]]:
        """The answers for the frame alone, with what is known of the bodies; parts exchanged `[P, 3]`."""
        lifter = self._lifter
        near, zoom = magnified(seen)
        look = lifter.first_look(near)
        exchanged, notes = look.corrected(None)
        alone = look.observation()
        ours = [self._people[identity] for identity in people.person.tolist()]
        if lifter.first_pass is not None:
            self._sample(alone, ours)
        informed = self._with_shared(alone, ours) if lifter.clips and lifter.prior.takes_context else alone
        with torch.no_grad():
            start = lifter.initialise(informed.to(lifter.prior.exemplars.device))
            lifted = Lifted(*(tensor.cpu() for tensor in lifter.loop(start)))
        lifted = restored(lifted, zoom, seen.intrinsics)
        noise = keypoint_noise(lifted.confidence, lifter.preset.least_noise, lifter.preset.odds_noise)
        rows = track_rows(lifted, informed._replace(intrinsics=seen.intrinsics), lifted.pose, self.seconds)
        uncertainty = lifter.calibrated(lifted, noise / ADULT, informed.bones)
        lifted = lifted._replace(uncertainty=uncertainty * float(people.of_clips("caution")[0]))
        for row, person in enumerate(ours):
            moment = person.moments[-1]
            moment.pose = lifted.pose[row].double().numpy()
            moment.uncertainty = lifted.uncertainty[row].double().numpy()
            moment.noisy = float(how_noisy(noise[row : row + 1] / ADULT))
            moment.row = self._refine and TrackInput(*(part[row : row + 1] for part in rows))
        return lifted, exchanged, notes

    def _sample(self, alone: Observation, people: list[Person]) -> None:
        """Lift some people without bones and vertical, to estimate both."""
        rows = to_sample([person.due(len(people)) for person in people])
        first_pass = self._lifter.first_pass
        if not rows or first_pass is None:
            return
        some = alone.rows(torch.tensor(rows)).to(self._lifter.prior.exemplars.device)
        with torch.no_grad():
            poses = first_pass(some).pose.cpu()
        for row, pose in zip(rows, poses, strict=True):
            people[row].sample((pose - pose[:1]).numpy())
        if self._known.up is None:
            total = np.zeros(3)
            for person in self._people.values():
                if person.vertical is not None:
                    total += len(person.samples) * person.vertical
            length = np.linalg.norm(total)
            self.vertical = total / length if length > 0 else None

    def _with_shared(self, alone: Observation, people: list[Person]) -> Observation:
        up = torch.zeros(len(people), 3)
        if self.vertical is not None:
            up += motion.usable_vertical(torch.from_numpy(self.vertical).float())
        bones = torch.stack([torch.zeros(len(BONES)) if p.bones is None else p.bones for p in people])
        if not up.any() and not bones.any():
            return alone
        return alone._replace(up=up, bones=bones, mean=None, spread=None)

    def _smoothed(self, lifted: Lifted, people: Keypoints) -> Lifted:
        """The newest answers after the smoother over the window of each person."""
        lifted = self._scaled(lifted, people)
        if not self._lifter.clips or self._lifter.preset.time == "none":
            return lifted
        windows = [
            [moment for moment in self._people[identity].moments if moment.pose is not None]
            for identity in people.person.tolist()
        ]
        preset = self._lifter.preset
        points, spread = newest(windows, preset.contacts, self._refine)
        spread = spread * float(people.of_clips("caution")[0])
        intrinsics = torch.from_numpy(np.array(people.intrinsics, np.float32))
        rays = normalize(keypoints_to_directions(lifted.keypoints, intrinsics), dim=-1)
        noise = keypoint_noise(lifted.confidence, preset.least_noise, preset.odds_noise)
        moved = on_rays(points, rays, noise) - lifted.pose
        answer = lifted.pose + moved
        error = hypotheses.reprojection_error(answer, lifted.keypoints, lifted.confidence, intrinsics)
        return lifted._replace(
            pose=answer,
            hypotheses=lifted.hypotheses + moved[:, None],
            translation=lifted.translation + moved[:, None, 0],
            reprojection_error=error,
            uncertainty=torch.where(spread.isfinite(), spread, lifted.uncertainty),
        )

    def _plausible(self, lifted: Lifted, people: Keypoints) -> tuple[Lifted, list[Note]]:
        """A larger uncertainty and notes while poses do not fit their camera, looked at now and then."""
        if self._frames % JUDGE_EVERY == 0:
            factor, self._warnings = plausibility(lifted, people)
            self._caution = float(factor[0])
        self._frames += 1
        return lifted._replace(uncertainty=lifted.uncertainty * self._caution), self._warnings

    def _scaled(self, lifted: Lifted, people: Keypoints) -> Lifted:
        """Everything in metres scaled to the height that is known."""
        height = self._known.height
        if height is None:
            return lifted
        factors = []
        for row, identity in enumerate(people.person.tolist()):
            person = self._people[identity]
            samples = person.samples or [lifted.pose[row].numpy()]
            factor = float(motion.size_factor(torch.from_numpy(np.stack(list(samples))), height))
            scaled(person.moments[-1], factor)
            implausible = len(person.samples) >= motion.MIN_FRAMES and motion.implausible_size(factor)
            person.height_notes = [height_note(f"person {identity}", height, factor)] if implausible else []
            factors.append(factor)
        scale = torch.tensor(factors)
        return lifted._replace(
            pose=lifted.pose * scale[:, None, None],
            hypotheses=lifted.hypotheses * scale[:, None, None, None],
            translation=lifted.translation * scale[:, None, None],
            uncertainty=lifted.uncertainty * scale[:, None],
        )

    def _poses(self, lifted: Lifted | None, people: Keypoints, swapped: Tensor, notes: list[Note]) -> Poses:
        meta = {
            **self._lifter.about(),
            "inputs": ["stream"],
            "camera": self._camera.name,
            "fps": self._fps,
            "up": None if self.vertical is None else np.round(self.vertical, 6).tolist(),
            "notes": [note.as_dict() for note in notes],
        }
        if lifted is None:
            lifted = _nobody(self._lifter.samples)
            people = people.take(np.zeros(0, np.int64))
        return Poses(**arrays_of(lifted, people, swapped), joint_names=JOINTS, meta=meta)


def _nobody(samples: int) -> Lifted:
    """The answer for a frame without people."""
    return Lifted(
        pose=torch.zeros(0, 17, 3),
        hypotheses=torch.zeros(0, samples, 17, 3),
        translation=torch.zeros(0, samples, 3),
        score=torch.zeros(0, samples),
        uncertainty=torch.zeros(0, 17),
        reprojection_error=torch.zeros(0),
        keypoints=torch.zeros(0, 17, 2),
        confidence=torch.zeros(0, 17),
    )
