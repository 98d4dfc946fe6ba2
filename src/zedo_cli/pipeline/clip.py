"""What the rows of a clip share: the vertical of its camera, and the bones and the size of each person.

Rows belong together by an index `group [N]`. Poses `[N, J, 3]` are root-relative or not, metres, camera frame.
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from zedo_cli.pipeline.bones import bone_lengths
from zedo_cli.skeletons import ADULT, BONE_LENGTHS, BONES, JOINTS

FEWEST_ROWS = 5
"""A clip of fewer rows tells no more than each row itself."""

_UPWARD = [list(BONES).index(name) for name in ("thigh", "shin", "lower trunk", "upper trunk", "neck", "head")]
_MEAN_BONES = [BONE_LENGTHS[ends[0] - 1] for ends in BONES.values()]


def vertical_of_poses(poses: Tensor, group: Tensor) -> Tensor:
    """The vertical (unit vector upward) for each row `[N, 3]`, from all people of its group; zeros where these are too few.

    People stand on the average: it is the geometric median of their directions from between the ankles to the thorax.
    """
    ankles = poses[:, [JOINTS.index("right_ankle"), JOINTS.index("left_ankle")]].mean(1)
    upward = normalize(poses[:, JOINTS.index("thorax")] - ankles, dim=-1)
    vertical = torch.zeros_like(upward)
    for which in _groups(group):
        directions = upward[which & upward.isfinite().all(-1)]
        middle = normalize(directions.mean(0), dim=0)
        for _ in range(20):  # Weiszfeld
            weights = 1 / (directions - middle).norm(dim=-1, keepdim=True).clamp(min=0.02)
            middle = normalize((weights * directions).sum(0), dim=0)
        vertical[which] = middle
    return vertical


def bones_of_poses(poses: Tensor, group: Tensor) -> Tensor:
    """Bone lengths (m) for each row `[N, 10]`: medians over its group; zeros where that is too small."""
    lengths = bone_lengths(poses)
    shared = torch.zeros_like(lengths)
    for which in _groups(group):
        shared[which] = lengths[which].nanmedian(0).values
    return shared


def standing_height(bones: Tensor) -> Tensor:
    """Height (m) of a person of such bones who stands, with an adult's feet in proportion. `[..., 10]` -> `[...]`."""
    return bones[..., _UPWARD].sum(-1) * ADULT / sum(_MEAN_BONES[bone] for bone in _UPWARD)


def size_factor(poses: Tensor, group: Tensor, height: float) -> Tensor:
    """By how much poses and translations of each row `[N]` have to grow for the group's people to be `height` (m) tall.

    Joints stay on their rays.
    """
    tall = standing_height(bone_lengths(poses))
    for which in _groups(group, at_least=2):
        tall[which] = tall[which].nanmedian()
    return height / tall


def _groups(group: Tensor, at_least: int = FEWEST_ROWS) -> list[Tensor]:
    index, count = group.unique(return_counts=True)
    return [group == one for one in index[count >= at_least]]
