"""Lifting keypoints from files: what joins readers, cameras, prior and pipeline. Also the way in from Python.

keypoints = read_keypoints([Path("openpose_json/")])
poses = lift_keypoints(keypoints, load_prior(bundled_prior()), camera=read_camera(Path("K.json")))
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError

from zedo_cli import __version__
from zedo_cli.cameras.container import Camera
from zedo_cli.errors import InputError, first_fault
from zedo_cli.io.files import bundled
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.keypoints.undistortion import undistorted
from zedo_cli.pipeline.clip import bones_of_poses, size_factor, vertical_of_poses
from zedo_cli.pipeline.lift import Begun, Lifted, Observation, begin, lift
from zedo_cli.pipeline.presets import PRESETS, Preset
from zedo_cli.pipeline.start import Starts, exemplar_kernel, turned_exemplars
from zedo_cli.pipeline.swaps import exchange_arms
from zedo_cli.pipeline.switches import PARTS, exchange_parts, find_switches
from zedo_cli.poses.container import Poses
from zedo_cli.prior.prior import Prior
from zedo_cli.skeletons import JOINTS

DEFAULT_PRESET = "balanced"


def bundled_prior() -> Path:
    """The prior that comes with zedo."""
    return bundled("checkpoints/open.safetensors")


def find_preset(name: str) -> Preset:
    """The preset of that name. Raises `InputError` if there is none."""
    if name not in PRESETS:
        raise InputError(f"--preset {name}: unknown; it is one of {', '.join(PRESETS)}")
    return PRESETS[name]


def changed_preset(preset: Preset, changes: list[str]) -> Preset:
    """The preset with settings changed as `name=value`. Raises `InputError` for a name or a value that it cannot have."""
    values: dict[str, Any] = preset.model_dump()
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or name not in values or name == "name":
            known = ", ".join(field for field in values if field != "name")
            raise InputError(f"--set {change}: write NAME=VALUE; the names are {known}")
        try:
            values[name] = json.loads(value)
        except (ValueError, RecursionError):
            values[name] = value
    try:
        return Preset.model_validate(values)
    except ValidationError as error:
        raise InputError(f"--set {first_fault(error)}") from error


def find_device(name: str) -> torch.device:
    """`auto` (CUDA if there is one), `cpu` or `cuda`. Raises `InputError` for another name or a missing device."""
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"--device {name}: unknown; it is one of auto, cpu, cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: no CUDA device is available; use --device cpu")
    return torch.device("cuda" if name == "cuda" or (name == "auto" and torch.cuda.is_available()) else "cpu")


def lift_keypoints(
    keypoints: Keypoints,
    prior: Prior,
    camera: Camera | None = None,
    preset: Preset = PRESETS[DEFAULT_PRESET],
    samples: int = 1,
    seed: int = 0,
    batch_size: int = 512,
    progress: Callable[[int], None] | None = None,
    up: np.ndarray | None = None,
    bones: np.ndarray | None = None,
    clips: bool = True,
    height: float | None = None,
    shared: dict[Any, Begun] | None = None,
) -> Poses:
    """Lift every row, on the device that the prior is on.

    Args:
        keypoints: on the 17 joints, as `read_keypoints` returns them.
        prior: the denoiser and its start poses.
        camera: undistorts and gives K; without it the keypoints' own intrinsics are used.
        preset: settings of the method.
        samples: S, hypotheses for each row.
        seed: decides what chance there is; the same for every row, so that neither batch nor shard changes a result.
        batch_size: hypotheses that are worked on at once.
        progress: called with the number of rows done.
        up: the vertical of each row's camera `[N, 3]`, or `[3]` of all, a unit vector upward in its frame; zeros: unknown.
        bones: lengths (m) of each row's `BONES` `[N, 10]`, or `[10]`; zeros: unknown.
        clips: estimate what rows of a clip share (vertical, bones of a person) where it is not given, and tell the prior;
            of keypoints that are known to be of static cameras and tracked people.
        height: of everybody (m); fixes the scale, which a single camera cannot see.
        shared: what calls with the same keypoints, up, bones, clips and batch_size may share: give all of them one dict.

    Raises `InputError` if there is no camera, or no start for this number of hypotheses.
    """
    given = len(keypoints)
    keypoints = undistorted(keypoints, camera)
    if len(keypoints) < given and any(known is not None and known.ndim > 1 for known in (up, bones)):
        raise InputError(f"{given - len(keypoints)} rows have too little to be lifted: leave them out, or give one vertical")
    if keypoints.intrinsics is None:
        raise InputError(
            f"{keypoints.clip_names[0]}: holds no camera; give one with --intrinsics, or assume one with --image-size"
        )
    if not len(keypoints):
        raise InputError(f"{keypoints.clip_names[0]}: nothing to lift ({'; '.join(keypoints.notes) or 'no rows'})")
    if preset.start == "clusters" and samples not in prior.cluster_counts:
        counts = ", ".join(map(str, prior.cluster_counts))
        raise InputError(f"--samples {samples}: preset '{preset.name}' starts from stored clusters, for S = {counts}")
    device = prior.exemplars.device
    if not prior.conditional:
        preset = preset.for_blind_prior()
    if preset.start == "exemplars" and samples > len(prior.exemplars):
        count = len(prior.exemplars)
        raise InputError(f"--samples {samples}: more than the {count} exemplars that preset '{preset.name}' starts from")
    starts = None
    if preset.start == "clusters":
        starts = Starts(prior.clusters(samples), torch.zeros(len(JOINTS), device=device))
    elif preset.start == "exemplars":
        turned = turned_exemplars(prior.exemplars, preset.yaws, preset.pitches, preset.rolls)
        starts = Starts(turned, exemplar_kernel(prior.exemplars))

    points = np.where(keypoints.confidence[..., None] > 0, keypoints.points, 0)
    arrays = [np.array(array, np.float32) for array in (points, keypoints.confidence, keypoints.intrinsics)]
    known = (None if given is None else _for_rows(given, len(keypoints)) for given in (up, bones))
    seen = Observation(*(torch.from_numpy(array) for array in arrays), *known)
    run = partial(_in_batches, prior=prior, seed=seed, shared=shared)
    each = np.arange(len(keypoints))
    cameras = _index(keypoints.clip if keypoints.static else each)
    people = _index(keypoints.clip, keypoints.person) if keypoints.static and keypoints.tracked else _index(each)
    switched = torch.zeros(len(keypoints), len(PARTS), dtype=torch.bool)
    if clips and preset.swaps:
        switched = _switches(seen, people, torch.from_numpy(keypoints.frame))
        seen = seen._replace(
            keypoints=exchange_parts(seen.keypoints, switched), confidence=exchange_parts(seen.confidence, switched)
        )
    if clips and prior.takes_context and preset.view and seen.keypoints.shape[0] > len(cameras.unique()):
        first = run(seen, starts=None, preset=PRESETS["fast"], samples=1, rows=batch_size).pose
        seen = seen._replace(
            up=vertical_of_poses(first, cameras) if seen.up is None else seen.up,
            bones=bones_of_poses(first, people) if seen.bones is None else seen.bones,
        )
    whole = run(seen, starts=starts, preset=preset, samples=samples, rows=max(1, batch_size // samples), progress=progress)
    if height is not None:
        whole = _resized(whole, size_factor(whole.pose, people, height))
    arms = torch.tensor([part == "arms" for part in PARTS])
    swapped = switched ^ (whole.swapped[:, None] & arms)
    unheard = []
    if (up is not None or bones is not None) and not (prior.takes_context and preset.view):
        unheard.append(f"the vertical and bones are not used: prior {prior.name} or preset {preset.name} does not take them")
    return Poses(
        poses_3d=whole.pose.numpy(),
        hypotheses_3d=whole.hypotheses.numpy(),
        translation=whole.translation.numpy(),
        hypothesis_score=whole.score.numpy(),
        uncertainty=whole.uncertainty.numpy(),
        reprojection_error=whole.reprojection_error.numpy(),
        frame=keypoints.frame,
        person=keypoints.person,
        clip=keypoints.clip,
        keypoints_2d=exchange_arms(seen.keypoints, whole.swapped).numpy(),
        confidence=exchange_arms(seen.confidence, whole.swapped).numpy(),
        swapped=swapped.numpy(),
        joint_names=JOINTS,
        intrinsics=arrays[2],
        meta=_meta(keypoints, prior, camera, int(swapped.any(1).sum()), unheard)
        | {
            "preset": preset.model_dump(mode="json"),
            "samples": samples,
            "seed": seed,
            "clips": clips,
            "height": height,
            "up": None if up is None else np.round(up, 6).tolist(),
            "bones": None if bones is None else np.round(bones, 4).tolist(),
        },
    )


def _in_batches(
    seen: Observation,
    prior: Prior,
    starts: Starts | None,
    preset: Preset,
    samples: int,
    seed: int,
    rows: int,
    shared: dict[Any, Begun] | None,
    progress: Callable[[int], None] | None = None,
) -> Lifted:
    """`lift` on the prior's device, `rows` at once; the result on the CPU."""
    parts = []
    of_start = (id(prior), json.dumps(preset.start_settings()), samples, seed, seen.up is None, seen.bones is None, rows)
    with torch.no_grad():
        for first in range(0, len(seen.keypoints), rows):
            batch = [None if part is None else part[first : first + rows].to(prior.exemplars.device) for part in seen]
            observed = Observation(*batch)  # type: ignore[arg-type]
            begun = None if shared is None else shared.get((of_start, first))
            if shared is not None and begun is None:
                begun = shared[of_start, first] = begin(observed, prior, starts, preset, samples, seed)
            lifted = lift(observed, prior, starts, preset, samples, seed, begun=begun)
            parts.append(Lifted(*(tensor.cpu() for tensor in lifted)))
            if progress:
                progress(min(first + rows, len(seen.keypoints)))
    return Lifted(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))


def _switches(seen: Observation, people: torch.Tensor, frame: torch.Tensor) -> torch.Tensor:
    """`find_switches` for each person's clip `[N, 3]`; a person who is in a frame twice is left alone."""
    found = torch.zeros(len(frame), len(PARTS), dtype=torch.bool)
    index, count = people.unique(return_counts=True)
    for person in index[count > 1]:
        rows = torch.nonzero(people == person).squeeze(1)
        rows = rows[frame[rows].argsort(stable=True)]
        if (frame[rows].diff() > 0).all():
            found[rows] = find_switches(seen.keypoints[rows], seen.confidence[rows], frame[rows])
    return found


def _resized(lifted: Lifted, factor: torch.Tensor) -> Lifted:
    """Everything in metres times a `factor [N]`; what was seen stays as it was."""
    return lifted._replace(
        pose=lifted.pose * factor[:, None, None],
        hypotheses=lifted.hypotheses * factor[:, None, None, None],
        translation=lifted.translation * factor[:, None, None],
        uncertainty=lifted.uncertainty * factor[:, None],
    )


def _for_rows(values: np.ndarray, rows: int) -> torch.Tensor:
    """`[N, K]`, or `[K]` that holds for all rows, as `[rows, K]`."""
    return torch.from_numpy(np.array(np.broadcast_to(values, (rows, values.shape[-1])), np.float32))


def _index(*columns: np.ndarray) -> torch.Tensor:
    """The same number for rows that agree in all columns. `[N]`."""
    return torch.from_numpy(np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1].reshape(-1))


def _meta(keypoints: Keypoints, prior: Prior, camera: Camera | None, swapped: int, more: list[str]) -> dict[str, Any]:
    notes = [f"left and right were exchanged in {swapped} rows: undone"] if swapped else []
    return {
        "zedo": __version__,
        "prior": {"name": prior.name, "sha256": prior.digest, "licence": prior.card.licence},
        "inputs": list(keypoints.clip_names),
        "camera": camera.name if camera else None,
        "distortion": camera.distortion.tolist() if camera else [],
        "image_size": keypoints.image_size,
        "skeleton": keypoints.skeleton,
        "units": {"poses_3d": "metres", "uncertainty": "metres", "reprojection_error": "pixels"},
        "frame": "camera: X right, Y down, Z forward",
        "notes": [*keypoints.notes, *notes, *more],
    }
