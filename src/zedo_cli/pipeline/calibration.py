"""The stated uncertainty against the errors that were measured, by joint and by the noise of the keypoints.

The spread of the posterior leaves out what the prior does not know: definitions of joints, lasting errors of
a detector. The factors are RMS error over RMS spread on `validation-video`, with the bodies of the recordings
and with other ones, rounded; at the hips the prior is more certain than its spread says.
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


def calibrated(uncertainty: Tensor, noise: Tensor) -> Tensor:
    """The uncertainty `[B, J]` m as errors confirm it.

    noise: of the keypoints, in heights `[B, J]`; infinite for missing ones. A person's is the mean over the
    keypoints that are seen.
    """
    exact, noisy = (uncertainty.new_tensor(part) for part in (_EXACT, _NOISY))
    return uncertainty * (exact + how_noisy(noise)[:, None] * (noisy - exact))


def how_noisy(noise: Tensor) -> Tensor:
    """0 for exact keypoints to 1 for those of a detector, from their noise `[B, J]` in heights. `[B]`."""
    seen = torch.isfinite(noise)
    mean = torch.where(seen, noise, 0.0).sum(-1) / seen.sum(-1).clamp(min=1)
    return (mean / DETECTOR).clamp(0, 1)


def _by_joint(factors: dict[str, float], others: float) -> list[float]:
    return [next((f for end, f in factors.items() if name.endswith(end)), others) for name in JOINTS]


_EXACT, _NOISY = _by_joint(EXACT, EXACT_OTHERS), _by_joint(NOISY, NOISY_OTHERS)
