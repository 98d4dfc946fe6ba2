"""From the tensors of the method to `Poses`, with metadata that says what produced them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from zedo_cli.errors import Note, printable
from zedo_cli.groups import count_groups
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline import motion
from zedo_cli.pipeline.method import Lifted
from zedo_cli.pipeline.presets import Preset
from zedo_cli.poses.container import Poses
from zedo_cli.poses.frames import CAMERA_FRAME, World
from zedo_cli.preparation import Prepared, SideInformation
from zedo_cli.prior.prior import Prior
from zedo_cli.result_checks import plausibility
from zedo_cli.skeletons import BONES, JOINTS
from zedo_cli.version import __version__
from zedo_cli.world_frame import worlds_of

MOST_HEIGHT_NOTES = 5
"""Notes on heights that do not fit; more of the same say nothing new."""


def poses_of(
    prepared: Prepared, lifted: Lifted, prior: Prior, preset: Preset, settings: dict[str, Any]
) -> Poses:
    """The poses of prepared keypoints, in the order of their rows. settings: further ones for the
    metadata."""
    people = prepared.keypoints
    height_notes: list[Note] = []
    if prepared.known.height is not None:
        lifted, height_notes = _scaled(lifted, prepared)
    implausible, warnings = plausibility(lifted, people)
    caution = torch.tensor(people.of_clips("caution"), dtype=torch.float32) * implausible
    lifted = lifted._replace(uncertainty=lifted.uncertainty * caution[torch.from_numpy(people.clip)][:, None])
    notes = [
        *people.notes,
        *height_notes,
        *warnings,
        *_notes(prepared, prior, preset, int(prepared.swapped.any(1).sum())),
    ]
    return Poses(
        **arrays_of(lifted, people, prepared.swapped),
        joint_names=JOINTS,
        meta={
            **about_method(prior, preset, settings),
            "summary": summary(prepared),
            **_about_input(prepared),
            "bodies": _bodies(prepared, lifted.pose),
            "world": [world.as_dict() for world in _worlds(prepared, lifted.pose.numpy())],
            "notes": [note.as_dict() for note in notes],
        },
    )


def arrays_of(lifted: Lifted, people: Keypoints, swapped: Tensor) -> dict[str, np.ndarray]:
    """The arrays of `Poses` from answers for the rows of `people`."""
    k = np.zeros((0, 3, 3)) if people.intrinsics is None else people.intrinsics
    return {
        "poses_3d": lifted.pose.numpy(),
        "hypotheses_3d": lifted.hypotheses.numpy(),
        "translation": lifted.translation.numpy(),
        "hypothesis_score": lifted.score.numpy(),
        "uncertainty": lifted.uncertainty.numpy(),
        "reprojection_error": lifted.reprojection_error.numpy(),
        "frame": people.frame,
        "person": people.person,
        "clip": people.clip,
        "time": np.asarray(people.time, np.float64),
        "keypoints_2d": lifted.keypoints.numpy(),
        "confidence": lifted.confidence.numpy(),
        "intrinsics": np.array(k, np.float32),
        "swapped": swapped.numpy(),
    }


def about_method(prior: Prior, preset: Preset, settings: dict[str, Any]) -> dict[str, Any]:
    """The metadata of prior, preset and further settings, with units and frame."""
    return {
        "zedo": __version__,
        "prior": {"name": prior.name, "sha256": prior.digest, "licence": prior.card.licence},
        "preset": preset.model_dump(mode="json"),
        **settings,
        "units": {"poses_3d": "metres", "uncertainty": "metres", "reprojection_error": "pixels"},
        "frame": CAMERA_FRAME,
    }


def _worlds(prepared: Prepared, poses: np.ndarray) -> list[World]:
    cameras = prepared.camera if isinstance(prepared.camera, Sequence) else [prepared.camera]
    up, error = prepared.known.up, size_error(prepared.known)
    return worlds_of(prepared.keypoints, poses, prepared.tracks, up, cameras, error)


def size_error(known: SideInformation) -> float:
    """Standard deviation of the size of people, relative: none if it is given."""
    return motion.SIZE_ERROR if known.height is None and known.bones is None else 0.0


def summary(prepared: Prepared) -> str:
    """One line: what was read, and what is assumed of it."""
    people, known = prepared.keypoints, prepared.known
    cameras = prepared.camera if isinstance(prepared.camera, Sequence) else [prepared.camera]
    names = dict.fromkeys(camera.name if camera else "K of the input" for camera in cameras)
    tracks = count_groups(people.clip, people.person)
    static = all(people.of_clips("static")) and all(people.of_clips("tracked"))
    rates = dict.fromkeys(
        f"{fps:g} frames/s" if fps else "frame rate unknown" for fps in people.of_clips("fps")
    )
    skeleton = people.detected_skeleton or "h36m17"
    parts = [
        _counted(len(people.clip_names), "clip"),
        f"{_counted(tracks, 'person', 'people')} {'tracked' if static else 'frame by frame'}",
        f"joints {skeleton}",
        f"camera {', '.join(list(names)[:3])}{', ...' if len(names) > 3 else ''}",
        ", ".join(rates),
    ]
    parts += [f"height {known.height:g} m"] if known.height is not None else []
    parts += ["vertical given"] if known.up is not None else []
    return printable("; ".join(parts))


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _about_input(prepared: Prepared) -> dict[str, Any]:
    people, known = prepared.keypoints, prepared.known
    cameras = prepared.camera if isinstance(prepared.camera, Sequence) else [prepared.camera]
    return {
        "inputs": list(people.clip_names),
        "camera": _one_or_all([camera.name if camera else None for camera in cameras]),
        "distortion": _one_or_all([camera.distortion.tolist() if camera else [] for camera in cameras]),
        "fisheye": _one_or_all([bool(camera and camera.fisheye) for camera in cameras]),
        "image_size": _one_or_all(people.of_clips("image_size")),
        "fps": _one_or_all(people.of_clips("fps")),
        "skeleton": people.detected_skeleton,
        "height": known.height,
        "up": None if known.up is None else np.round(known.up, 6).tolist(),
        "bones": None if known.bones is None else np.round(known.bones, 4).tolist(),
    }


def _one_or_all(values: Sequence[Any]) -> Any:
    """The one value that all clips have, or a list with one for each."""
    return values[0] if all(value == values[0] for value in values) else list(values)


def _notes(prepared: Prepared, prior: Prior, preset: Preset, swapped: int) -> list[Note]:
    notes, known = [], prepared.known
    if swapped:
        notes.append(Note("info", f"left and right were swapped in {swapped} rows: undone", "swaps-undone"))
    if (known.up is not None or known.bones is not None) and not (prior.takes_context and preset.view):
        what = f"prior {prior.name} or preset {preset.name} does not take them"
        notes.append(
            Note("warning", f"the vertical and bones are not used: {what}", "side-information-unused")
        )
    return notes


def _scaled(lifted: Lifted, prepared: Prepared) -> tuple[Lifted, list[Note]]:
    """Everything in metres scaled so that the person of each track has the known height; the rays stay as
    they are. Where it does not fit what is seen, a note and a larger uncertainty."""
    height, tracks, people = prepared.known.height or 0.0, prepared.tracks, prepared.keypoints
    factor, misfit = torch.ones(len(lifted.pose)), torch.ones(len(lifted.pose))
    implausible: dict[str, float] = {}
    for track in range(len(tracks)):
        rows = tracks[track]
        factor[rows] = motion.size_factor(lifted.pose[rows], height)
        own = float(factor[rows[0]])
        if len(rows) >= motion.MIN_FRAMES and motion.implausible_size(own):
            where = f"{people.clip_names[people.clip[rows[0]]]}, person {people.person[rows[0]]}"
            implausible.setdefault(where, own)
            misfit[rows] = max(own, 1 / own)
    notes = [height_note(where, height, found) for where, found in implausible.items()]
    scaled = lifted._replace(
        pose=lifted.pose * factor[:, None, None],
        hypotheses=lifted.hypotheses * factor[:, None, None, None],
        translation=lifted.translation * factor[:, None, None],
        uncertainty=lifted.uncertainty * (factor * misfit)[:, None],
    )
    return scaled, notes[:MOST_HEIGHT_NOTES]


def height_note(where: str, height: float, factor: float) -> Note:
    """The note on a known height that is `factor` times the estimated one."""
    text = f"{where}: a height of {height:g} m is {factor:.2f} times what the view suggests"
    return Note("warning", f"{text}; is it that person's?", "height-implausible")


def _bodies(prepared: Prepared, pose: Tensor) -> list[list[dict[str, Any]]]:
    """For each clip, height and bones of the person of each track, with their standard deviations, 0 for what
    was given."""
    people, error = prepared.keypoints, size_error(prepared.known)
    known = prepared.known.bones is not None
    errors = [0.0 if known else part for part in motion.BONE_ERRORS.values()]
    found: list[list[dict[str, Any]]] = [[] for _ in people.clip_names]
    for rows in prepared.tracks.longer_than(motion.MIN_FRAMES - 1):
        height = float(1 / motion.size_factor(pose[rows], 1.0))
        if np.isfinite(height):
            lengths = motion.bones_of_track(pose[rows]).tolist()
            about = {
                "person": int(people.person[rows[0]]),
                "height_metres": round(height, 3),
                "uncertainty_metres": round(error * height, 3),
                "bones_metres": {b: round(length, 3) for b, length in zip(BONES, lengths, strict=True)},
                "bones_uncertainty_metres": {
                    b: round(e * length, 3) for b, e, length in zip(BONES, errors, lengths, strict=True)
                },
            }
            found[people.clip[rows[0]]].append(about)
    return found
