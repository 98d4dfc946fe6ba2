"""Whether a prior knows bodies, or only the bodies of its recordings.

    python benchmarks/redrawn_bones.py open open-base [--people 500]

Held-out people are seen by virtual cameras, as they were recorded, and with bones drawn more widely than in
training: held-out people of one laboratory have the joint definitions of the training data, so they alone do
not show a prior that has learned these. Printed: MPJPE (mm) of the answer to the view alone.
"""

import argparse
from unittest.mock import patch

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.view import View
from zedo_cli.pipeline.weights import noise_trust
from zedo_cli.prior.checkpoint import load_prior
from zedo_cli.skeletons import ADULT
from zedo_cli.training import augmentation
from zedo_cli.training.corpus import held_out_people
from zedo_cli.training.detector_noise import detected_view
from zedo_cli.training.scene import Scene
from zedo_cli.training.virtual_cameras import draw_scene, exact_view

WIDE = {"HIP_SPREAD": 0.18, "HEAD_SPREAD": 0.25, "BONE_SPREAD": 0.08}
"""Relative spreads of bones; in training 0.10, 0.15 and 0.06."""

FAR = torch.tensor(4.0)
"""Noise level (m) at which the view alone decides."""


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("priors", nargs="+")
    parser.add_argument("--people", type=int, default=500, help="of each split")
    options = parser.parse_args()
    generator = torch.Generator().manual_seed(0)
    people = torch.cat(list(held_out_people(options.people, 0).values()))
    with patch.multiple(augmentation, **WIDE):
        redrawn = augmentation.with_new_bones(people, generator)
    cases = {}
    for name, poses in {"recorded": people, "redrawn": redrawn}.items():
        scene = draw_scene(poses, generator)
        cases[f"{name}, exact"] = scene, exact_view(scene)
        for level in (0.01, 0.03):
            cases[f"{name}, {level:.0%} noise, stated"] = scene, noisy_view(scene, level, generator)
        cases[f"{name}, noise and confidences"] = scene, detected_view(scene, generator, faults=False)
        cases[f"{name}, everything"] = scene, detected_view(scene, generator)
    for prior in map(load_prior, options.priors):
        for name, (scene, view) in cases.items():
            with torch.no_grad():
                pose, _ = prior.seen(view).estimate(FAR)
            error: Tensor = (pose - pose[:, :1] - scene.poses).norm(dim=-1).mean()
            print(f"{prior.name:28} {name:34} {1000 * error:6.1f}")


def noisy_view(scene: Scene, level: float, generator: Generator) -> View:
    """Rays with white noise of `level` heights of the person along both axes together, which is stated."""
    points = scene.poses + scene.places[:, None]
    size = (ADULT / scene.places[:, 2])[:, None, None]
    plane = points[..., :2] / points[..., 2:]
    plane = plane + level * size * torch.randn(plane.shape, generator=generator) / 2**0.5
    rays = normalize(torch.cat([plane, torch.ones_like(plane[..., :1])], dim=-1), dim=-1)
    return View(rays, noise_trust(torch.full(rays.shape[:-1], level)))


if __name__ == "__main__":
    main()
