"""The stated uncertainty against the errors that were measured, by joint and by the noise of the keypoints.

The factors are RMS error over RMS spread on `validation-video`, with the bodies of the recordings and with
other ones, rounded. A prior that states its spread needs no more than one for each situation. The spread of
draws and probes leaves out what the prior does not know: definitions of joints, lasting errors of a detector;
at the hips such a prior is more certain than its spread says.
"""

import torch
from torch import Tensor

from zedo_cli.skeletons import JOINTS

EXACT = {"hip": 0.42, "spine": 0.7, "knee": 1.1, "nose": 1.05, "wrist": 1.45, "elbow": 1.25}
"""Factors for exact keypoints; others `EXACT_OTHERS`."""

EXACT_OTHERS = 1.15

NOISY = {"hip": 0.95, "spine": 1.15, "knee": 1.2, "ankle": 1.15, "nose": 1.2}
"""Factors for keypoints with the noise of a detector; others `NOISY_OTHERS`."""

NOISY_OTHERS = 1.35

DETECTOR = 0.034
"""Noise (heights of the person) at which the second factors hold."""

STATED = 0.92
"""Factor on a spread that the prior states: 0.85 for the bodies of the recordings, 1.0 for other ones."""

STATED_EXACT, STATED_NOISY = 1.3, 1.13
"""The same where bones are known, which are less certain than in training: exact keypoints, a detector's."""


def calibrated(uncertainty: Tensor, noise: Tensor) -> Tensor:
    """The spread of draws or probes `[B, J]` m as errors confirm it.

    noise: of the keypoints, in heights `[B, J]`; infinite for missing ones. A person's is the mean over the
    keypoints that are seen.
    """
    exact, noisy = (uncertainty.new_tensor(part) for part in (_EXACT, _NOISY))
    return uncertainty * (exact + how_noisy(noise)[:, None] * (noisy - exact))


def calibrated_statement(uncertainty: Tensor, noise: Tensor, bones: Tensor | None) -> Tensor:
    """The spread that the prior states `[B, J]` m as errors confirm it.

    noise: as above. bones: `[B, 10]` as the prior knows them, zeros where unknown.
    """
    factor = torch.full_like(uncertainty[:, :1], STATED)
    if bones is not None:
        known = STATED_EXACT + how_noisy(noise) * (STATED_NOISY - STATED_EXACT)
        factor = torch.where((bones > 0).all(-1, keepdim=True), known[:, None], factor)
    return uncertainty * factor


def how_noisy(noise: Tensor) -> Tensor:
    """0 for exact keypoints to 1 for those of a detector, from their noise `[B, J]` in heights. `[B]`."""
    seen = torch.isfinite(noise)
    mean = torch.where(seen, noise, 0.0).sum(-1) / seen.sum(-1).clamp(min=1)
    return (mean / DETECTOR).clamp(0, 1)


def _by_joint(factors: dict[str, float], others: float) -> list[float]:
    return [next((f for end, f in factors.items() if name.endswith(end)), others) for name in JOINTS]


_EXACT, _NOISY = _by_joint(EXACT, EXACT_OTHERS), _by_joint(NOISY, NOISY_OTHERS)
