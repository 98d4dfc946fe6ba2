"""Keypoints that contradict the person: a single wrong keypoint must not move anybody.

Where a ray passes far from the pose that all keypoints together suggest, the person is estimated once more
without each of the joints. If the others agree much better without one, and it lies far from where they
expect it, it is left out.
"""

import torch
from torch import Tensor

from zedo_cli.pipeline.denoiser import Denoiser
from zedo_cli.pipeline.start_view import view_fit
from zedo_cli.pipeline.view import View

SUSPICIOUS = 0.12
"""Distance (m), beyond half of its noise, of a ray from the pose, from which a person is looked at."""

TYPICAL = 0.04
"""Distance (m) at which a right ray passes a pose from the others, besides its noise."""

FAR = 0.25
"""Distance (m), beyond 1.5 times its noise, at which a keypoint lies from where the others expect it."""

EVIDENCE = 0.025
"""Gain (m^2) in the squared misfits of the others times the variance of the keypoint, from which it is left
out: a keypoint that says little is given up easily. Chosen on `validation`: with 500 px put on any joint of
full confidence the root moves by about 0.1 m; of 500 people with detections one keypoint is left out."""

CLIP = 9.0
MOST = 3
"""Largest number of keypoints that are left out of a person."""

FEWEST = 6
"""Keypoints that must be left."""

CANDIDATES = 8
"""Keypoints of a person that are tried: those that pass the pose farthest for their noise. With 500 px put on
any joint of `validation`, the one that contradicts most of all 17 is among them in 994 to 999 of 1000."""

TRIED = 0.06
"""Distance (m) of a ray from the pose from which its keypoint is tried: a wrong keypoint pulls the pose, but
not all the way. On `validation` this saves three of five trials with detections, and misses 2 of 500
keypoints that are off by 500 px."""


def contradicting(denoise: Denoiser, view: View, noise: Tensor, away: Tensor, sigma: float) -> Tensor:
    """Which keypoints contradict the others `[B, J]`.

    Args:
        denoise: the prior.
        view: of B rows, `[B, 1, J, ...]`.
        noise: of the keypoints (m) `[B, 1, J]`; infinite for missing ones.
        away: distances (m) `[B, J]` of the rays from the pose that the view suggests (`view_fit`).
        sigma: noise level (m) at which the view alone decides.
    """
    out = torch.zeros_like(view.confidence[:, 0], dtype=torch.bool)
    rows = torch.arange(len(out), device=out.device)
    for attempt in range(MOST):
        left = view.rows(rows)
        left = left._replace(confidence=left.confidence.masked_fill(out[rows][:, None], 0))
        own = noise[rows].masked_fill(out[rows][:, None], torch.inf)
        if attempt:
            away = view_fit(denoise, left, own, sigma).away[:, 0]
        odd = suspicious(away, own[:, 0])
        if not odd.any():
            break
        rows, away, own = rows[odd], away[odd], own[odd]
        seen = torch.isfinite(own[:, 0])
        left = left.rows(odd)
        found = _worst(denoise, left, own, away, seen, sigma)
        chosen = found >= 0
        rows, found = rows[chosen], found[chosen]
        if not len(rows):
            break
        out[rows, found] = True
    return out


def suspicious(away: Tensor, noise: Tensor) -> Tensor:
    """Who has a keypoint that may contradict the others, and enough of them `[B]`; away, noise: `[B, J]`
    m."""
    seen = torch.isfinite(noise)
    return ((away > SUSPICIOUS + 0.5 * noise) & seen).any(1) & (seen.sum(1) > FEWEST)


def _worst(denoise: Denoiser, view: View, noise: Tensor, away: Tensor, seen: Tensor, sigma: float) -> Tensor:
    """The joint of each row that contradicts most, -1 for none. `[B]`."""
    own = noise[:, 0]
    misfit, variance = _misfit(away, own), TYPICAL**2 + own.square()
    before = misfit.sum(1, keepdim=True) - misfit  # of the others, who cannot gain more
    worth = torch.zeros_like(seen)
    worth.scatter_(1, _misfit(away, own, clip=torch.inf).topk(CANDIDATES, 1).indices, True)
    worth &= seen & (before * variance > EVIDENCE) & (away > TRIED)
    row, joint = worth.nonzero(as_tuple=True)
    if not len(row):
        return row.new_full((len(own),), -1)
    without = torch.arange(own.shape[1], device=own.device) != joint[:, None]
    each = view.rows(row)
    each = each._replace(confidence=each.confidence * without[:, None])
    far = view_fit(denoise, each, noise[row].masked_fill(~without[:, None], torch.inf), sigma).away[:, 0]
    gain = before[row, joint] - (_misfit(far, own[row]) * without).sum(1)
    off = far.gather(1, joint[:, None]).squeeze(1)
    allowed = (off > FAR + 1.5 * own[row, joint]) & (gain * variance[row, joint] > EVIDENCE)
    gains = torch.full_like(own, -torch.inf)
    gains[row, joint] = gain.masked_fill(~allowed, -torch.inf)
    best, found = gains.max(1)
    return torch.where(torch.isfinite(best), found, -1)


def _misfit(away: Tensor, noise: Tensor, clip: float = CLIP) -> Tensor:
    """Squared distances in units of what is typical, at most `clip`; zero for missing keypoints."""
    misfit = (away / (TYPICAL**2 + noise.square()).sqrt()).square().clamp(max=clip)
    return torch.where(torch.isfinite(noise), misfit, 0.0)
