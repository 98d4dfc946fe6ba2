"""Left and right exchanged for some frames of a clip: found by how keypoints jump."""

import torch
from torch import Tensor

from zedo_cli.skeletons import JOINTS, LIMBS, MIRROR

PARTS = {"stem": ("hip", "shoulder"), "arms": ("elbow", "wrist"), "legs": ("knee", "ankle")}
"""Joints that are exchanged together, by the ends of their names."""

STATES = ((), ("arms",), ("legs",), ("arms", "legs"), ("stem", "arms", "legs"))
"""Parts that may be exchanged in a frame: none, one pair of limbs or both, the whole body."""

LEAST_JUMP = 0.03
"""A way from frame to frame that is nothing unusual, in sizes of the person in the image."""

FAST = 0.9
"""Quantile of the ways of a clip's limbs that is nothing unusual there, if that is more: where people move as far between
frames as their sides are apart, nothing is found."""

FASTEST = 0.1
"""Where that is more than this, the frames are too far apart to look."""

LARGEST_JUMP = 0.3
"""A joint that jumps farther counts as this: it may be a stray."""

SWITCH = 12.0
"""Cost of a switch, in units of twice a log-likelihood: detectors exchange sides in few frames of a hundred."""

STAY = 0.05
"""Cost of each exchanged frame: where it is even, what is seldom is wrong."""

LONGEST_GAP = 5
"""Frames without the person after which what was before tells nothing."""


def find_switches(keypoints: Tensor, confidence: Tensor, frame: Tensor) -> Tensor:
    """Which of `PARTS` are exchanged in each frame of one person's clip, `[T, 3]`.

    The cost of neighbouring frames is the sum over the joints of their squared ways over a usual jump, from the side that
    the states of both frames say. The cheapest sequence of `STATES` is found by Viterbi's algorithm.

    keypoints `[T, J, 2]` px, confidence `[T, J]`, frame `[T]`, rising.
    """
    seen = confidence > 0
    low = torch.where(seen[..., None], keypoints, torch.inf).amin(1)
    high = torch.where(seen[..., None], keypoints, -torch.inf).amax(1)
    size = (high - low).norm(dim=-1).median().clamp(min=1)
    gap = frame.diff()
    ways = torch.zeros(len(gap), len(PARTS), 2)
    jump = LEAST_JUMP
    pair = seen & seen[:, list(MIRROR)]
    both = pair[1:] & pair[:-1]  # a side that is not seen would favour the exchange
    for exchanged in (0, 1):
        now = [MIRROR[joint] if exchanged else joint for joint in range(len(JOINTS))]
        way = (keypoints[1:, now] - keypoints[:-1]).norm(dim=-1) / (size * gap.clamp(min=1)[:, None])
        if not exchanged and both[:, LIMBS].any():
            jump = max(LEAST_JUMP, way[:, LIMBS][both[:, LIMBS]].quantile(FAST).item())
        cost = (way.clamp(max=LARGEST_JUMP) / jump).square() * both
        for part, ends in enumerate(PARTS.values()):
            ways[:, part, exchanged] = cost[:, [joint for joint, name in enumerate(JOINTS) if name.endswith(ends)]].sum(1)
    if jump > FASTEST:
        return torch.zeros(len(frame), len(PARTS), dtype=torch.bool)
    ways[gap > LONGEST_GAP] = 0

    parts = torch.tensor([[part in state for part in PARTS] for state in STATES])
    differ = (parts[:, None] != parts).long()
    costs = ways[:, torch.arange(len(PARTS)), differ].sum(-1) + SWITCH * differ.any(-1)
    return parts[_cheapest(costs + STAY * parts.any(-1))]


def exchange_parts(values: Tensor, parts: Tensor) -> Tensor:
    """`values [T, J, ...]` of keypoints with the parts `[T, 3]` exchanged."""
    for part, ends in enumerate(PARTS.values()):
        order = [MIRROR[joint] if name.endswith(ends) else joint for joint, name in enumerate(JOINTS)]
        values = torch.where(parts[:, part].view(-1, *[1] * (values.dim() - 1)), values[:, order], values)
    return values


def _cheapest(costs: Tensor) -> Tensor:
    """Viterbi: the states `[T]` of least cost, among equals the first; costs `[T - 1, states before, states after]`."""
    best = torch.arange(costs.shape[1]) * 1e-6
    came_from = []
    for cost in costs:
        best, before = (best[:, None] + cost).min(0)
        came_from.append(before)
    states = [int(best.argmin())]
    for before in reversed(came_from):
        states.append(int(before[states[-1]]))
    return torch.tensor(states[::-1])
