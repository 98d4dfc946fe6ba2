"""Arms exchanged by the detector: found by what the prior makes of the view with them exchanged back."""

import torch
from torch import Tensor

from zedo_cli.pipeline.denoise import Denoiser
from zedo_cli.pipeline.rays import View, distance_from_rays
from zedo_cli.pipeline.start import view_mean
from zedo_cli.pipeline.translation import solve_translation, translation_weights
from zedo_cli.skeletons import JOINTS, MIRROR

ENDS = ("elbow", "wrist")
"""Joints of the arms that are on the wrong side where detectors exchange arms. Exchanged legs look like legs: an exchange
cannot be told in a single image, on validation people as many were found wrongly as rightly."""

TYPICAL_MISFIT = 0.035
"""Distance (m) at which a seen ray passes the joint of a pose that fits: noise of detectors and the network's own error."""

LARGEST_MISFIT = 4.0
"""In units of that; a ray that misses by more counts as this: it may be wrong for another reason."""

EVIDENCE = 14.0
"""Gain in twice the log-likelihood at which an exchange is believed, against its rarity of about 1 in 100."""

GOOD_FIT = 1.4
"""Mean squared misfit of the seen joints that the person with exchanged arms must reach, in units of the typical one's
square: where nothing fits, something else is wrong. Of 47 exchanges on validation people 26 were found, with one wrong
one among 1500 people."""


def find_swapped_arms(denoise: Denoiser, view: View, view_noise: float, noise: Tensor) -> Tensor:
    """Whether left and right arm are exchanged in the keypoints `[B]`.

    The person is also lifted from the view with elbows and wrists exchanged; where the rays then agree with a person much
    better than before, they were exchanged. view `[B, 1, J, ...]`, noise of the keypoints (m) `[B, 1, J]`.
    """

    def misfit(view: View, noise: Tensor) -> Tensor:
        pose = view_mean(denoise, view, view_noise)
        translation = solve_translation(pose, view.rays, translation_weights(noise))
        distance = distance_from_rays(pose + translation, view.rays) / TYPICAL_MISFIT
        return ((view.confidence > 0) * distance.clamp(max=LARGEST_MISFIT).square()).sum((1, 2))

    exchanged = view._replace(rays=view.rays[..., _ORDER, :], confidence=view.confidence[..., _ORDER])
    before, after = misfit(view, noise), misfit(exchanged, noise[..., _ORDER])
    return (before - after > EVIDENCE) & (after < GOOD_FIT * (view.confidence > 0).sum((1, 2)))


def exchange_arms(values: Tensor, which: Tensor) -> Tensor:
    """`values [B, J, ...]` of keypoints with the arms of the rows `which [B]` exchanged."""
    return torch.where(which.view(-1, *[1] * (values.dim() - 1)), values[:, _ORDER], values)


_ORDER = [MIRROR[i] if name.endswith(ENDS) else i for i, name in enumerate(JOINTS)]
