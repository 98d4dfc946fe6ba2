"""Layers that commute with the mirror image, and cost half as many products as others of their width.

A vector that a mirror changes is written as its even half, which stays, and its odd half, which changes
its sign. A linear map that commutes with the mirror takes even to even and odd to odd. Units of hidden layers
come in mirrored pairs, `even + odd` and `even - odd`, on which the activation acts (Cohen and Welling 2016,
for the group of two elements).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from zedo_cli.prior.layers import Entry, Shifted, added, silu
from zedo_cli.skeletons import JOINTS, MIRROR

_EPSILON = 1e-6


class MirrorBasis(nn.Module):
    """From vectors to their even and odd coordinates, and back.

    Args:
        order: the component that the mirror puts in the place of each one.
        signs: by which it is then multiplied, 1 or -1.
    """

    basis: Tensor

    def __init__(self, order: Sequence[int], signs: Sequence[int]) -> None:
        super().__init__()
        places = range(len(order))
        halves: dict[int, list[list[float]]] = {1: [], -1: []}
        for place, (other, sign) in enumerate(zip(order, signs, strict=True)):
            if place == other:
                halves[sign].append([float(i == place) for i in places])
            elif place < other:
                for half in (1, -1):
                    halves[half].append([float(i == place) + half * sign * (i == other) for i in places])
        self.even, self.odd = len(halves[1]), len(halves[-1])
        basis = torch.tensor(halves[1] + halves[-1]).T.contiguous()
        self.register_buffer("basis", basis, persistent=False)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """`[..., n]` -> `[..., even]` and `[..., odd]`: sums and differences of mirrored components."""
        even, odd = (x @ self.basis.to(x.dtype)).split([self.even, self.odd], dim=-1)
        return even, odd

    def merged(self, even: Tensor, odd: Tensor) -> Tensor:
        """Vectors `[..., n]` of coordinates; half of a sum and of a difference give the components."""
        return torch.cat([even, odd], dim=-1) @ self.basis.to(even.dtype).T


def pose_basis() -> MirrorBasis:
    """Of flattened poses: x is negated, left and right are exchanged."""
    return MirrorBasis(*_points(3))


def features_basis(count: int) -> MirrorBasis:
    """Of the features of views, with or without context (`view_features`)."""
    order, signs = _points(2)
    for part_order, part_signs in (_joints(), ([0], [1]), ([0, 1, 2], [-1, 1, 1])):
        order, signs = order + [len(order) + place for place in part_order], signs + part_signs
    order, signs = order[:count], signs[:count]
    rest = count - len(order)  # bones, and whether they are known
    return MirrorBasis(order + [len(order) + place for place in range(rest)], signs + [1] * rest)


def joints_basis() -> MirrorBasis:
    """Of one number for each joint."""
    return MirrorBasis(*_joints())


def _joints() -> tuple[list[int], list[int]]:
    return list(MIRROR), [1] * len(JOINTS)


def _points(dimensions: int) -> tuple[list[int], list[int]]:
    """Of one point for each joint, flattened; the first of its coordinates is negated."""
    order = [dimensions * joint + axis for joint in MIRROR for axis in range(dimensions)]
    return order, [-1 if axis == 0 else 1 for _ in MIRROR for axis in range(dimensions)]


def paired(even: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
    """The activation of mirrored pairs of units, by halves and to halves; in place where no gradient needs
    what was there."""
    if torch.is_grad_enabled():
        one, other = silu(even + odd), silu(even - odd)
        return one + other, one - other
    one, other = silu(even + odd), silu(even.sub_(odd))
    return torch.add(one, other, out=odd), one.sub_(other)


class SymmetricEntry(nn.Module):
    """`Entry` that commutes with the mirror image, for poses of 17 joints. Of its output, the first half is
    even. Arguments as of `Entry`."""

    def __init__(self, pose: int, features: int, width: int) -> None:
        super().__init__()
        self.pose, self.features = pose_basis(), features_basis(features)
        self.even = Entry(self.pose.even, self.features.even, width // 2)
        self.odd = Entry(self.pose.odd, self.features.odd, width // 2, bias=False)

    def of_pose(self, flat: Tensor) -> Tensor:
        """The part of a pose `[..., pose]`."""
        even, odd = self.pose.split(flat)
        return torch.cat([self.even.of_pose(even), self.odd.of_pose(odd)], dim=-1)

    def of_view(self, features: Tensor) -> Tensor:
        """The part of the features `[..., features]`, with the bias."""
        even, odd = self.features.split(features)
        return torch.cat([self.even.of_view(even), self.odd.of_view(odd)], dim=-1)


class PairNorm(nn.Module):
    """Both halves over the root of the mean square of all: no mean is taken off, in which they would mix."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.size = math.sqrt(width)

    def forward(self, even: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
        """`[batch, width / 2]` each -> the same."""
        lengths = [torch.linalg.vector_norm(part, dim=-1, keepdim=True) for part in (even, odd)]
        length = torch.linalg.vector_norm(torch.cat(lengths, dim=-1), dim=-1, keepdim=True)
        scale = self.size / (length + _EPSILON)
        return even * scale, odd * scale


class SymmetricBlock(nn.Module):
    """`Block` that commutes with the mirror image: even to even, odd to odd, between which pairs of units are
    activated. The noise level is even."""

    def __init__(self, width: int, inner: int, embed: int) -> None:
        super().__init__()
        self.norm = PairNorm(width)
        self.up_even = Shifted(width // 2, inner // 2)
        self.up_odd = nn.Linear(width // 2, inner // 2, bias=False)
        self.up_level = nn.Linear(embed, inner // 2, bias=False)
        self.down_even = nn.Linear(inner // 2, width // 2)
        self.down_odd = nn.Linear(inner // 2, width // 2, bias=False)

    def forward(self, even: Tensor, odd: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
        """Halves `[batch, width / 2]`, shift `[levels, inner / 2]`, batch a multiple of levels -> halves."""
        normal_even, normal_odd = self.norm(even, odd)
        inner_even, inner_odd = paired(self.up_even(normal_even, shift), self.up_odd(normal_odd))
        return added(self.down_even(inner_even), even), added(self.down_odd(inner_odd), odd)


class SymmetricLeave(nn.Module):
    """The last layer, from even and odd halves to flattened poses. Arguments as of `nn.Linear`; of 17 joints
    alone, so that `pose` is 51."""

    def __init__(self, width: int, pose: int) -> None:
        super().__init__()
        self.pose = pose_basis()
        self.even = nn.Linear(width // 2, self.pose.even)
        self.odd = nn.Linear(width // 2, self.pose.odd, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """`[batch, width]` -> `[batch, pose]`."""
        even, odd = x.chunk(2, dim=-1)
        return self.pose.merged(self.even(even), self.odd(odd))
