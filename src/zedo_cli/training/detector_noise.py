"""A model of detectors: what a detector would report of a scene, for training.

Rays are noisy, swapped, cut off at the border, without the joints that a detector does not know, with
confidences that tell a part of the truth. Everything is drawn on the device of the generator. Angles are
tangents, a length over a distance.
"""

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

from zedo_cli.joint_sets import NOSE_TRUST
from zedo_cli.pipeline.view import View
from zedo_cli.pipeline.weights import noise_trust
from zedo_cli.skeletons import ADULT, INDEX, JOINTS, MIRROR, joints_ending, swap_order
from zedo_cli.training.random_batch import RandomBatch
from zedo_cli.training.scene import Scene, known_bones, known_vertical
from zedo_cli.training.virtual_cameras import NEAREST

EXACT = 0.35
"""Share of views with exact keypoints and full confidence: ground truth, marker-based or very good
detectors."""

NOISE = (0.002, 0.025)
"""Keypoint noise at the trunk, in heights of the person in the image: 1 to 14 px of a person of 560 px. The
best that is published, fine-tuned on its own data set, to a model applied to hard images without
fine-tuning."""

LEAST_NOISE = 0.0008
"""Noise (tangent) of the pixel grid: heat maps of 64-100 cells over a person leave no less than a pixel or
two of 1000."""

JOINT_NOISE = {
    "hip": 1.3,
    "knee": 1.1,
    "ankle": 1.5,
    "shoulder": 1.0,
    "elbow": 1.2,
    "wrist": 1.6,
    "head_top": 1.2,
}
"""Factors on the noise: joints far from the trunk move more and are hidden more often; hips are covered by
clothes. Others 1."""

SHARED_NOISE = 0.5
"""Part of the variance that is the detector's own definition of a joint, mirrored between left and right."""

OUTLIERS = 0.03
"""Share of keypoints on something else: on the other hand, on a chair."""

OUTLIER_NOISE = 0.12
"""Spread of outliers, in heights of the person in the image."""

LIMB_SWAPS = 0.03
"""Share of views with left and right arms swapped, and the same share for the legs."""

BODY_SWAPS = 0.02
"""Share of views with left and right of the whole body swapped: people seen from behind."""

MISSING = 0.04
"""Share of joints that are not detected."""

OUTSIDE_MISSING = 0.7
"""Share of joints beyond the border of the image that are not detected; the others are reported on the
border."""

MISSING_HALVES = {"legs": 0.06, "knees and ankles": 0.04, "left": 0.01, "right": 0.01, "trunk and arms": 0.01}
"""Shares of views that lack a part: half-length shots, tables, walls, a person behind another."""

OTHER_JOINTS = 0.5
"""Share of noisy views with the joints of COCO: no spine, a nose instead of joint 9, pelvis and thorax as
means."""

HEAD_TOPS = 0.3
"""Share of those that know the head's top."""

NOSE_OFFSET = 0.05
"""Spread of a nose about joint 9, in heights of the person in the image."""

NO_CONFIDENCE, OVERCONFIDENT = 0.08, 0.25
"""Shares of noisy views with a confidence of 1 everywhere, and with a high confidence everywhere."""

CONFIDENCE_SCALE = 0.03
"""Error, in heights of the person in the image, at which a calibrated confidence has fallen to 0.6."""

STATED = 0.5
"""Share of noisy training views whose confidences stand for the noise that their keypoints have, as
`pipeline/weights.py` reads them; the others have the confidences of a detector."""

UNEVEN_NOISE, GUESSED, GUESSED_NOISE = 0.35, 0.06, (2.0, 10.0)
"""Of views with stated noise: log-spread of the noise between keypoints, share of keypoints that are guessed,
and the range of the factor on their noise."""

COARSER = (0.8, 2.0)
"""Factor on the noise of such views: detectors that are applied to hard images, and know it."""

STATED_ERROR, STATED_JOINT_ERROR = 0.35, 0.2
"""Log-spread of the error of a stated noise, of a view and of each of its keypoints."""

ONE_NOISE = 0.35
"""Share of these views of which only one noise is known, the same for all keypoints."""

INCOMPLETE_EXACT = 0.3
"""Share of exact views that may lack joints too."""

MASKED = 0.18
"""Share of training views that are masked as a whole, from which the unconditional prior learns."""

_LEGS, _SHINS = joints_ending("hip", "knee", "ankle"), joints_ending("knee", "ankle")
_ARMS = joints_ending("shoulder", "elbow", "wrist")
_LEFT, _RIGHT = ([i for i, name in enumerate(JOINTS) if name.startswith(side)] for side in ("left", "right"))
_TRUNK = [INDEX[name] for name in ("pelvis", "spine", "thorax", "nose", "head_top")]


def detected_view(
    scene: Scene, generator: Generator, exact: float = 0.0, faults: bool = True, stated: float = 0.0
) -> View:
    """A detector's view of a scene. `exact` is the share of views without noise, `stated` that of noisy views
    with stated noise.

    Without `faults` there is only noise and confidence: whole people, no outliers, no swaps, every joint
    known.
    """
    points = scene.poses + scene.places[:, None]
    draw = RandomBatch(len(points), generator)
    size = (ADULT / scene.places[:, 2])[:, None]
    true = points[..., :2] / points[..., 2:].clamp(min=NEAREST / 4)
    noisy = ~draw.chance(exact)
    complete = ~noisy & ~draw.chance(INCOMPLETE_EXACT)

    error, noise = _errors(draw, size, faults)
    confidence = _confidences(draw, error.norm(dim=-1) / size)
    if stated:
        which = draw.chance(stated)[:, None]
        factor, trust = _stated(draw, noise / size)
        error = torch.where(which[..., None], factor[..., None] * error, error)
        confidence = torch.where(which, trust, confidence)
    error = error * noisy[:, None, None]
    confidence = torch.where(noisy[:, None], confidence, 1.0)
    plane = true + error
    if faults:
        plane = _swapped(plane, draw, noisy)
        outside = (plane.abs() > scene.border[:, None]).any(-1) & noisy[:, None]
        plane = torch.where(
            outside[..., None], plane.clamp(-scene.border[:, None], scene.border[:, None]), plane
        )
        lost = (outside & draw.chance(OUTSIDE_MISSING, 17)) | _missing(draw)
        confidence = confidence.masked_fill(lost & ~complete[:, None], 0)
        other = draw.chance(OTHER_JOINTS) & ~complete
        plane, confidence = _with_joints_of_coco(plane, confidence, other, draw, size)
    rays = normalize(torch.cat([plane, torch.ones_like(plane[..., :1])], dim=-1), dim=-1)
    return View(rays, confidence)


def training_view(scene: Scene, generator: Generator) -> View:
    """The mixture for training: exact, detector-like and masked views, for some of which vertical or bones
    are known."""
    view = detected_view(scene, generator, EXACT, stated=STATED)
    masked = RandomBatch(len(scene.poses), generator).chance(MASKED)[:, None]
    up, bones = known_vertical(scene, generator), known_bones(scene, generator)
    return View(
        view.rays,
        view.confidence.masked_fill(masked, 0),
        up.masked_fill(masked, 0),
        bones.masked_fill(masked, 0),
    )


def _errors(draw: RandomBatch, size: Tensor, faults: bool) -> tuple[Tensor, Tensor]:
    """Displacements `[batch, 17, 2]` (tangent) of the keypoints of people of `size [batch, 1]` in the image,
    and their standard deviation without outliers `[batch, 17]`."""
    factors = [next((f for part, f in JOINT_NOISE.items() if name.endswith(part)), 1.0) for name in JOINTS]
    level = draw.log_uniform(*NOISE)[:, None] * size
    spread = (level.square() + LEAST_NOISE**2).sqrt() * torch.tensor(factors, device=size.device)
    shared = draw.normal(17, 2)
    shared = torch.cat(
        [shared, shared * shared.new_tensor([-1.0, 1.0])], dim=1
    )  # mirrored for the other side
    shared = shared[:, [i if i <= MIRROR[i] else 17 + MIRROR[i] for i in range(17)]]
    unit = SHARED_NOISE**0.5 * shared + (1 - SHARED_NOISE) ** 0.5 * draw.normal(17, 2)
    outlier = draw.chance(OUTLIERS if faults else 0, 17) * OUTLIER_NOISE * size
    return spread[..., None] * unit + outlier[..., None] * draw.normal(17, 2), spread


def _stated(draw: RandomBatch, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Factors `[batch, 17]` on the errors of keypoints of `noise [batch, 17]` (heights), which make them
    uneven, and confidences `[batch, 17]` that stand for the noise of a coordinate that follows, known with
    an error."""
    factor = draw.log_uniform(*COARSER)[:, None] * (UNEVEN_NOISE * draw.normal(17)).exp()
    guessed = draw.uniform(0, 1, 17)
    low, high = GUESSED_NOISE
    factor = factor * torch.where(guessed < GUESSED, low * (high / low) ** (guessed / GUESSED), 1.0)
    noise = noise * factor
    together = noise.square().mean(1, keepdim=True).sqrt()
    known = torch.where(draw.chance(ONE_NOISE)[:, None], together, noise)
    error = STATED_ERROR * draw.normal(1) + STATED_JOINT_ERROR * draw.normal(17)
    return factor, noise_trust(known * error.exp()).clamp(0.02, 0.99)


def _confidences(draw: RandomBatch, error: Tensor) -> Tensor:
    """Confidences `[batch, 17]` of keypoints whose errors are `error [batch, 17]` heights of the person."""
    calibrated = draw.uniform(0, 1)[:, None]
    confidence = calibrated * torch.exp(-0.5 * error / CONFIDENCE_SCALE) + (1 - calibrated) * draw.uniform(
        0.3, 1, 17
    )
    kind = draw.uniform(0, 1)[:, None]
    sure = kind < NO_CONFIDENCE + OVERCONFIDENT
    confidence = torch.where(sure, draw.uniform(0.9, 0.99, 17), confidence.clamp(0.02, 0.99))
    return torch.where(kind < NO_CONFIDENCE, 1.0, confidence)


def _swapped(plane: Tensor, draw: RandomBatch, noisy: Tensor) -> Tensor:
    """Keypoints `[batch, 17, 2]`, some of them with left and right swapped."""
    arms, legs = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")
    for chance, ends in ((LIMB_SWAPS, arms), (LIMB_SWAPS, legs), (BODY_SWAPS, ("",))):
        which = (draw.chance(chance) & noisy)[:, None, None]
        plane = torch.where(which, plane[:, swap_order(*ends)], plane)
    return plane


def _missing(draw: RandomBatch) -> Tensor:
    """Which joints are not detected `[batch, 17]`: none where fewer than four limb joints would be left."""
    missing = draw.chance(MISSING, 17)
    part = draw.uniform(0, 1)
    first = 0.0
    for (_, share), joints in zip(
        MISSING_HALVES.items(), (_LEGS, _SHINS, _LEFT, _RIGHT, [*_TRUNK, *_ARMS]), strict=True
    ):
        which = torch.zeros(17, dtype=torch.bool, device=part.device)
        which[joints] = True
        missing = missing | (((part >= first) & (part < first + share))[:, None] & which)
        first += share
    left = (~missing[:, _LEGS + _ARMS]).sum(1, keepdim=True)
    return missing & (left >= 4)


def _with_joints_of_coco(
    plane: Tensor, confidence: Tensor, which: Tensor, draw: RandomBatch, size: Tensor
) -> tuple[Tensor, Tensor]:
    """Views `which [batch]` as from a skeleton with limbs, a nose, and perhaps the top of the head."""
    other, trust = plane.clone(), confidence.clone()
    for joint, end in (("pelvis", "hip"), ("thorax", "shoulder")):
        other[:, INDEX[joint]] = plane[:, joints_ending(end)].mean(1)
        trust[:, INDEX[joint]] = confidence[:, joints_ending(end)].amin(1)
    other[:, INDEX["nose"]] += NOSE_OFFSET * size * draw.normal(2)
    trust[:, INDEX["nose"]] *= NOSE_TRUST
    trust[:, INDEX["spine"]] = 0
    trust[:, INDEX["head_top"]] *= draw.chance(HEAD_TOPS)
    return torch.where(which[:, None, None], other, plane), torch.where(which[:, None], trust, confidence)
