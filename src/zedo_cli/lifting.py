"""Lifting keypoints from files: what joins readers, cameras, prior and pipeline. Also the way in from Python.

keypoints = read_keypoints([Path("openpose_json/")])
poses = lift_keypoints(keypoints, load_prior(bundled_prior()), camera=read_camera(Path("K.json")))
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from zedo_cli import __version__
from zedo_cli.cameras.camera import Camera, checked_intrinsics
from zedo_cli.errors import InputError
from zedo_cli.files import bundled
from zedo_cli.keypoints import Keypoints
from zedo_cli.pipeline.lift import Lifted, Observation, lift
from zedo_cli.pipeline.presets import PRESETS, Preset
from zedo_cli.pipeline.start import Starts, exemplar_kernel, turned_exemplars
from zedo_cli.poses import Poses
from zedo_cli.prior import Prior
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

    Raises `InputError` if there is no camera, or no start for this number of hypotheses.
    """
    keypoints = _through(keypoints, camera)
    if keypoints.intrinsics is None:
        raise InputError(f"{keypoints.clip_names[0]}: holds no camera; give one with --intrinsics K.json")
    if not len(keypoints):
        raise InputError(f"{keypoints.clip_names[0]}: nothing to lift ({'; '.join(keypoints.notes) or 'no rows'})")
    if preset.start == "clusters" and samples not in prior.cluster_counts:
        counts = ", ".join(map(str, prior.cluster_counts))
        raise InputError(f"--samples {samples}: preset '{preset.name}' starts from stored clusters, for S = {counts}")
    device = prior.exemplars.device
    if preset.start == "view" and not prior.conditional:
        preset = preset.model_copy(update={"start": "exemplars"})
    starts = None
    if preset.start == "clusters":
        starts = Starts(prior.clusters(samples), torch.zeros(len(JOINTS), device=device))
    elif preset.start == "exemplars":
        turned = turned_exemplars(prior.exemplars, preset.yaws, preset.pitches, preset.rolls)
        starts = Starts(turned, exemplar_kernel(prior.exemplars))

    arrays = [np.array(array, np.float32) for array in (keypoints.points, keypoints.confidence, keypoints.intrinsics)]
    seen = Observation(*(torch.from_numpy(array) for array in arrays))
    rows = max(1, batch_size // samples)
    parts = []
    with torch.no_grad():
        for first in range(0, len(keypoints), rows):
            batch = Observation(*(tensor[first : first + rows].to(device) for tensor in seen))
            lifted = lift(batch, prior, starts, preset, samples, seed)
            parts.append(Lifted(*(tensor.cpu() for tensor in lifted)))
            if progress:
                progress(min(first + rows, len(keypoints)))
    whole = Lifted(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))
    return Poses(
        poses_3d=whole.pose.numpy(),
        hypotheses_3d=whole.hypotheses.numpy(),
        hypothesis_score=whole.score.numpy(),
        uncertainty=whole.uncertainty.numpy(),
        reprojection_error=whole.reprojection_error.numpy(),
        frame=keypoints.frame,
        person=keypoints.person,
        clip=keypoints.clip,
        keypoints_2d=arrays[0],
        confidence=arrays[1],
        joint_names=JOINTS,
        intrinsics=arrays[2],
        meta=_meta(keypoints, prior, camera, preset, samples, seed),
    )


def _through(keypoints: Keypoints, camera: Camera | None) -> Keypoints:
    """The keypoints without the camera's distortion, and with a valid K for each row."""
    if camera is not None:
        seen = keypoints.confidence > 0
        points = camera.undistort(keypoints.points)
        lost = seen & np.isnan(points).any(-1)
        notes = (
            [f"{np.count_nonzero(lost)} keypoints lie outside the lens's model: treated as missing"] if lost.any() else []
        )
        return replace(
            keypoints,
            points=np.where((seen & ~lost)[..., None], points, 0),
            confidence=np.where(lost, 0, keypoints.confidence),
            intrinsics=np.broadcast_to(camera.intrinsics, (len(keypoints), 3, 3)),
            image_size=camera.size or keypoints.image_size,
            notes=(*keypoints.notes, *notes),
        ).without_little()
    if keypoints.intrinsics is not None:
        for k in np.unique(keypoints.intrinsics, axis=0):
            checked_intrinsics(k, f"{keypoints.clip_names[0]}: intrinsics")
    return keypoints


def _meta(
    keypoints: Keypoints, prior: Prior, camera: Camera | None, preset: Preset, samples: int, seed: int
) -> dict[str, Any]:
    return {
        "zedo": __version__,
        "prior": {"name": prior.name, "sha256": prior.digest, "licence": prior.card.licence},
        "preset": preset.model_dump(mode="json"),
        "samples": samples,
        "seed": seed,
        "inputs": list(keypoints.clip_names),
        "camera": camera.name if camera else None,
        "distortion": camera.distortion.tolist() if camera else [],
        "image_size": keypoints.image_size,
        "skeleton": keypoints.skeleton,
        "units": {"poses_3d": "metres", "uncertainty": "metres", "reprojection_error": "pixels"},
        "frame": "camera: X right, Y down, Z forward",
        "notes": list(keypoints.notes),
    }
