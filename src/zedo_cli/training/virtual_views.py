"""Virtual cameras and a model of detectors: what of a pose a network may see in training.

A camera is drawn as users have them, the person is put before it, and the rays of the joints are handed on as some
detector would give them: noisy, mirrored, cut off, without the joints that it does not know, with a confidence that
tells a part of the truth. Everything is drawn on the device of the generator. Angles are tangents, so a length over a
distance; camera frame X right, Y down, Z forward.
"""

import math

import roma
import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.rays import View
from zedo_cli.pipeline.rotations import camera_rotation
from zedo_cli.skeletons import ADULT, JOINTS, MIRROR, NOSE_TRUST
from zedo_cli.training.random_batch import Draw
from zedo_cli.training.scene import Scene, known_bones, known_vertical

# ---- cameras

PITCH_DEGREES = (-15.0, 35.0)
"""How far cameras look down: from the floor upward to a wall's upper end."""

LEVEL_PITCH_DEGREES = (8.0, 8.0)
"""Mean and spread of the pitch of cameras on a tripod, which stand a little above the hips."""

ROLL_DEGREES = 25.0
"""Largest roll of a camera held by hand."""

LEVEL_ROLL_DEGREES = 4.0
"""Spread of the roll of a camera on a tripod."""

LEVEL_CAMERAS = 0.5
"""Share of cameras on a tripod; the others are held, mounted or moved, anywhere in the ranges above."""

ANY_ORIENTATION = 0.1
"""Share of people turned uniformly over all rotations: who lie, fall, turn over, hang, or are filmed from above."""

LYING = 0.5
"""Share of these who are themselves turned, before a camera as above; the others stand before a camera of any tilt."""

FIELD_OF_VIEW_DEGREES = (30.0, 95.0)
"""Vertical angle of the image: a longer lens of a sports camera to an action camera; telephones have 45 to 70."""

ASPECT = (0.55, 1.9)
"""Width of the image over its height: telephones upright to wide screens."""

SHARE_OF_IMAGE = (0.2, 1.2)
"""Height of a standing adult over that of the image: far off in a hall to cut by the border."""

NEAREST, FARTHEST = 1.2, 12.0
"""Distances (m) between which people are filmed for their pose."""

BESIDE_CENTRE = 0.22
"""Spread of the person's place in the image, in widths and heights of the image."""

# ---- detectors

EXACT = 0.35
"""Share of views with exact keypoints and full confidence: ground truth, marker-based or very good detectors."""

NOISE = (0.002, 0.025)
"""Keypoint noise at the trunk, in heights of the person in the image: 1 to 14 px of a person of 560 px. The best that is
published, fine-tuned on its own data set, to a model run as it comes on hard images."""

LEAST_NOISE = 0.0008
"""Noise (tangent) of the pixel grid: heat maps of 64-100 cells over a person leave no less than a pixel or two of 1000."""

JOINT_NOISE = {"hip": 1.3, "knee": 1.1, "ankle": 1.5, "shoulder": 1.0, "elbow": 1.2, "wrist": 1.6, "head_top": 1.2}
"""Factors on the noise: what is far from the trunk moves and hides more; hips lie deep under clothes. Others 1."""

SHARED_NOISE = 0.5
"""Part of the noise's variance that is the detector's own idea of where a joint is, the same for its left and right."""

OUTLIERS = 0.03
"""Share of keypoints on something else, a hand on the other hand, a foot on a chair."""

OUTLIER_NOISE = 0.12
"""Spread of those, in heights of the person in the image."""

LIMB_SWAPS = 0.03
"""Share of views with the left and right arms exchanged, and as many with the legs."""

BODY_SWAPS = 0.02
"""Share of views with the whole body's left and right exchanged: people seen from behind."""

MISSING = 0.04
"""Share of joints that are not found."""

OUTSIDE_MISSING = 0.7
"""Share of joints beyond the image's border that are not found; the others are put on the border."""

MISSING_HALVES = {"legs": 0.06, "knees and ankles": 0.04, "left": 0.01, "right": 0.01, "trunk and arms": 0.01}
"""Shares of views that lack a part: half-length shots, tables, walls, a person behind another."""

OTHER_JOINTS = 0.5
"""Share of noisy views with the joints of COCO: no spine, a nose instead of joint 9, pelvis and thorax as means."""

HEAD_TOPS = 0.3
"""Share of those that know the head's top."""

NOSE_OFFSET = 0.05
"""Spread of a nose about joint 9, in heights of the person in the image."""

NO_CONFIDENCE, OVERCONFIDENT = 0.08, 0.25
"""Shares of noisy detectors whose user gives full confidence to everything, and that are sure of all they find."""

DOUBT = 0.03
"""Error, in heights of the person in the image, at which an honest confidence has fallen to 0.6."""

INCOMPLETE_EXACT = 0.3
"""Share of exact views that may lack joints too."""

MASKED = 0.18
"""Share of training views that are masked as a whole: the unconditional prior learns from these."""

_LEGS = [i for i, name in enumerate(JOINTS) if name.endswith(("hip", "knee", "ankle"))]
_SHANKS = [i for i, name in enumerate(JOINTS) if name.endswith(("knee", "ankle"))]
_LEFT, _RIGHT = ([i for i, name in enumerate(JOINTS) if name.startswith(side)] for side in ("left", "right"))
_ARMS = [i for i, name in enumerate(JOINTS) if name.endswith(("shoulder", "elbow", "wrist"))]
_TRUNK = [JOINTS.index(name) for name in ("spine", "thorax", "nose", "head_top")]
_PELVIS, _SPINE, _THORAX, _NOSE, _HEAD_TOP = 0, *_TRUNK
_HIPS, _SHOULDERS = ([i for i, name in enumerate(JOINTS) if name.endswith(part)] for part in ("hip", "shoulder"))


def draw_scene(poses: Tensor, generator: Generator, rotation: bool = True) -> Scene:
    """Put upright poses `[batch, 17, 3]` before random cameras; without `rotation` they stay turned as they are."""
    draw = Draw(len(poses), generator)
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
    """Rotations `[batch, 3, 3]` of upright people and of the vertical, from a level camera's frame to a random camera's.

    They are the same (yaw, then pitch, then roll), but for people who lie, fall or hang.
    """
    draw = Draw(batch, generator)
    level = draw.chance(LEVEL_CAMERAS)
    mean, spread = LEVEL_PITCH_DEGREES
    pitch = torch.where(level, mean + spread * draw.normal(), draw.uniform(*PITCH_DEGREES))
    roll = torch.where(level, LEVEL_ROLL_DEGREES * draw.normal(), draw.uniform(-ROLL_DEGREES, ROLL_DEGREES))
    camera = camera_rotation(draw.uniform(0, 2 * math.pi), torch.deg2rad(pitch), torch.deg2rad(roll))
    anything = roma.unitquat_to_rotmat(normalize(draw.normal(4), dim=-1))
    chance = draw.uniform(0, 1)[:, None, None]
    person = torch.where(chance < ANY_ORIENTATION, anything, camera)
    return person, torch.where(chance < LYING * ANY_ORIENTATION, camera, person)


def exact_view(scene: Scene) -> View:
    """Every ray as it is, fully trusted."""
    points = scene.poses + scene.places[:, None]
    return View(normalize(points, dim=-1), torch.ones_like(points[..., 0]))


def detected_view(scene: Scene, generator: Generator, exact: float = 0.0, faults: bool = True) -> View:
    """What detectors make of a scene, `exact` being the share of views without noise.

    Without `faults` there is nothing but noise and confidences: whole people, no outliers, no swaps, every joint known.
    """
    points = scene.poses + scene.places[:, None]
    draw = Draw(len(points), generator)
    size = (ADULT / scene.places[:, 2])[:, None]
    true = points[..., :2] / points[..., 2:].clamp(min=NEAREST / 4)
    noisy = ~draw.chance(exact)
    complete = ~noisy & ~draw.chance(INCOMPLETE_EXACT)

    error = _errors(draw, size, faults) * noisy[:, None, None]
    confidence = _confidences(draw, error.norm(dim=-1) / size)
    confidence = torch.where(noisy[:, None], confidence, 1.0)
    plane = true + error
    if faults:
        plane = _swapped(plane, draw, noisy)
        outside = (plane.abs() > scene.border[:, None]).any(-1) & noisy[:, None]
        plane = torch.where(outside[..., None], plane.clamp(-scene.border[:, None], scene.border[:, None]), plane)
        lost = (outside & draw.chance(OUTSIDE_MISSING, 17)) | _missing(draw)
        confidence = confidence.masked_fill(lost & ~complete[:, None], 0)
        other = draw.chance(OTHER_JOINTS) & ~complete
        plane, confidence = _with_joints_of_coco(plane, confidence, other, draw, size)
    rays = normalize(torch.cat([plane, torch.ones_like(plane[..., :1])], dim=-1), dim=-1)
    return View(rays, confidence)


def training_view(scene: Scene, generator: Generator) -> View:
    """The mixture that a network is trained on: exact, detector-like and masked views, of some of which more is known."""
    view = detected_view(scene, generator, EXACT)
    masked = Draw(len(scene.poses), generator).chance(MASKED)[:, None]
    up, bones = known_vertical(scene, generator), known_bones(scene, generator)
    return View(view.rays, view.confidence.masked_fill(masked, 0), up.masked_fill(masked, 0), bones.masked_fill(masked, 0))


def _errors(draw: Draw, size: Tensor, faults: bool) -> Tensor:
    """Displacements `[batch, 17, 2]` (tangent) of the keypoints of people of `size [batch, 1]` in the image."""
    factors = [next((f for part, f in JOINT_NOISE.items() if name.endswith(part)), 1.0) for name in JOINTS]
    level = draw.log_uniform(*NOISE)[:, None] * size
    spread = (level.square() + LEAST_NOISE**2).sqrt() * torch.tensor(factors, device=size.device)
    habit = draw.normal(17, 2)
    habit = torch.cat([habit, habit * habit.new_tensor([-1.0, 1.0])], dim=1)  # mirrored for the other side
    habit = habit[:, [i if i <= MIRROR[i] else 17 + MIRROR[i] for i in range(17)]]
    unit = SHARED_NOISE**0.5 * habit + (1 - SHARED_NOISE) ** 0.5 * draw.normal(17, 2)
    stray = draw.chance(OUTLIERS if faults else 0, 17) * OUTLIER_NOISE * size
    return spread[..., None] * unit + stray[..., None] * draw.normal(17, 2)


def _confidences(draw: Draw, error: Tensor) -> Tensor:
    """Confidences `[batch, 17]` of keypoints whose errors are `error [batch, 17]` heights of the person."""
    honesty = draw.uniform(0, 1)[:, None]
    told = honesty * torch.exp(-0.5 * error / DOUBT) + (1 - honesty) * draw.uniform(0.3, 1, 17)
    kind = draw.uniform(0, 1)[:, None]
    sure = kind < NO_CONFIDENCE + OVERCONFIDENT
    told = torch.where(sure, draw.uniform(0.9, 0.99, 17), told.clamp(0.02, 0.99))
    return torch.where(kind < NO_CONFIDENCE, 1.0, told)


def _swapped(plane: Tensor, draw: Draw, noisy: Tensor) -> Tensor:
    """Keypoints `[batch, 17, 2]` of which some have left and right exchanged."""
    for chance, joints in ((LIMB_SWAPS, _ARMS), (LIMB_SWAPS, _LEGS), (BODY_SWAPS, range(17))):
        order = list(range(17))
        for joint in joints:
            order[joint] = MIRROR[joint]
        plane = torch.where((draw.chance(chance) & noisy)[:, None, None], plane[:, order], plane)
    return plane


def _missing(draw: Draw) -> Tensor:
    """Which joints are not found `[batch, 17]`: none, where fewer than four limb joints would be left."""
    missing = draw.chance(MISSING, 17)
    part = draw.uniform(0, 1)
    first = 0.0
    for (_, share), joints in zip(
        MISSING_HALVES.items(), (_LEGS, _SHANKS, _LEFT, _RIGHT, [_PELVIS, *_TRUNK, *_ARMS]), strict=True
    ):
        which = torch.zeros(17, dtype=torch.bool, device=part.device)
        which[joints] = True
        missing = missing | (((part >= first) & (part < first + share))[:, None] & which)
        first += share
    left = (~missing[:, _LEGS + _ARMS]).sum(1, keepdim=True)
    return missing & (left >= 4)


def _with_joints_of_coco(
    plane: Tensor, confidence: Tensor, which: Tensor, draw: Draw, size: Tensor
) -> tuple[Tensor, Tensor]:
    """Views `which [batch]` as by a skeleton with limbs, a nose, and perhaps the head's top."""
    other, trust = plane.clone(), confidence.clone()
    for joint, parts in ((_PELVIS, _HIPS), (_THORAX, _SHOULDERS)):
        other[:, joint] = plane[:, parts].mean(1)
        trust[:, joint] = confidence[:, parts].amin(1)
    other[:, _NOSE] += NOSE_OFFSET * size * draw.normal(2)
    trust[:, _NOSE] *= NOSE_TRUST
    trust[:, _SPINE] = 0
    trust[:, _HEAD_TOP] *= draw.chance(HEAD_TOPS)
    return torch.where(which[:, None, None], other, plane), torch.where(which[:, None], trust, confidence)
