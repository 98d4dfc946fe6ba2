"""Lifting from Python: a `Lifter` for clips, files, arrays, and live frames."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from zedo_cli.arguments import Source, as_camera, as_keypoints
from zedo_cli.cameras.container import Camera
from zedo_cli.device import find_device, rows_at_once, threads_for
from zedo_cli.errors import InputError, choose, whole_number
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.standardise import standardise
from zedo_cli.keypoints.tracking import identified
from zedo_cli.observing import FirstLook, fitted, observed, swaps_undone, with_shared
from zedo_cli.pipeline import left_right
from zedo_cli.pipeline.calibration import calibrated, calibrated_statement
from zedo_cli.pipeline.distance import magnified, restored
from zedo_cli.pipeline.graphs import Graphed
from zedo_cli.pipeline.method import Lifted, build_method, finish, lift
from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.presets import DEFAULT, PRESETS, Preset, default_prior
from zedo_cli.pipeline.starts import Start
from zedo_cli.pipeline.weights import keypoint_noise
from zedo_cli.poses.container import Poses
from zedo_cli.preparation import Prepared, SideInformation
from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.prior.prior import Prior
from zedo_cli.results import about_method, poses_of
from zedo_cli.skeletons import ADULT
from zedo_cli.track_posterior import over_tracks
from zedo_cli.track_refinement import Refined, evaluated, refined
from zedo_cli.tracks import Tracks

if TYPE_CHECKING:
    from zedo_cli.live.stream import LiveStream

Progress = Callable[[int], None]
"""Called with the number of rows done."""


class Lifter:
    """Lifts keypoints with one prior and one preset. Loads the prior once.

    Args:
        prior: name of a bundled prior, a file, or a loaded prior, on whose device the work is then done;
            without it the bundled one that goes with the preset.
        preset: name (`paper`, `fast`, `balanced`, `best`) or settings.
        samples: S, hypotheses for each person in a frame.
        seed: of all random numbers. The same input, settings and seed give the same poses.
        device: `auto` (CUDA if there is one), `cpu` or `cuda`.
        clips: whether the frames of a track share what they can: vertical, bones, and which side is left.
        batch_size: hypotheses at once; changes memory and speed only. 2048 on the CPU, 8192 on a GPU without
            it.
        track: whether to track people over the frames where the input has no identities.

    Raises:
        InputError: an argument cannot be used; it names the argument.
    """

    def __init__(
        self,
        prior: "Prior | Source | None" = None,
        preset: Preset | str = DEFAULT,
        samples: int = 1,
        seed: int = 0,
        device: str = "auto",
        clips: bool = True,
        batch_size: int | None = None,
        track: bool = True,
    ) -> None:
        chosen = preset if isinstance(preset, Preset) else choose(preset, PRESETS, "preset")
        prior = default_prior(chosen.name) if prior is None else prior
        if not isinstance(prior, torch.nn.Module | str | Path):
            raise InputError("must be a loaded prior, the name of a bundled one, or a file", setting="prior")
        self.prior = prior if isinstance(prior, torch.nn.Module) else load_prior(prior, find_device(device))
        if self.prior.window != 1:
            raise InputError(
                "denoises several frames at once; only a window of 1 is supported", setting="prior"
            )
        self.preset = chosen if self.prior.conditional else chosen.for_blind_prior()
        self.track = track
        self.clips, self.seed = clips, whole_number(seed, "seed", 0)
        self.samples = whole_number(samples, "samples", 1)
        self.settings = {"samples": self.samples, "seed": self.seed, "clips": self.clips}
        at_once = rows_at_once(self.prior.exemplars.device) if batch_size is None else batch_size
        self.batch_size = whole_number(at_once, "batch_size", 1)
        self.method = build_method(self.preset, self.prior, self.samples, self.seed)
        tracks = getattr(self.prior, "packed_tracks", None) if self.preset.time == "network" else None
        self.evaluate = None if tracks is None else Graphed(lambda x: evaluated(tracks(), x), lambda: tracks)
        weights = (lambda: self.prior.packed) if isinstance(self.prior, Prior) else None
        self.initialise: Callable[[Observation], Start] = self.method.initialise
        self.loop: Callable[[Start], Lifted] = partial(finish, self.method)
        if self.preset.start == "view":  # the others optimise, or choose by values
            self.initialise, self.loop = Graphed(self.initialise, weights), Graphed(self.loop, weights)
        self.look = Graphed(partial(fitted, self.method, self.prior, self.preset.view_noise), weights)
        self.first_pass: Callable[[Observation], Lifted] | None = None
        if clips and self.preset.view and self.prior.takes_context:
            self.first_pass = Graphed(partial(lift, build_method(PRESETS["fast"], self.prior)), weights)

    def lift(
        self,
        keypoints: "Keypoints | Source | Sequence[Source] | Any",
        camera: "Camera | Source | Any" = None,
        known: SideInformation | None = None,
        progress: Progress | None = None,
    ) -> Poses:
        """Lift every person in every frame.

        Args:
            keypoints: `Keypoints`, files or folders, or an array `[N, J, 2 or 3]` in pixels of the image as
                the camera took it. Rows of an array share nothing; `Keypoints.from_arrays(clip=...)` makes
                tracks of them.
            camera: a camera, its file, or K `[3, 3]` px. Without it the keypoints must hold their intrinsics.
            known: side information: vertical, bone lengths, height, keypoint noise.
            progress: called with the number of rows done.

        Returns:
            Poses in metres, in the camera frame (X right, Y down, Z forward), in the order of the rows.
            People with too few joints are left out, with a note; `frame`, `person` and `clip` say whose a
            row is.

        Raises:
            InputError: there is no camera, or nobody to lift.
        """
        if not isinstance(known, SideInformation | None):
            raise InputError("must be a SideInformation", setting="known")
        people = as_keypoints(keypoints)
        with threads_for(len(people) * self.samples):
            prepared = self.prepare(people, as_camera(camera), known or SideInformation())
            return self.finish(prepared, self.start(prepared), progress)

    def lift_each(
        self,
        clips: Iterable[Any],
        camera: "Camera | Source | Any" = None,
        known: SideInformation | None = None,
    ) -> Iterator[Poses]:
        """Lift clips one after another, as they come.

        Args:
            clips: each is anything that `lift` takes as keypoints.
            camera, known: of all clips, as in `lift`.

        Returns:
            The poses of each clip, in the order of the clips.

        Raises:
            InputError: as `lift`, when the clip is reached.
        """
        camera = as_camera(camera)
        for keypoints in clips:
            yield self.lift(keypoints, camera, known)

    def live(
        self,
        camera: "Camera | Source | Any",
        skeleton: str | None = None,
        fps: float | None = None,
        known: SideInformation | None = None,
        refine: bool = False,
    ) -> "LiveStream":
        """Follow the people in front of one camera, frame by frame.

        Args:
            camera: as in `lift`, one.
            skeleton: name of the joint set; found from the first people without it.
            fps: frames/s, where frames have no times; without both, the time of arrival counts.
            known: side information; bones are estimated.
            refine: whether the prior's track network refines each frame: more accurate and slower.

        Returns:
            A stream with `push(frame) -> Poses` and `stream(frames)`.

        Raises:
            InputError: the prior or the preset sees no views, or there is no camera.
        """
        from zedo_cli.live.stream import LiveStream

        found = as_camera(camera)
        if not isinstance(found, Camera):
            raise InputError("give one camera", setting="camera")
        return LiveStream(self, found, skeleton, fps, known, refine)

    def stream(
        self, frames: Iterable[Any], camera: "Camera | Source | Any", **settings: Any
    ) -> "Iterator[Poses]":
        """The poses of each frame of a stream, as it comes, from past frames only.

        Args:
            frames: the people of each, `[P, J, 3]`, or `LiveFrame`s with times and identities.
            camera: of the stream.
            settings: those of `live`.

        Raises:
            InputError: as `live`, or a frame cannot be used.
        """
        return self.live(camera, **settings).stream(frames)

    def prepare(
        self,
        keypoints: Keypoints,
        camera: Camera | Sequence[Camera] | None,
        known: SideInformation,
        keep_all: bool = False,
    ) -> Prepared:
        """Check and undistort the keypoints, undo swaps over tracks, estimate what tracks share.

        keep_all: keep people with too few joints, whose poses are then NaN, so that the rows stay the same.
        """
        people = identified(standardise(keypoints, camera, keep_all), self.track, keep_all)
        if people.intrinsics is None:
            raise InputError(
                "no camera is known",
                source=people.clip_names[0],
                fix="give the camera with `intrinsics`, or assume one with `image_size`",
            )
        seen, notes = observed(people, known, self.preset)
        tracks = Tracks.of(people, self.clips)
        windows = tracks.windows(self.prior.window)
        swapped = torch.zeros(len(people), len(left_right.PARTS), dtype=torch.bool)
        if self.clips and self.preset.swaps:
            seen, swapped = swaps_undone(seen, people.frame, tracks)
        zoom = None
        if self.preset.view:
            seen, zoom = magnified(seen)
            look = self.first_look(seen)
            exchanged, more = look.corrected(tracks if self.clips else None)
            swapped, notes = swapped ^ exchanged, notes + more
            seen = look.observation()
        people = people.with_notes(*notes)
        prepared = Prepared(people, camera, known, tracks, windows, seen, swapped, zoom)
        if self.first_pass is None:
            return prepared
        return replace(prepared, seen=with_shared(prepared, self.first_pass, self.prior, self.batch_size))

    def first_look(self, seen: Observation) -> FirstLook:
        """What the prior makes of the view of each row alone."""
        return FirstLook(seen, self.look, self.method, self.prior, self.preset, self.batch_size)

    def start(self, prepared: Prepared) -> Iterator[Start]:
        """The starts of the batches, one by one. Keep them in a list to finish them with several lifters.

        Lifters whose presets agree in `start_settings()`, with the same prior, samples and seed, can share
        starts.
        """
        for rows in prepared.windows.batches(max(1, self.batch_size // self.samples)):
            with torch.no_grad():
                yield self.initialise(prepared.seen.rows(rows).to(self.prior.exemplars.device))

    def finish(self, prepared: Prepared, starts: Iterable[Start], progress: Progress | None = None) -> Poses:
        """Lift from the starts of the batches."""
        lifted, noise = self.frames(prepared, starts, progress)
        calibrated = self.calibrated(lifted, noise / ADULT, prepared.seen.bones)
        if self.clips and self.preset.time != "none":
            over = over_tracks(lifted, prepared, noise, self.preset.contacts, self.refine)
            lifted, stated, notes = over
            calibrated = torch.where(stated[:, None], lifted.uncertainty, calibrated)
            prepared = replace(prepared, keypoints=prepared.keypoints.with_notes(*notes))
        lifted = lifted._replace(uncertainty=calibrated)
        return poses_of(prepared, lifted, self.prior, self.preset, self.settings)

    def frames(
        self, prepared: Prepared, starts: Iterable[Start], progress: Progress | None = None
    ) -> tuple[Lifted, torch.Tensor]:
        """The answers for single frames, and the noise of their keypoints (m) `[N, J]`."""
        parts, done = [], 0
        for start in starts:
            with torch.no_grad():
                parts.append(Lifted(*(tensor.cpu() for tensor in self.loop(start))))
            done += len(start.pose)
            if progress:
                progress(done)
        lifted = prepared.windows.merge(parts)
        if prepared.zoom is not None:
            lifted = restored(lifted, prepared.zoom, prepared.seen.intrinsics)
        noise = keypoint_noise(lifted.confidence, self.preset.least_noise, self.preset.odds_noise)
        return lifted, noise

    @property
    def refine(self) -> Callable[..., Refined] | None:
        """`track_refinement.refined` by the prior's track network, if the preset uses one."""
        return self.evaluate and partial(refined, self.evaluate, device=self.prior.exemplars.device)

    def calibrated(self, lifted: Lifted, noise: torch.Tensor, bones: torch.Tensor | None) -> torch.Tensor:
        """The uncertainty `[N, J]` m as errors confirm it. noise: of the keypoints, in heights. bones: as
        they were known to the prior."""
        if not self.preset.view:
            return lifted.uncertainty
        if getattr(self.prior, "spread", None) is not None and self.preset.start == "view":
            return calibrated_statement(lifted.uncertainty, noise, bones)
        return calibrated(lifted.uncertainty, noise)

    def about(self) -> dict[str, Any]:
        """The metadata of prior and settings."""
        return about_method(self.prior, self.preset, self.settings)
