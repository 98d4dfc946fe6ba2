"""Virtual cameras: people in front of cameras as users have them.

Everything is drawn on the device of the generator. Angles are tangents, a length over a distance. Camera
frame: X right, Y down, Z forward.
"""

import math

import roma
import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.pipeline.view import View
from zedo_cli.skeletons import ADULT
from zedo_cli.training.random_batch import RandomBatch
from zedo_cli.training.scene import Scene

PITCH_DEGREES = (-15.0, 35.0)
"""Range of the downward pitch of cameras: from the floor looking up to the top of a wall looking down."""

LEVEL_PITCH_DEGREES = (8.0, 8.0)
"""Mean and spread of the pitch of cameras on a tripod, a little above the hips."""

ROLL_DEGREES = 25.0
"""Largest roll of a hand-held camera."""

LEVEL_ROLL_DEGREES = 4.0
"""Spread of the roll of a camera on a tripod."""

LEVEL_CAMERAS = 0.5
"""Share of cameras on a tripod; the others are hand-held, mounted or moving, anywhere in the ranges above."""

ANY_ORIENTATION = 0.1
"""Share of people in a uniformly random orientation: they lie, fall, turn over, hang, or are filmed from
above."""

LYING = 0.5
"""Share of these in which the person is rotated and the camera is as above; in the others the camera has any
tilt."""

FIELD_OF_VIEW_DEGREES = (30.0, 95.0)
"""Vertical field of view: from a long lens to an action camera; phones have 45 to 70."""

ASPECT = (0.55, 1.9)
"""Aspect ratio of the image: upright phones to wide screens."""

SHARE_OF_IMAGE = (0.2, 1.2)
"""Height of a standing adult relative to the image: far away in a hall to cut off by the border."""

NEAREST, FARTHEST = 1.2, 12.0
"""Range of distances (m)."""

BESIDE_CENTRE = 0.22
"""Spread of the person's position in the image, in widths and heights of the image."""


def draw_scene(poses: Tensor, generator: Generator, rotation: bool = True) -> Scene:
    """Upright poses `[batch, 17, 3]` in front of random cameras; without `rotation` they keep their
    orientation."""
    draw = RandomBatch(len(poses), generator)
    up = poses.new_tensor([0.0, -1.0, 0.0]).expand(len(poses), 3)
    if rotation:
        person, camera = draw_orientations(len(poses), generator)
        poses = poses @ person.mT
        up = (camera @ up.unsqueeze(-1)).squeeze(-1)
    height = torch.tan(torch.deg2rad(draw.uniform(*FIELD_OF_VIEW_DEGREES)) / 2)
    border = torch.stack([height * draw.log_uniform(*ASPECT), height], dim=-1)
    depth = (ADULT / (2 * height * draw.log_uniform(*SHARE_OF_IMAGE))).clamp(NEAREST, FARTHEST)
    centre = (2 * BESIDE_CENTRE * draw.normal(2)).clamp(-1, 1) * border
    places = torch.cat([centre, torch.ones_like(centre[:, :1])], dim=-1) * depth[:, None]
    nearest = poses[..., 2].amin(1).neg() + NEAREST / 2
    places = places * (nearest / places[:, 2]).clamp(min=1)[:, None]
    return Scene(poses, places, border, up)


def draw_orientations(batch: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Rotations `[batch, 3, 3]` of upright people and of the vertical, from the frame of a level camera to a
    random one's.

    They are the same (yaw, then pitch, then roll), except for people who lie, fall or hang.
    """
    draw = RandomBatch(batch, generator)
    level = draw.chance(LEVEL_CAMERAS)
    mean, spread = LEVEL_PITCH_DEGREES
    pitch = torch.where(level, mean + spread * draw.normal(), draw.uniform(*PITCH_DEGREES))
    roll = torch.where(level, LEVEL_ROLL_DEGREES * draw.normal(), draw.uniform(-ROLL_DEGREES, ROLL_DEGREES))
    camera = camera_rotation(draw.uniform(0, 2 * math.pi), torch.deg2rad(pitch), torch.deg2rad(roll))
    any_rotation = roma.unitquat_to_rotmat(normalize(draw.normal(4), dim=-1))
    chance = draw.uniform(0, 1)[:, None, None]
    person = torch.where(chance < ANY_ORIENTATION, any_rotation, camera)
    return person, torch.where(chance < LYING * ANY_ORIENTATION, camera, person)


def exact_view(scene: Scene) -> View:
    """The exact rays, with a confidence of 1."""
    points = scene.poses + scene.places[:, None]
    return View(normalize(points, dim=-1), torch.ones_like(points[..., 0]))
