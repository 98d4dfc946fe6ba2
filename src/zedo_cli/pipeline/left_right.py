"""Left and right swapped by the detector: found in single images by the prior, and over a track by how
keypoints jump."""

import torch
from torch import Tensor

from zedo_cli.pipeline.observation import Observation
from zedo_cli.pipeline.view import constant
from zedo_cli.skeletons import LIMBS, MIRROR, joints_ending, swap_order

PARTS = {"trunk": ("hip", "shoulder"), "arms": ("elbow", "wrist"), "legs": ("knee", "ankle")}
"""Joints that are swapped together, by the ends of their names."""

ARMS = list(PARTS).index("arms")

_ARM_JOINTS = joints_ending("shoulder", "elbow", "wrist")

# ---- single images

TYPICAL_MISFIT = 0.035
"""Distance (m) at which a seen ray passes the joint of a pose that fits: the noise of detectors and the
network's error."""

LARGEST_MISFIT = 4.0
"""Misfits are clipped here, in units of the typical one: a ray that misses by more may be wrong for another
reason."""

EVIDENCE = 14.0
"""Gain in twice the log-likelihood from which a swap is accepted; about 1 person in 100 has one."""

GOOD_FIT = 1.4
"""Mean squared misfit, in units of the typical one's square, that the person must reach after the swap is
undone: where nothing fits, something else is wrong. Of 47 swaps on validation people 26 were found, with one
false one among 1500 people."""

# ---- tracks

STATES = ((), ("arms",), ("legs",), ("arms", "legs"), ("trunk", "arms", "legs"))
"""Parts that may be swapped in a frame: none, one pair of limbs or both, the whole body."""

USUAL_STEP = 0.03
"""Distance between frames that is usual for a joint, in sizes of the person in the image."""

STEP_QUANTILE = 0.9
"""Quantile of the distances of a track's limbs that counts as usual there, if it is larger: where people move
as far between frames as their sides are apart, no swap is found."""

LARGEST_USUAL_STEP = 0.1
"""Where the usual distance is larger than this, the frames are too far apart to look for swaps."""

LARGEST_STEP = 0.3
"""Distances are clipped here: a joint that jumps farther may be an outlier."""

SWITCH_COST = 12.0
"""Cost of a change of state, in units of twice the log-likelihood: detectors swap sides in few frames of a
hundred."""

SWAPPED_COST = 1.0
"""Cost of each swapped frame: swaps are short, so that a long one ends where keypoints are lost for a moment.
With 0.05, 3 of 36 clips of `open-video` with other bodies stayed swapped to the end. Chosen on
`validation-video` (0.05 to 2)."""

LONGEST_GAP = 5
"""Frames without the person after which the previous frame is not used."""


def arms_misfit(away: Tensor, confidence: Tensor) -> Tensor:
    """How badly the ray of each joint of an image fits the pose that all suggest, `[B, J]`, clipped.

    Left and right arm are swapped in the keypoints where the rays fit a person much better with elbows and
    wrists exchanged: a gain of more than `EVIDENCE`. Swapped legs look like legs in a single image: on
    validation people as many were found wrongly as rightly.

    Args:
        away: distances (m) of the rays from the pose that the view suggests, `[B, J]` (`view_fit`).
        confidence: of the keypoints, `[B, J]`; 0 is a missing joint.
    """
    return (confidence > 0) * (away / TYPICAL_MISFIT).clamp(max=LARGEST_MISFIT).square()


def arms_may_be_swapped(misfit: Tensor) -> Tensor:
    """Whose arms are worth another look `[B]`: nobody else can gain as much, and half of it comes from the
    arms (on `validation` from 998 of 1000 that are then found)."""
    return (misfit.sum(1) > EVIDENCE) & (misfit[:, _ARM_JOINTS].sum(1) > EVIDENCE / 2)


def arms_were_swapped(before: Tensor, after: Tensor, confidence: Tensor) -> Tensor:
    """Whether a swap of the arms is undone `[B]`, by the misfits `[B, J]` before and after it."""
    left = after.sum(1)
    return (before.sum(1) - left > EVIDENCE) & (left < GOOD_FIT * (confidence > 0).sum(1))


def find_swaps(keypoints: Tensor, confidence: Tensor, frame: Tensor) -> Tensor:
    """Which of `PARTS` are swapped in each frame of a track, `[T, 3]`.

    The cost of two neighbouring frames is the sum over the joints of their squared distances over a usual
    one, between the sides that the states of both frames say. Viterbi's algorithm finds the cheapest sequence
    of `STATES`.

    Args:
        keypoints: `[T, J, 2]` px.
        confidence: `[T, J]`; 0 is a missing joint.
        frame: numbers of the frames `[T]`, increasing.
    """
    seen = confidence > 0
    low = torch.where(seen[..., None], keypoints, torch.inf).amin(1)
    high = torch.where(seen[..., None], keypoints, -torch.inf).amax(1)
    size = (high - low).norm(dim=-1).median().clamp(min=1)
    gap = frame.diff()
    costs = torch.zeros(len(gap), len(PARTS), 2)
    usual = USUAL_STEP
    pair = seen & seen[:, list(MIRROR)]
    both = pair[1:] & pair[:-1]  # a side that is not seen would favour the swap
    for swapped, order in enumerate((range(len(MIRROR)), MIRROR)):
        step = (keypoints[1:, list(order)] - keypoints[:-1]).norm(dim=-1) / (size * gap.clamp(min=1)[:, None])
        if not swapped and both[:, LIMBS].any():
            usual = max(USUAL_STEP, step[:, LIMBS][both[:, LIMBS]].quantile(STEP_QUANTILE).item())
        cost = (step.clamp(max=LARGEST_STEP) / usual).square() * both
        for part, ends in enumerate(PARTS.values()):
            costs[:, part, swapped] = cost[:, joints_ending(*ends)].sum(1)
    if usual > LARGEST_USUAL_STEP:
        return torch.zeros(len(frame), len(PARTS), dtype=torch.bool)
    costs[gap > LONGEST_GAP] = 0

    parts = torch.tensor([[part in state for part in PARTS] for state in STATES])
    differ = (parts[:, None] != parts).long()
    transitions = costs[:, torch.arange(len(PARTS)), differ].sum(-1) + SWITCH_COST * differ.any(-1)
    return parts[_cheapest_states(transitions + SWAPPED_COST * parts.any(-1))]


def swap_parts(values: Tensor, parts: Tensor) -> Tensor:
    """`values [B, J, ...]` of keypoints with the parts `[B, 3]` swapped."""
    for part, ends in enumerate(PARTS.values()):
        which = parts[:, part].view(-1, *[1] * (values.dim() - 1))
        order = constant(tuple(swap_order(*ends)), torch.long, values.device)
        values = torch.where(which, values.index_select(1, order), values)
    return values


def with_swapped(seen: Observation, parts: Tensor) -> Observation:
    """The observation of B rows with the parts `[B, 3]` of their keypoints swapped."""
    return seen._replace(
        keypoints=swap_parts(seen.keypoints, parts), confidence=swap_parts(seen.confidence, parts)
    )


def arms_only(which: Tensor) -> Tensor:
    """`[B]` -> `[B, 3]`: the arms of these rows, for `swap_parts`."""
    parts = which.new_zeros(len(which), len(PARTS))
    parts[:, ARMS] = which
    return parts


def _cheapest_states(costs: Tensor) -> Tensor:
    """Viterbi: the states `[T]` of least cost, the first among equals. costs: `[T - 1, states before, states
    after]`."""
    best = [1e-6 * state for state in range(costs.shape[1])]
    return torch.tensor(cheapest_path(best, costs.mT.tolist()))


def cheapest_path(start: list[float], steps: list[list[list[float]]]) -> list[int]:
    """The cheapest sequence of states, the first among equals (Viterbi 1967).

    Plain numbers: a tensor operation for each of a few states takes ten times as long.

    Args:
        start: cost of each state in the first frame.
        steps: for each later frame and each of its states, the costs of coming from each state.
    """
    came_from = []
    for arriving in steps:
        totals = [[a + b for a, b in zip(start, costs, strict=True)] for costs in arriving]
        start = [min(total) for total in totals]
        came_from.append([total.index(least) for total, least in zip(totals, start, strict=True)])
    states = [start.index(min(start))]
    for before in reversed(came_from):
        states.append(before[states[-1]])
    return states[::-1]
