"""Whole bodies with left and right exchanged for a while: a person who seems to turn round in a moment.

Where a detector exchanges the sides of a body whose hips nearly coincide, no keypoint jumps. But the person
that the view suggests turns by 180 degrees between two frames, and fits the rays less well than with the
sides exchanged. The cheapest sequence of both readings is found over the track (Viterbi 1967).
"""

import torch
from torch import Tensor

from zedo_cli.pipeline.denoiser import Denoiser
from zedo_cli.pipeline.observation import ObservedRays
from zedo_cli.pipeline.start_view import view_fit

TYPICAL = 0.035
"""Distance (m) at which a right ray passes the pose that the view suggests, besides its noise."""

CLIP = 16.0
"""Largest squared misfit of a ray, in units of the typical one."""

USUAL_STEP = 0.1
"""Mean movement of the joints (m) between frames that costs 1; the cost grows with its square."""

LARGEST_STEP_COST = 9.0

JUMP = 0.15
"""Mean movement of the joints (m) between two frames, as the keypoints are, at which sides may be exchanged
or return: a right turn is slower, and a wrong reading that nobody sees as a jump is left alone."""

UNUSUAL = 5.0
"""Times the median movement of the track that a jump must have: where frames are far apart in time, everybody
moves far between them."""

EXCHANGED_COST = 1.5
"""Cost of a frame whose sides are exchanged: detectors seldom err so."""


def readings(denoise: Denoiser, rays: ObservedRays, sigma: float) -> tuple[Tensor, Tensor]:
    """The pose that the view suggests `[B, J, 3]` m, and the sum of its squared misfits `[B]`.

    sigma: noise level (m) at which the view alone decides.
    """
    pose, away = view_fit(denoise, rays.view, rays.noise, sigma)
    noise = rays.noise[:, 0]
    misfit = (away[:, 0].square() / (TYPICAL**2 + noise.square())).clamp(max=CLIP)
    return pose[:, 0], torch.where(torch.isfinite(noise), misfit, 0.0).sum(1)


def exchanged(poses: Tensor, misfits: Tensor) -> Tensor:
    """Which frames of a track have their sides exchanged `[T]`.

    Args:
        poses: `[2, T, J, 3]` m, root-relative, as the keypoints are and with all sides exchanged.
        misfits: `[2, T]` of both.
    """
    count = poses.shape[1]
    cost = misfits.double() + torch.tensor([[0.0], [EXCHANGED_COST]], dtype=torch.float64)
    moved = (poses[None, :, 1:] - poses[:, None, :-1]).norm(dim=-1).mean(-1).double()
    steps = (moved / USUAL_STEP).square().clamp(max=LARGEST_STEP_COST)
    smooth = moved[0, 0] < max(JUMP, UNUSUAL * float(moved[0, 0].median()))
    steps[0, 1] = steps[0, 1].masked_fill(smooth, torch.inf)
    steps[1, 0] = steps[1, 0].masked_fill(smooth, torch.inf)
    total = cost[:, 0] + torch.tensor([0.0, torch.inf], dtype=torch.float64)  # it begins as it is
    back = torch.zeros(count, 2, dtype=torch.long)
    for frame in range(1, count):
        best, back[frame] = (total[:, None] + steps[:, :, frame - 1]).min(0)
        total = best + cost[:, frame]
    states = torch.zeros(count, dtype=torch.bool)
    state = int(total.argmin())
    for frame in range(count - 1, -1, -1):
        states[frame] = bool(state)
        state = int(back[frame, state])
    return states
