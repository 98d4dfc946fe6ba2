"""Whole bodies with left and right exchanged for a while: a person who seems to turn round in a moment.

Where a detector exchanges the sides of a body whose hips nearly coincide, no keypoint jumps. But the person
that the view suggests turns by 180 degrees between two frames, and fits the rays less well than with the
sides exchanged. The cheapest sequence of both readings is found over the track (Viterbi 1967). An exchange
must end within the track: detectors err so for a second, people turn round for longer.
"""

import torch
from torch import Tensor

from zedo_cli.pipeline.left_right import cheapest_path

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


def misfit(away: Tensor, noise: Tensor) -> Tensor:
    """The sum of the squared misfits `[B]` of the pose that a view suggests.

    away: distances of its joints from the rays `[B, J]` m. noise: of the keypoints (m) `[B, J]`.
    """
    squared = (away.square() / (TYPICAL**2 + noise.square())).clamp(max=CLIP)
    return torch.where(torch.isfinite(noise), squared, 0.0).sum(1)


def exchanged(poses: Tensor, misfits: Tensor) -> Tensor:
    """Which frames of a track have their sides exchanged `[T]`.

    Args:
        poses: `[2, T, J, 3]` m, root-relative, as the keypoints are and with all sides exchanged.
        misfits: `[2, T]` of both.
    """
    cost = misfits.double() + torch.tensor([[0.0], [EXCHANGED_COST]], dtype=torch.float64)
    moved = (poses[None, :, 1:] - poses[:, None, :-1]).norm(dim=-1).mean(-1).double()
    steps = (moved / USUAL_STEP).square().clamp(max=LARGEST_STEP_COST)
    smooth = ~jumps(poses[0])
    steps[0, 1] = steps[0, 1].masked_fill(smooth, torch.inf)
    steps[1, 0] = steps[1, 0].masked_fill(smooth, torch.inf)
    arriving = (steps + cost[None, :, 1:]).permute(2, 1, 0)  # [T - 1, state after, state before]
    arriving[-1, 1] = torch.inf  # it ends as it is, and begins so: a turn that stays is the person's
    begin = [float(cost[0, 0]), float("inf")]
    return torch.tensor(cheapest_path(begin, arriving.tolist()), dtype=torch.bool)


def jumps(poses: Tensor) -> Tensor:
    """Between which frames of a track the sides may change `[T - 1]`: where the body jumps.

    poses: `[T, J, 3]` m, root-relative, as the keypoints are.
    """
    moved = poses.diff(dim=0).norm(dim=-1).mean(-1).double()
    return moved >= max(JUMP, UNUSUAL * float(moved.median()))
