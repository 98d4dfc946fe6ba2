"""Whether the poses of a clip are plausible together with their camera: notes, and a factor on the
uncertainty."""

import numpy as np
import torch
from torch import Tensor

from zedo_cli.errors import Note
from zedo_cli.keypoints.container import Keypoints
from zedo_cli.pipeline.method import Lifted
from zedo_cli.skeletons import ADULT, INDEX, joints_ending

LARGEST_MISFIT = 0.03
"""Distance of the projected joints from the keypoints, relative to the person's height, median of a clip. Of
detections with an error of 5 % of the height it is 0.017, of a wrong joint set 0.02 to 0.04."""

CONFIDENT = 0.5
"""Keypoints of less confidence may be anywhere."""

NEAREST = 0.5
"""Distance (m) of the pelvis: a camera that is nearer sees no whole person."""

LEGS = (0.4, 1.25)
"""Range of the length (m) of thigh and shank together, from a small child to a giant."""

CAUTION = 2.0
"""Factor on the uncertainty of a clip for each thing that is implausible."""


_UPPER = joints_ending("hip", "knee")
_LOWER = joints_ending("knee", "ankle")
"""The ends of thighs and shanks."""


def plausibility(lifted: Lifted, people: Keypoints) -> tuple[Tensor, list[Note]]:
    """The factor on the uncertainty of each clip `[clips]`, and what is implausible."""
    measures = _measures(lifted, people)
    usable = np.isfinite(measures[:2]).all(0)
    factor = torch.ones(len(people.clip_names))
    notes = []
    for clip, (name, rows) in enumerate(zip(people.clip_names, people.rows_of_clips(), strict=True)):
        known = rows[usable[rows]]
        if not len(known):
            continue
        off, far, long = np.median(measures[:, known], axis=1).tolist()
        texts = []
        if off > LARGEST_MISFIT:
            texts.append(
                f"the joints are {100 * off:.0f} % of the person's height away from their keypoints: do K and"
                " the skeleton belong to this film?"
            )
        if far < NEAREST:
            texts.append(f"people are {far:.2f} m from the camera: is the focal length right, in pixels?")
        if not LEGS[0] < long < LEGS[1]:
            texts.append(f"people have legs of {long:.2f} m: do K and the skeleton belong to this film?")
        notes += [Note("warning", f"{name}: {text}", "implausible-poses") for text in texts]
        factor[clip] = CAUTION ** len(texts)
    return factor, notes


def _measures(lifted: Lifted, people: Keypoints) -> np.ndarray:
    """Of each row: misfit in heights of an adult, distance of the pelvis (m), length of a leg (m). `[3,
    N]`"""
    pose, k = lifted.pose.numpy(), np.asarray(people.intrinsics, np.float32)
    distance = pose[:, INDEX["pelvis"], 2]
    known = lifted.confidence.numpy() > CONFIDENT
    image, points = (pose @ k.swapaxes(1, 2)).transpose(2, 0, 1), lifted.keypoints.numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.hypot(image[0] / image[2] - points[..., 0], image[1] / image[2] - points[..., 1])
        off = np.where(known, off, 0).sum(1) / known.sum(1)
    misfit = off * distance / np.sqrt(k[:, 0, 0] * k[:, 1, 1]) / ADULT
    leg = np.linalg.norm(pose[:, _UPPER] - pose[:, _LOWER], axis=-1).sum(1) / 2
    return np.stack([misfit, distance, leg])
